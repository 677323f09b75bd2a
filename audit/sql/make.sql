CREATE SEQUENCE {schema}.audit_event_id AS bigint;

CREATE TABLE {schema}.audit_event (
  id bigint NOT NULL DEFAULT nextval({sequence}),
  at timestamptz NOT NULL DEFAULT clock_timestamp(),
  actor_id bigint,
  actor text NOT NULL DEFAULT '',
  tenant_id bigint,
  tenant text NOT NULL DEFAULT '',
  action text NOT NULL,
  outcome text NOT NULL,
  object_type text NOT NULL DEFAULT '',
  object_id text NOT NULL DEFAULT '',
  object text NOT NULL DEFAULT '',
  before jsonb,
  after jsonb,
  details jsonb NOT NULL DEFAULT '{{}}',
  request_id text NOT NULL DEFAULT '',
  address inet,
  PRIMARY KEY (at, id)
) PARTITION BY RANGE (at);
ALTER SEQUENCE {schema}.audit_event_id OWNED BY {schema}.audit_event.id;
CREATE INDEX audit_event_one ON {schema}.audit_event (id);
CREATE INDEX audit_event_of_tenant ON {schema}.audit_event (tenant_id, at, id) WHERE tenant_id IS NOT NULL;
CREATE TABLE {schema}.audit_event_default PARTITION OF {schema}.audit_event DEFAULT;

CREATE FUNCTION {schema}.audit_refuse() RETURNS trigger
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
BEGIN
  RAISE EXCEPTION 'Audit events are written once: % is refused.', TG_OP USING ERRCODE = 'insufficient_privilege';
END $$;

-- Whoever does not own the table can neither choose an event's number nor write it into another time.
CREATE FUNCTION {schema}.audit_check_new() RETURNS trigger
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
BEGIN
  IF current_user = (SELECT pg_get_userbyid(relowner) FROM pg_class WHERE oid = TG_RELID) THEN
    RETURN NEW;
  END IF;
  IF NEW.at NOT BETWEEN clock_timestamp() - interval '1 hour' AND clock_timestamp() + interval '1 second' THEN
    RAISE EXCEPTION 'Audit events are written when they happen.' USING ERRCODE = 'insufficient_privilege';
  END IF;
  NEW.id := nextval({sequence});
  RETURN NEW;
END $$;

CREATE TRIGGER audit_check_new BEFORE INSERT ON {schema}.audit_event
  FOR EACH ROW EXECUTE FUNCTION {schema}.audit_check_new();
CREATE TRIGGER audit_no_change BEFORE UPDATE OR DELETE ON {schema}.audit_event
  FOR EACH ROW EXECUTE FUNCTION {schema}.audit_refuse();
CREATE TRIGGER audit_no_truncate BEFORE TRUNCATE ON {schema}.audit_event
  FOR EACH STATEMENT EXECUTE FUNCTION {schema}.audit_refuse();
ALTER TABLE {schema}.audit_event ENABLE ALWAYS TRIGGER audit_no_truncate;

-- Triggers fire in every session, also one that replays another server's changes. Row triggers are inherited, TRUNCATE's are not.
CREATE FUNCTION {schema}.audit_protect(part regclass) RETURNS void
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
BEGIN
  EXECUTE format('ALTER TABLE %s ENABLE ALWAYS TRIGGER audit_check_new', part);
  EXECUTE format('ALTER TABLE %s ENABLE ALWAYS TRIGGER audit_no_change', part);
  EXECUTE format(
    'CREATE TRIGGER audit_no_truncate BEFORE TRUNCATE ON %s FOR EACH STATEMENT EXECUTE FUNCTION %s.audit_refuse()', part, {quoted});
  EXECUTE format('ALTER TABLE %s ENABLE ALWAYS TRIGGER audit_no_truncate', part);
END $$;

CREATE FUNCTION {schema}.audit_make_partition(month timestamp) RETURNS integer
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
DECLARE
  name text := 'audit_event_' || to_char(month, 'YYYY_MM');
BEGIN
  IF EXISTS (SELECT FROM pg_inherits i JOIN pg_class c ON c.oid = i.inhrelid
             WHERE i.inhparent = {table}::regclass AND c.relname = name) THEN
    RETURN 0;
  END IF;
  EXECUTE format(
    'CREATE TABLE %1$s.%2$I PARTITION OF %1$s.audit_event FOR VALUES FROM (%3$L) TO (%4$L)',
    {quoted}, name, month AT TIME ZONE 'UTC', (month + interval '1 month') AT TIME ZONE 'UTC');
  PERFORM {schema}.audit_protect(format('%s.%I', {quoted}, name)::regclass);
  RETURN 1;
END $$;

-- Events of a month for which nobody had made a partition are moved to one. Nothing is deleted: the old DEFAULT is left as a whole.
CREATE FUNCTION {schema}.audit_place_strays() RETURNS integer
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
DECLARE
  made integer := 0;
  month timestamp;
BEGIN
  IF NOT EXISTS (SELECT FROM {schema}.audit_event_default) THEN
    RETURN 0;
  END IF;
  ALTER TABLE {schema}.audit_event DETACH PARTITION {schema}.audit_event_default;
  ALTER TABLE {schema}.audit_event_default RENAME TO audit_event_strays;
  CREATE TABLE {schema}.audit_event_default PARTITION OF {schema}.audit_event DEFAULT;
  PERFORM {schema}.audit_protect({default_table}::regclass);
  FOR month IN SELECT DISTINCT date_trunc('month', at AT TIME ZONE 'UTC') FROM {schema}.audit_event_strays LOOP
    made := made + {schema}.audit_make_partition(month);
  END LOOP;
  INSERT INTO {schema}.audit_event SELECT * FROM {schema}.audit_event_strays;
  DROP TABLE {schema}.audit_event_strays;
  RETURN made;
END $$;

CREATE FUNCTION {schema}.audit_make_partitions(ahead integer) RETURNS integer
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp SET lock_timeout = '5s' AS $$
DECLARE
  made integer;
BEGIN
  IF ahead NOT BETWEEN 0 AND 24 THEN
    RAISE EXCEPTION 'Partitions are made for 0 to 24 months ahead.';
  END IF;
  PERFORM pg_advisory_xact_lock(7263543);
  made := {schema}.audit_place_strays();
  FOR n IN 0..ahead LOOP
    made := made + {schema}.audit_make_partition(date_trunc('month', now() AT TIME ZONE 'UTC') + make_interval(months => n));
  END LOOP;
  RETURN made;
END $$;

-- The least age of what may be dropped, whoever asks; sealing makes it the installation's.
CREATE FUNCTION {schema}.audit_least_days() RETURNS integer LANGUAGE sql IMMUTABLE AS 'SELECT 30';

CREATE FUNCTION {schema}.audit_drop_before(days integer) RETURNS SETOF text
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp SET lock_timeout = '5s' SET timezone = 'UTC' SET datestyle = 'ISO' AS $$
DECLARE
  part record;
BEGIN
  IF days IS NULL OR days < {schema}.audit_least_days() THEN
    RAISE EXCEPTION 'Audit events are kept for % days at least.', {schema}.audit_least_days() USING ERRCODE = 'insufficient_privilege';
  END IF;
  PERFORM pg_advisory_xact_lock(7263543);
  PERFORM {schema}.audit_place_strays();
  FOR part IN
    SELECT c.relname, (regexp_match(pg_get_expr(c.relpartbound, c.oid), 'TO \(''([^'']+)''\)'))[1]::timestamptz AS until
    FROM pg_inherits i JOIN pg_class c ON c.oid = i.inhrelid WHERE i.inhparent = {table}::regclass ORDER BY 2
  LOOP
    IF part.until <= now() - make_interval(days => days) THEN
      EXECUTE format('DROP TABLE %s.%I', {quoted}, part.relname);
      RETURN NEXT part.relname;
    END IF;
  END LOOP;
END $$;

REVOKE ALL ON FUNCTION {schema}.audit_protect(regclass), {schema}.audit_make_partition(timestamp), {schema}.audit_place_strays(),
  {schema}.audit_make_partitions(integer), {schema}.audit_drop_before(integer) FROM PUBLIC;

SELECT {schema}.audit_protect({default_table}::regclass);
SELECT {schema}.audit_make_partitions(3);
