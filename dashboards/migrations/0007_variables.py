"""Dashboards have variables, and a panel may be repeated by one."""

import django.core.validators
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("dashboards", "0006_checks_of_panels"),
    ]

    operations = [
        migrations.AddField(
            model_name="dashboard",
            name="variables",
            field=models.JSONField(blank=True, db_default=models.Value([], models.JSONField()), default=list),
        ),
        migrations.AddField(
            model_name="placement",
            name="repeat_direction",
            field=models.CharField(
                choices=[("right", "right"), ("down", "down")],
                db_default="right",
                default="right",
                max_length=5,
                verbose_name="to the",
            ),
        ),
        migrations.AddField(
            model_name="placement",
            name="repeat_max",
            field=models.PositiveSmallIntegerField(
                blank=True,
                null=True,
                validators=[django.core.validators.MinValueValidator(1), django.core.validators.MaxValueValidator(50)],
                verbose_name="at most",
            ),
        ),
        migrations.AddField(
            model_name="placement",
            name="repeat_variable",
            field=models.CharField(
                blank=True,
                db_default="",
                default="",
                help_text="A variable: once for each of its values.",
                max_length=63,
                verbose_name="repeat by",
            ),
        ),
    ]
