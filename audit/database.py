"""The table of events in the database: made, handed to a role that nobody signs in as, taken away again."""

import logging
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from django.db import ProgrammingError, transaction
from psycopg import sql
from psycopg.errors import InsufficientPrivilege

FOLDER = Path(__file__).with_name("sql")
OWNER = "paneldash_audit"
# What anybody may ask who may write events; the rest is called by these.
CALLED = ("audit_make_partitions(integer)", "audit_drop_before(integer)")
FUNCTIONS = (
    *CALLED, "audit_least_days()", "audit_place_strays()", "audit_make_partition(timestamp)", "audit_protect(regclass)",
    "audit_check_new()", "audit_refuse()",
)  # fmt: skip
LEAST_DAYS = 30
RELATIONS = {"table": "audit_event", "default_table": "audit_event_default", "sequence": "audit_event_id"}
MAKE_OWNER = """DO $$ BEGIN
  IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = {name}) THEN CREATE ROLE {owner} NOLOGIN; END IF;
EXCEPTION WHEN duplicate_object OR unique_violation THEN NULL;
END $$"""
LEAST_DAYS_ARE = "CREATE OR REPLACE FUNCTION {}.audit_least_days() RETURNS integer LANGUAGE sql IMMUTABLE AS {}"
CIRCUMSTANCES = """
SELECT current_schema(), current_database()::text, rolname::text, rolsuper, rolcreaterole
FROM pg_roles WHERE rolname = current_user
"""
HAND_OVER = """DO $$ DECLARE part regclass; BEGIN
  FOR part IN SELECT {parent}::regclass UNION ALL SELECT inhrelid FROM pg_inherits WHERE inhparent = {parent}::regclass LOOP
    EXECUTE format('ALTER TABLE %s OWNER TO {owner}', part);
  END LOOP;
END $$"""

log = logging.getLogger(__name__)


def script(name: str, schema: str) -> str:
    """One of the files in `sql`, for the tables of a schema."""
    written = (FOLDER / f"{name}.sql").read_text()
    quoted = sql.Identifier(schema).as_string()
    names = {name: sql.Literal(f"{quoted}.{relation}") for name, relation in RELATIONS.items()}
    return sql.SQL(written).format(schema=sql.Identifier(schema), quoted=sql.Literal(quoted), **names).as_string()


def sealing(*, schema: str, app: str, least_days: int, database: str | None, owner_name: str = OWNER) -> list[str]:
    """What makes another role the owner of all of it, so that the role `app` may add and read events and nothing else.

    With `database` it takes that, and with it the schema, from `app` too: their owner may drop what others own in them.
    Whoever runs it belongs to the owner for as long as it takes, as a role that is no superuser has to.
    """
    owner, user, where = sql.Identifier(owner_name), sql.Identifier(app), sql.Identifier(schema)
    events = sql.Identifier(schema, "audit_event")
    least = sql.Literal(f"SELECT {least_days:d}")
    statements: list[sql.Composable] = [
        sql.SQL(MAKE_OWNER).format(name=sql.Literal(owner_name), owner=owner),
        sql.SQL("GRANT {} TO CURRENT_USER").format(owner),
        sql.SQL("GRANT USAGE, CREATE ON SCHEMA {} TO {}").format(where, owner),
        sql.SQL(LEAST_DAYS_ARE).format(where, least),
        sql.SQL(HAND_OVER).format(parent=sql.Literal(events.as_string()), owner=owner),
        *(sql.SQL("ALTER FUNCTION {}.{} OWNER TO {}").format(where, sql.SQL(name), owner) for name in FUNCTIONS),
        sql.SQL("REVOKE ALL ON {} FROM PUBLIC, {}").format(events, user),
        sql.SQL("GRANT SELECT, INSERT ON {} TO {}").format(events, user),
        sql.SQL("GRANT USAGE ON SEQUENCE {}.audit_event_id TO {}").format(where, user),
        *(sql.SQL("GRANT EXECUTE ON FUNCTION {}.{} TO {}").format(where, sql.SQL(name), user) for name in CALLED),
        *(_giving_up(sql.Identifier(database), where, user, owner) if database is not None else []),
        sql.SQL("REVOKE {} FROM CURRENT_USER").format(owner),
    ]
    return [statement.as_string() for statement in statements]


def make(apps: Any, editor: Any) -> None:
    """For the migration: the table, and another owner of it where the role can make one."""
    facts = _circumstances(editor)
    editor.execute(script("make", facts.schema), params=None)
    if facts.is_superuser:
        _run(editor, facts.sealing(None))
    elif facts.makes_roles:
        _seal_as_far_as_it_goes(editor, facts)


def drop(apps: Any, editor: Any) -> None:
    editor.execute(script("drop", _circumstances(editor).schema), params=None)


@dataclass(frozen=True, slots=True)
class _Circumstances:
    schema: str
    database: str
    role: str
    is_superuser: bool
    makes_roles: bool

    def sealing(self, database: str | None) -> list[str]:
        return sealing(schema=self.schema, app=self.role, least_days=LEAST_DAYS, database=database)


def _circumstances(editor: Any) -> _Circumstances:
    with editor.connection.cursor() as cursor:
        cursor.execute(CIRCUMSTANCES)
        return _Circumstances(*cursor.fetchone())


def _seal_as_far_as_it_goes(editor: Any, facts: _Circumstances) -> None:
    """A role may make roles and still be refused a part of it: what is left open, `manage.py audit status` says."""
    for database in (facts.database, None):
        try:
            with transaction.atomic(using=editor.connection.alias):
                _run(editor, facts.sealing(database))
        except ProgrammingError as error:
            if not isinstance(error.__cause__, InsufficientPrivilege):
                raise
            log.info("audit events not sealed", extra={"reason": str(error.__cause__).splitlines()[0]})
        else:
            return


def _run(editor: Any, statements: list[str]) -> None:
    for statement in statements:
        editor.execute(statement, params=None)


def _giving_up(
    database: sql.Identifier, schema: sql.Identifier, user: sql.Identifier, owner: sql.Identifier
) -> list[sql.Composable]:
    return [
        sql.SQL("ALTER DATABASE {} OWNER TO {}").format(database, owner),
        sql.SQL("GRANT CONNECT, CREATE, TEMPORARY ON DATABASE {} TO {}").format(database, user),
        sql.SQL("GRANT USAGE, CREATE ON SCHEMA {} TO {}").format(schema, user),
    ]
