"""Taking the events out of the application's reach: `manage.py audit seal`, and what there is to say of how far they are."""

from dataclasses import dataclass

import psycopg
from django.conf import settings
from django.db import connection

from audit.database import OWNER, sealing

CONNECT_SECONDS = 10
FACTS = """
SELECT current_schema(), current_database()::text, current_user::text, r.rolsuper, r.rolcreaterole,
       pg_has_role(current_user, c.relowner, 'USAGE'),
       pg_has_role(current_user, d.datdba, 'USAGE') OR pg_has_role(current_user, n.nspowner, 'USAGE'), audit_least_days()
FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace, pg_roles r, pg_database d
WHERE c.oid = 'audit_event'::regclass AND r.rolname = current_user AND d.datname = current_database()
"""


class SealFailed(Exception):
    """Nothing was changed. The message is a sentence without the address and its password."""


@dataclass(frozen=True, slots=True)
class Seal:
    """How far the role that the application signs in with is from the events."""

    schema: str
    database: str
    role: str
    is_superuser: bool
    makes_roles: bool
    owns_events: bool
    owns_house: bool
    least_days: int

    @property
    def holes(self) -> list[str]:
        """What the role could do to events that are there, in sentences; nothing where it is kept from all of it."""
        if self.is_superuser:
            return [f"{self.role} is a superuser: it may do anything. Let PanelDash sign in as an ordinary role."]
        holes = []
        if self.owns_events:
            holes.append(f"{self.role} owns the table: it could take off its triggers, or drop it.")
        if self.makes_roles:
            holes.append(
                f"{self.role} may make roles: it could make itself a member of {OWNER}. ALTER ROLE … NOCREATEROLE ends that."
            )
        if self.owns_house:
            holes.append(f"{self.role} owns the database or its schema: it could drop all that is in it.")
        return holes


def seal_state() -> Seal:
    with connection.cursor() as cursor:
        cursor.execute(FACTS)
        return Seal(*cursor.fetchone())


def seal_script(state: Seal) -> list[str]:
    """What a superuser, or a role that may make roles, runs in the central database."""
    database = state.database if state.owns_house else None
    return sealing(schema=state.schema, app=state.role, least_days=settings.AUDIT_RETENTION_DAYS, database=database)


def seal(admin_url: str) -> Seal:
    """Run it with the address of somebody who may; answers what then holds. Raises SealFailed."""
    state = seal_state()
    try:
        with psycopg.connect(admin_url, dbname=state.database, connect_timeout=CONNECT_SECONDS) as admin:
            for statement in seal_script(state):
                admin.execute(statement)
    except psycopg.ProgrammingError as error:
        # Not chained: libpq quotes parts of an address it cannot read, and the password may be among them.
        said = error.diag.message_primary
        raise SealFailed(f"The database refused: {said}." if said else "The admin's address cannot be read.") from None
    except psycopg.Error as error:
        raise SealFailed(f"It did not work: {error.diag.message_primary or type(error).__name__}.") from None
    return seal_state()
