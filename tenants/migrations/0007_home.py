"""A tenant has a home: the dashboard that its members begin with."""

import django.core.validators
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("tenants", "0006_token_limits"),
    ]

    operations = [
        migrations.AddField(
            model_name="tenant",
            name="home_dashboard",
            field=models.CharField(
                blank=True,
                db_default="",
                default="",
                editable=False,
                max_length=63,
                validators=[
                    django.core.validators.RegexValidator(
                        "^[a-z0-9](?:[a-z0-9_-]{0,61}[a-z0-9])?\\Z", "Use small letters, digits, - and _, 63 at most."
                    )
                ],
            ),
        ),
    ]
