"""A change that leaves a data source's answers as they are is a version too; results are known by a count of their own."""

from typing import Any

from django.db import migrations, models
from django.db.models import F


def keep_versions(apps: Any, schema_editor: Any) -> None:
    """What is known of answers stays known."""
    apps.get_model("datasources", "DataSource").objects.update(answers_version=F("version"))


class Migration(migrations.Migration):
    dependencies = [("datasources", "0002_data_source")]

    operations = [
        migrations.AddField(
            model_name="datasource",
            name="answers_version",
            field=models.PositiveIntegerField(db_default=1, default=1, editable=False),
        ),
        migrations.RunPython(keep_versions, migrations.RunPython.noop, elidable=True),
    ]
