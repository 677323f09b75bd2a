"""Earlier versions of panels and dashboards are kept."""

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("dashboards", "0007_variables"),
    ]

    operations = [
        migrations.AddField(
            model_name="dashboard",
            name="changed_through",
            field=models.CharField(blank=True, db_default="", default="", editable=False, max_length=100),
        ),
        migrations.AddField(
            model_name="panel",
            name="changed_through",
            field=models.CharField(blank=True, db_default="", default="", editable=False, max_length=100),
        ),
        migrations.CreateModel(
            name="Version",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("number", models.PositiveIntegerField()),
                ("document", models.JSONField()),
                ("beside", models.JSONField(default=dict)),
                ("changed_at", models.DateTimeField()),
                ("changed_by", models.CharField(blank=True, max_length=254)),
                ("changed_through", models.CharField(blank=True, max_length=100)),
                (
                    "dashboard",
                    models.ForeignKey(
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="versions",
                        to="dashboards.dashboard",
                    ),
                ),
                (
                    "panel",
                    models.ForeignKey(
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="versions",
                        to="dashboards.panel",
                    ),
                ),
            ],
            options={
                "ordering": ["-number"],
                "constraints": [
                    models.UniqueConstraint(fields=("panel", "number"), name="a_version_once_of_a_panel"),
                    models.UniqueConstraint(fields=("dashboard", "number"), name="a_version_once_of_a_dashboard"),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("dashboard__isnull", True), ("panel__isnull", False)),
                            models.Q(("dashboard__isnull", False), ("panel__isnull", True)),
                            _connector="OR",
                        ),
                        name="a_version_is_of_one_thing",
                    ),
                ],
            },
        ),
    ]
