from django.db import migrations, models


def added(model: str) -> list[migrations.AddField]:
    text = {"blank": True, "db_default": "", "default": "", "editable": False}
    fields = {
        "changed_by": models.CharField(max_length=254, **text),
        "managed_file": models.CharField(max_length=400, **text),
        "managed_revision": models.CharField(max_length=80, **text),
        "managed_version": models.PositiveIntegerField(editable=False, null=True),
    }
    return [migrations.AddField(model_name=model, name=name, field=field) for name, field in fields.items()]


class Migration(migrations.Migration):
    dependencies = [("dashboards", "0003_folders_and_indexes")]

    operations = [*added("panel"), *added("dashboard")]
