"""The table of events, by month; Django only knows how to read it."""

from django.db import migrations, models

from audit.database import drop, make


class Migration(migrations.Migration):
    initial = True
    dependencies = []
    operations = [
        migrations.RunPython(make, drop),
        migrations.CreateModel(
            name="Event",
            fields=[
                ("id", models.BigIntegerField(primary_key=True, serialize=False)),
                ("at", models.DateTimeField()),
                ("actor_id", models.BigIntegerField(null=True)),
                ("actor", models.TextField()),
                ("tenant_id", models.BigIntegerField(null=True)),
                ("tenant", models.TextField()),
                ("action", models.TextField()),
                ("outcome", models.TextField()),
                ("object_type", models.TextField()),
                ("object_id", models.TextField()),
                ("object", models.TextField()),
                ("before", models.JSONField(null=True)),
                ("after", models.JSONField(null=True)),
                ("details", models.JSONField()),
                ("request_id", models.TextField()),
                ("address", models.GenericIPAddressField(null=True)),
            ],
            options={"db_table": "audit_event", "managed": False, "ordering": ["-at", "-id"]},
        ),
    ]
