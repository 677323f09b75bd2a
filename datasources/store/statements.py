"""The SQL of the store in PostgreSQL. Every statement is an operation of its own, in autocommit.

The size of the whole is kept in some rows, one for each of a few groups of processes, so that nobody waits for another
to add to it. Locks are taken in one order: entries by key, or passing over those that are locked; the size last.
"""

GET = "SELECT key, value FROM datasources_store WHERE key = ANY($1::bytea[]) AND expires_at > statement_timestamp()"

# Answers how large the whole was before.
PUT = """
WITH put AS (
  INSERT INTO datasources_store AS old (key, value, size, put_at, expires_at)
  VALUES ($1, $2, $3, clock_timestamp(), statement_timestamp() + make_interval(secs => $4))
  ON CONFLICT (key) DO UPDATE SET value = excluded.value, size = excluded.size, replaced = old.size,
    put_at = excluded.put_at, expires_at = excluded.expires_at
  RETURNING size - replaced AS grown
)
INSERT INTO datasources_store_bytes AS whole (shard, bytes)
SELECT $5, grown FROM put
ON CONFLICT (shard) DO UPDATE SET bytes = whole.bytes + excluded.bytes
RETURNING (SELECT coalesce(sum(bytes), 0)::bigint FROM datasources_store_bytes)"""

# Answers a row if anything is gone.
SHRINK = """
INSERT INTO datasources_store_bytes AS whole (shard, bytes)
SELECT $1, -sum(size) FROM gone HAVING count(*) > 0
ON CONFLICT (shard) DO UPDATE SET bytes = whole.bytes + excluded.bytes
RETURNING true"""

DELETE = f"""
WITH named AS (SELECT key FROM datasources_store WHERE key = ANY($2::bytea[]) ORDER BY key FOR UPDATE),
gone AS (DELETE FROM datasources_store USING named WHERE datasources_store.key = named.key RETURNING size)
{SHRINK}"""

# What expired; of the values some $2 bytes, so that nobody waits long for it.
SWEEP = f"""
WITH expired AS (
  SELECT key, size, expires_at FROM datasources_store WHERE expires_at <= statement_timestamp()
  ORDER BY expires_at LIMIT 2000 FOR UPDATE SKIP LOCKED
),
counted AS (SELECT key, sum(size) OVER (ORDER BY expires_at, key) - size AS freed_before FROM expired),
gone AS (
  DELETE FROM datasources_store USING counted
  WHERE datasources_store.key = counted.key AND freed_before < $2
  RETURNING datasources_store.size
),
flights AS (
  DELETE FROM datasources_flight WHERE key IN (
    SELECT key FROM datasources_flight
    WHERE ends_at <= statement_timestamp() AND coalesce(outcome_ends_at <= statement_timestamp(), true)
    LIMIT 2000 FOR UPDATE SKIP LOCKED)
),
counters AS (
  DELETE FROM datasources_counter WHERE key IN (
    SELECT key FROM datasources_counter WHERE ends_at <= statement_timestamp() LIMIT 2000 FOR UPDATE SKIP LOCKED)
)
{SHRINK}"""

# The oldest, if the whole is larger than $2, until it is $3 or smaller. One process at a time; a lock of the
# transaction, which PgBouncer lets through.
MAKE_ROOM = f"""
WITH turn AS MATERIALIZED (SELECT pg_try_advisory_xact_lock(7263542) AS is_ours),
whole AS MATERIALIZED (SELECT sum(bytes) AS bytes FROM datasources_store_bytes, turn WHERE is_ours),
oldest AS (
  SELECT key, size, put_at FROM datasources_store WHERE (SELECT bytes FROM whole) > $2
  ORDER BY put_at LIMIT 2000 FOR UPDATE SKIP LOCKED
),
counted AS (SELECT key, sum(size) OVER (ORDER BY put_at, key) - size AS freed_before FROM oldest),
gone AS (
  DELETE FROM datasources_store USING counted
  WHERE datasources_store.key = counted.key AND freed_before < (SELECT bytes FROM whole) - $3
  RETURNING datasources_store.size
)
{SHRINK}"""

HELD = "SELECT coalesce(sum(bytes), 0)::bigint FROM datasources_store_bytes"

# Answers whether the lease is ours now, whether somebody had it when the statement began, and the value there was then.
CLAIM = """
WITH claimed AS (
  INSERT INTO datasources_flight AS old (key, token, ends_at)
  VALUES ($1, $2, statement_timestamp() + make_interval(secs => $3))
  ON CONFLICT (key) DO UPDATE SET token = excluded.token, ends_at = excluded.ends_at
  WHERE old.token IS NULL OR old.ends_at <= statement_timestamp()
  RETURNING true
)
SELECT EXISTS (SELECT FROM claimed),
  EXISTS (SELECT FROM datasources_flight WHERE key = $1 AND token IS NOT NULL AND ends_at > statement_timestamp()),
  (SELECT value FROM datasources_store WHERE key = $1 AND expires_at > statement_timestamp())"""

EXTEND = """
UPDATE datasources_flight SET ends_at = statement_timestamp() + make_interval(secs => $3)
WHERE key = $1 AND token = $2 AND ends_at > statement_timestamp() RETURNING true"""

RELEASE = """
UPDATE datasources_flight SET token = NULL, ends_at = statement_timestamp(), landed = $2, outcome = $3,
  outcome_ends_at = statement_timestamp() + make_interval(secs => $4)
WHERE key = $1 AND token = $2 AND ends_at > statement_timestamp() RETURNING true"""

LOOK = """
SELECT CASE WHEN ends_at > statement_timestamp() THEN token END, landed,
  CASE WHEN outcome_ends_at > statement_timestamp() THEN outcome END
FROM datasources_flight WHERE key = $1"""

# Answers the total, and the milliseconds until it begins anew.
ADD = """
INSERT INTO datasources_counter AS old (key, total, ends_at)
VALUES ($1, $2, statement_timestamp() + make_interval(secs => $3))
ON CONFLICT (key) DO UPDATE SET
  total = excluded.total + CASE WHEN old.ends_at > statement_timestamp() THEN old.total ELSE 0 END,
  ends_at = CASE WHEN old.ends_at > statement_timestamp() THEN old.ends_at ELSE excluded.ends_at END
RETURNING total, (1000 * extract(epoch FROM ends_at - statement_timestamp()))::bigint"""
