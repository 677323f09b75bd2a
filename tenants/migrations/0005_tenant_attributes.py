"""What dashboards may say of a tenant."""

import tenants.models
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("tenants", "0004_preferences"),
    ]

    operations = [
        migrations.AddField(
            model_name="tenant",
            name="attributes",
            field=models.JSONField(
                blank=True,
                db_default=models.Value({}, models.JSONField()),
                default=dict,
                help_text='What dashboards may say of this tenant: {"region": "eu", "plan": "gold"}. Not for secrets.',
                validators=[tenants.models.validate_attributes],
            ),
        ),
    ]
