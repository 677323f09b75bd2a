"""The SQL that makes a reader role, and on request hardens a database against what no reader needs."""

from dataclasses import dataclass
from itertools import count

from psycopg import sql

from tenants.scram import scram_verifier

# What PostgreSQL lets everybody call although no query of a panel needs it: sleeping, changing settings, signals,
# large objects, advisory locks, sequences, running SQL given as text.
NEEDLESS_FUNCTIONS = (
    "currval", "cursor_to_xml", "cursor_to_xmlschema", "lastval", "lo_creat", "loread", "lowrite", "nextval",
    "pg_backend_pid", "pg_cancel_backend", "pg_create_physical_replication_slot", "pg_current_xact_id",
    "pg_export_snapshot", "pg_get_functiondef", "pg_logical_emit_message", "pg_nextoid", "pg_notify", "pg_reload_conf",
    "pg_show_all_settings", "pg_sleep", "pg_sleep_for", "pg_sleep_until", "pg_terminate_backend", "query_to_xml",
    "query_to_xml_and_xmlschema", "query_to_xmlschema", "set_config", "setseed", "setval", "ts_rewrite", "ts_stat",
    "txid_current",
)  # fmt: skip
NEEDLESS_PATTERN = r"^(pg_(try_)?advisory|lo_)|_to_xml"
TEMP_FILE_LIMIT = "256MB"

_MAKE_ROLE = """
BEGIN
  IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = {name}) THEN
    CREATE ROLE {role} NOSUPERUSER NOCREATEDB NOCREATEROLE NOREPLICATION NOBYPASSRLS;
  END IF;
END
"""
# Default privileges belong to whoever creates the tables: the owners of those that are there, not who runs this.
_FUTURE_TABLES = """
DECLARE owner name;
BEGIN
  FOR owner IN
    SELECT DISTINCT r.rolname FROM pg_class c JOIN pg_roles r ON r.oid = c.relowner
    WHERE c.relnamespace = {schema_name}::regnamespace AND c.relkind IN ('r', 'p', 'v', 'm')
      AND pg_has_role(current_user, r.oid, 'member')
    UNION SELECT current_user
  LOOP
    EXECUTE format('ALTER DEFAULT PRIVILEGES FOR ROLE %I IN SCHEMA %I GRANT SELECT ON TABLES TO %I',
                   owner, {schema}, {name});
  END LOOP;
END
"""
# Taking from PUBLIC takes from everybody: every other role that may sign in gets back by name what it had.
_OTHERS = """
  others text := (SELECT string_agg(quote_ident(rolname), ', ') FROM pg_roles
                  WHERE rolcanlogin AND NOT rolsuper AND rolname <> {name});"""
_REVOKE_TEMPORARY = f"""
DECLARE{_OTHERS}
BEGIN
  IF others IS NOT NULL AND has_database_privilege('public', current_database(), 'TEMPORARY') THEN
    EXECUTE format('GRANT TEMPORARY ON DATABASE %I TO %s', current_database(), others);
  END IF;
  EXECUTE format('REVOKE TEMPORARY ON DATABASE %I FROM PUBLIC, %I', current_database(), {{name}});
END
"""
_REVOKE_FUNCTIONS = f"""
DECLARE {_OTHERS}
  found record;
  kept int := 0;
BEGIN
  FOR found IN
    SELECT CASE p.prokind WHEN 'p' THEN 'PROCEDURE' ELSE 'FUNCTION' END AS kind, p.oid::regprocedure AS signature,
           pg_has_role(current_user, p.proowner, 'usage') AS mine
    FROM pg_proc p JOIN pg_namespace n ON n.oid = p.pronamespace
    WHERE p.prokind IN ('f', 'w', 'p') AND has_function_privilege('public', p.oid, 'execute')
      AND (n.nspname NOT IN ('pg_catalog', 'information_schema')
           OR n.nspname = 'pg_catalog' AND (p.proname = ANY ({{functions}}) OR p.proname ~ {{pattern}}))
  LOOP
    IF NOT found.mine THEN
      kept := kept + 1;
      CONTINUE;
    END IF;
    EXECUTE format('REVOKE EXECUTE ON %s %s FROM PUBLIC', found.kind, found.signature);
    IF others IS NOT NULL THEN
      EXECUTE format('GRANT EXECUTE ON %s %s TO %s', found.kind, found.signature, others);
    END IF;
  END LOOP;
  IF kept > 0 THEN
    RAISE WARNING '% functions stay open to everybody: only a superuser can close them', kept;
  END IF;
END
"""
# Reading these leads out of the database, or shows what others ask of it.
_REVOKE_RELATIONS = """
DECLARE found regclass;
BEGIN
  FOR found IN
    SELECT c.oid FROM pg_class c WHERE (c.relkind = 'f' OR c.relname LIKE 'pg\\_stat\\_statements%')
      AND pg_has_role(current_user, c.relowner, 'usage')
  LOOP
    EXECUTE format('REVOKE ALL ON %s FROM PUBLIC, %I', found, {name});
  END LOOP;
END
"""
_LIMIT_TEMP_FILES = """
BEGIN
  ALTER ROLE {role} SET temp_file_limit = {limit};
EXCEPTION WHEN insufficient_privilege THEN
  RAISE WARNING 'temp_file_limit stays as it is: only a superuser can set it';
END
"""

Statement = sql.SQL | sql.Composed


@dataclass(frozen=True, slots=True)
class Reader:
    """Who shall read what. The password is random ASCII; statements carry its verifier only."""

    role: str
    password: str
    database: str
    schemas: tuple[str, ...]
    timeout_ms: int
    connections: int = 20


def reader_sql(reader: Reader) -> list[Statement]:
    """Statements for the owner of the database: the role, its limits, and what it may read. May be run again."""
    role, database = sql.Identifier(reader.role), sql.Identifier(reader.database)
    login = sql.SQL("ALTER ROLE {} LOGIN NOINHERIT CONNECTION LIMIT {} PASSWORD {}")
    return [
        _block(_MAKE_ROLE, role=role, name=sql.Literal(reader.role)),
        login.format(role, sql.Literal(reader.connections), sql.Literal(scram_verifier(reader.password))),
        *_limits(reader),
        sql.SQL("GRANT CONNECT ON DATABASE {} TO {}").format(database, role),
        *(grant for schema in reader.schemas for grant in _grants(role, reader.role, schema)),
    ]


def hardening_sql(reader: Reader) -> list[Statement]:
    """Statements, best run by a superuser, that close what PUBLIC may do and no reader needs. May be run again.

    New roles no longer get these rights by themselves; roles that exist keep them, the reader excepted.
    """
    role, name = sql.Identifier(reader.role), sql.Literal(reader.role)
    functions = sql.Literal(list(NEEDLESS_FUNCTIONS))
    return [
        _block(_REVOKE_TEMPORARY, name=name),
        sql.SQL("REVOKE CREATE ON SCHEMA public FROM PUBLIC"),
        _block(_REVOKE_FUNCTIONS, name=name, functions=functions, pattern=sql.Literal(NEEDLESS_PATTERN)),
        _block(_REVOKE_RELATIONS, name=name),
        _block(_LIMIT_TEMP_FILES, role=role, limit=sql.Literal(TEMP_FILE_LIMIT)),
    ]


def _limits(reader: Reader) -> list[Statement]:
    """For whoever signs in as this role by another way; PanelDash sets its own for each session."""
    limits = {
        "default_transaction_read_only": "on",
        "statement_timeout": f"{reader.timeout_ms}ms",
        "lock_timeout": "1s",
        "idle_in_transaction_session_timeout": f"{reader.timeout_ms + 10_000}ms",
        "work_mem": "16MB",
        "max_parallel_workers_per_gather": "0",
    }
    change = sql.SQL("ALTER ROLE {} SET {} = {}")
    role = sql.Identifier(reader.role)
    return [change.format(role, sql.Identifier(name), sql.Literal(value)) for name, value in limits.items()]


def _grants(role: sql.Identifier, name: str, schema: str) -> list[Statement]:
    quoted = sql.Identifier(schema)
    return [
        sql.SQL("GRANT USAGE ON SCHEMA {} TO {}").format(quoted, role),
        sql.SQL("GRANT SELECT ON ALL TABLES IN SCHEMA {} TO {}").format(quoted, role),
        _block(
            _FUTURE_TABLES,
            schema=sql.Literal(schema),
            schema_name=sql.Literal(quoted.as_string()),
            name=sql.Literal(name),
        ),
    ]


def _block(text: str, **parts: sql.Composable) -> sql.SQL:
    """An anonymous block, in dollar quotes that nothing in it can end."""
    body = sql.SQL(text.strip()).format(**parts).as_string()
    quote = next(quote for number in count() if (quote := f"$block{number or ''}$") not in body)
    return sql.SQL(f"DO {quote}\n{body}\n{quote}")
