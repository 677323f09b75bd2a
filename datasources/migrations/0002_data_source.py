import django.core.validators
import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("datasources", "0001_store"),
        ("tenants", "0004_preferences"),
    ]

    operations = [
        migrations.CreateModel(
            name="DataSource",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("kind", models.CharField(max_length=40)),
                (
                    "slug",
                    models.CharField(
                        help_text="What panels name it by; it stays as it is.",
                        max_length=63,
                        validators=[
                            django.core.validators.RegexValidator(
                                "^[a-z0-9](?:[a-z0-9_-]{0,61}[a-z0-9])?\\Z", "Use small letters, digits, - and _, 63 at most."
                            )
                        ],
                        verbose_name="id",
                    ),
                ),
                ("name", models.CharField(max_length=200)),
                ("settings", models.JSONField(default=dict)),
                ("secrets_token", models.TextField(blank=True, default="", editable=False)),
                (
                    "timeout_ms",
                    models.PositiveIntegerField(
                        blank=True,
                        help_text="Empty: the installation's PANEL_TIMEOUT_MS.",
                        null=True,
                        validators=[
                            django.core.validators.MinValueValidator(100),
                            django.core.validators.MaxValueValidator(30000),
                        ],
                        verbose_name="time-out (ms)",
                    ),
                ),
                ("is_enabled", models.BooleanField(default=True, verbose_name="enabled")),
                ("is_default", models.BooleanField(default=False, verbose_name="default of its kind")),
                ("is_open", models.BooleanField(default=False, verbose_name="open to tenants' own panels")),
                ("version", models.PositiveIntegerField(default=1, editable=False)),
                ("created_at", models.DateTimeField(auto_now_add=True)),
                ("updated_at", models.DateTimeField(auto_now=True)),
                (
                    "tenant",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="data_sources",
                        to="tenants.tenant",
                    ),
                ),
            ],
            options={
                "ordering": ["slug"],
                "constraints": [
                    models.UniqueConstraint(fields=("tenant", "slug"), name="data_source_slug_a_tenant"),
                    models.UniqueConstraint(
                        condition=models.Q(("tenant", None)), fields=("slug",), name="data_source_slug_shared"
                    ),
                    models.UniqueConstraint(
                        condition=models.Q(("is_default", True)),
                        fields=("tenant", "kind"),
                        name="data_source_default_a_tenant_and_kind",
                    ),
                    models.UniqueConstraint(
                        condition=models.Q(("is_default", True), ("tenant", None)),
                        fields=("kind",),
                        name="data_source_default_shared",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("slug", "tenant"), _negated=True), name="data_source_is_not_the_tenants_own"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("tenant", None), ("is_open", False), _connector="OR"),
                        name="data_source_open_is_of_shared_ones",
                    ),
                ],
            },
        ),
    ]
