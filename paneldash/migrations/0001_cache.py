"""The table of the embedded cache. Unlogged: what it holds may be lost with a crash, and writing it costs less."""

from django.db import migrations

MAKE = """
CREATE UNLOGGED TABLE paneldash_cache (
  key text PRIMARY KEY,
  value text NOT NULL,
  expires_at timestamptz NOT NULL
) WITH (fillfactor = 80);
CREATE INDEX paneldash_cache_expires_at ON paneldash_cache (expires_at)
"""


class Migration(migrations.Migration):
    initial = True
    dependencies = []
    operations = [migrations.RunSQL(MAKE, "DROP TABLE paneldash_cache")]
