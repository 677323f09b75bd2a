"""The tables of the shared store. Unlogged: what they hold may be lost with a crash, and writing it costs less.

Values are compressed by who puts them, if at all, and replaced often: vacuumed early, with their out-of-line part.
"""

from django.db import migrations

MAKE = """
CREATE UNLOGGED TABLE datasources_store (
  key bytea PRIMARY KEY,
  value bytea NOT NULL,
  size integer NOT NULL,
  replaced integer NOT NULL DEFAULT 0,
  put_at timestamptz NOT NULL,
  expires_at timestamptz NOT NULL
) WITH (
  fillfactor = 80,
  autovacuum_vacuum_scale_factor = 0.05, autovacuum_vacuum_cost_delay = 0,
  toast.autovacuum_vacuum_scale_factor = 0.05, toast.autovacuum_vacuum_cost_delay = 0
);
ALTER TABLE datasources_store ALTER COLUMN value SET STORAGE EXTERNAL;
CREATE INDEX datasources_store_put_at ON datasources_store (put_at);
CREATE INDEX datasources_store_expires_at ON datasources_store (expires_at);

CREATE UNLOGGED TABLE datasources_store_bytes (
  shard integer PRIMARY KEY,
  bytes bigint NOT NULL
) WITH (fillfactor = 10);

CREATE UNLOGGED TABLE datasources_flight (
  key bytea PRIMARY KEY,
  token text,
  ends_at timestamptz NOT NULL,
  landed text,
  outcome bytea,
  outcome_ends_at timestamptz
) WITH (fillfactor = 50);

CREATE UNLOGGED TABLE datasources_counter (
  key bytea PRIMARY KEY,
  total bigint NOT NULL,
  ends_at timestamptz NOT NULL
) WITH (fillfactor = 50)
"""
DROP = "DROP TABLE datasources_store, datasources_store_bytes, datasources_flight, datasources_counter"


class Migration(migrations.Migration):
    initial = True
    dependencies = []
    operations = [migrations.RunSQL(MAKE, DROP)]
