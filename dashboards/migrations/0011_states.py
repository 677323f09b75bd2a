"""Dashboards are drafts, published or archived; public within their tenant, or one person's own."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    contracts = "The version before makes nothing private; sharing what this one made private is what nobody may."

    dependencies = [
        ("dashboards", "0010_annotations"),
        ("tenants", "0005_tenant_attributes"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.AddField(
            model_name="dashboard",
            name="private_to",
            field=models.ForeignKey(
                blank=True,
                help_text="Nobody else sees it; it goes with the account. Empty: public within the tenant.",
                null=True,
                on_delete=django.db.models.deletion.CASCADE,
                related_name="private_dashboards",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
        migrations.AddField(
            model_name="dashboard",
            name="state",
            field=models.CharField(
                choices=[("draft", "Draft"), ("published", "Published"), ("archived", "Archived")],
                db_default="published",
                default="published",
                max_length=10,
            ),
        ),
        migrations.AddConstraint(
            model_name="dashboard",
            constraint=models.CheckConstraint(
                condition=models.Q(("private_to", None), ("scope", "tenant"), _connector="OR"), name="private_is_within_a_tenant"
            ),
        ),
        migrations.AddConstraint(
            model_name="dashboard",
            constraint=models.CheckConstraint(
                condition=models.Q(("state__in", ["draft", "published", "archived"])), name="state_is_known"
            ),
        ),
    ]
