"""Who changed a panel or dashboard last, by name, as far as it is known."""

from django.db import migrations
from django.db.models import OuterRef, Subquery


def name_them(apps, schema_editor):
    users = apps.get_model("tenants", "User").objects.filter(pk=OuterRef("updated_by_id")).values("email")[:1]
    for name in ("Panel", "Dashboard"):
        rows = apps.get_model("dashboards", name).objects.filter(updated_by__isnull=False, changed_by="")
        rows.update(changed_by=Subquery(users))


class Migration(migrations.Migration):
    dependencies = [("dashboards", "0004_managed_by_files")]

    operations = [migrations.RunPython(name_them, migrations.RunPython.noop)]
