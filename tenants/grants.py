"""The SQL that makes a reader role, and on request hardens a database against everything a reader does not need."""

from dataclasses import dataclass

from psycopg import sql

FUNCTIONS = (
    "pg_sleep", "pg_sleep_for", "pg_sleep_until", "set_config", "pg_notify", "pg_cancel_backend", "pg_terminate_backend",
    "query_to_xml", "query_to_xml_and_xmlschema", "query_to_xmlschema", "cursor_to_xml", "cursor_to_xmlschema", "ts_stat",
    "pg_logical_emit_message", "pg_export_snapshot", "pg_create_physical_replication_slot", "pg_reload_conf",
    "pg_current_xact_id", "txid_current", "nextval", "setval", "lastval", "currval", "pg_stat_get_activity", "ts_rewrite",
    "pg_get_functiondef", "pg_show_all_settings", "pg_backend_pid", "pg_nextoid", "setseed", "lo_creat", "loread", "lowrite",
)  # fmt: skip

_HARDENING = """
DO $harden$
DECLARE statement text;
BEGIN
  FOR statement IN
    SELECT format('REVOKE EXECUTE ON %s %s FROM PUBLIC', CASE p.prokind WHEN 'p' THEN 'PROCEDURE' ELSE 'FUNCTION' END,
                  p.oid::regprocedure)
    FROM pg_proc p JOIN pg_namespace n ON n.oid = p.pronamespace
    WHERE p.prokind IN ('f', 'w', 'p') AND has_function_privilege('public', p.oid, 'execute')
      AND (n.nspname NOT IN ('pg_catalog', 'information_schema')
           OR n.nspname = 'pg_catalog' AND (p.proname IN ({functions}) OR p.proname ~ '^(pg_(try_)?advisory|lo_)|_to_xml'))
  LOOP
    EXECUTE statement;
  END LOOP;
END $harden$;
"""

# Only a superuser may set this one; without it a query can fill the disk with temporary files.
_TEMPORARY_FILES = """
DO $limit$ BEGIN
  ALTER ROLE {} SET temp_file_limit = '256MB';
EXCEPTION WHEN insufficient_privilege THEN
  RAISE NOTICE 'temp_file_limit was not set: that takes a superuser';
END $limit$
"""


@dataclass(frozen=True, slots=True)
class Reader:
    """Who shall read what."""

    role: str
    password: str
    database: str
    schemas: tuple[str, ...]
    timeout_ms: int
    connections: int = 20


def reader_sql(reader: Reader, *, exists: bool = False) -> list[sql.Composed]:
    """Statements for the owner of the database (or a superuser): the role, its limits, and what it may read."""
    role, database = sql.Identifier(reader.role), sql.Identifier(reader.database)
    verb = sql.SQL("ALTER" if exists else "CREATE")
    made = sql.SQL(
        "{} ROLE {} LOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE NOREPLICATION NOBYPASSRLS NOINHERIT CONNECTION LIMIT {} PASSWORD {}"
    ).format(verb, role, sql.Literal(reader.connections), sql.Literal(reader.password))
    limits = {
        "default_transaction_read_only": "on",
        "statement_timeout": f"{reader.timeout_ms}ms",
        "lock_timeout": "1s",
        "idle_in_transaction_session_timeout": f"{reader.timeout_ms + 10_000}ms",
        "work_mem": "16MB",
    }
    settings = [
        sql.SQL("ALTER ROLE {} SET {} = {}").format(role, sql.Identifier(name), sql.Literal(value)) for name, value in limits.items()
    ]
    grants = [sql.SQL("GRANT CONNECT ON DATABASE {} TO {}").format(database, role)]
    for schema in map(sql.Identifier, reader.schemas):
        grants += [
            sql.SQL("GRANT USAGE ON SCHEMA {} TO {}").format(schema, role),
            sql.SQL("GRANT SELECT ON ALL TABLES IN SCHEMA {} TO {}").format(schema, role),
            sql.SQL("ALTER DEFAULT PRIVILEGES IN SCHEMA {} GRANT SELECT ON TABLES TO {}").format(schema, role),
        ]
    return [made, *settings, *grants]


def hardening_sql(reader: Reader) -> list[sql.Composed]:
    """Statements that take from PUBLIC what only harm needs. They touch every role that relied on PUBLIC: read them first."""
    functions = sql.SQL(", ").join(map(sql.Literal, FUNCTIONS))
    return [
        sql.SQL("REVOKE TEMPORARY ON DATABASE {} FROM PUBLIC").format(sql.Identifier(reader.database)),
        sql.SQL("REVOKE CREATE ON SCHEMA public FROM PUBLIC").format(),
        sql.SQL(_HARDENING.strip().removesuffix(";")).format(functions=functions),
        sql.SQL(_TEMPORARY_FILES).format(sql.Identifier(reader.role)),
    ]
