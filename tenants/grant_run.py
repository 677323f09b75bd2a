"""Making a reader role in the tenant's own database, with the address of somebody who may."""

import psycopg
from psycopg.errors import Diagnostic

from tenants.grants import Reader, Statement
from tenants.models import Tenant
from tenants.refusals import unreachable

CONNECT_SECONDS = 10


class GrantFailed(Exception):
    """Nothing was changed. The message is a sentence without the address and its password."""


def run_as_owner(address: str, tenant: Tenant, reader: Reader, statements: list[Statement]) -> list[str]:
    """Run all of the statements or none, in the tenant's database whatever the address names. Answers the warnings."""
    warnings: list[str] = []
    try:
        owner = psycopg.connect(address, dbname=reader.database, connect_timeout=CONNECT_SECONDS)
    except psycopg.ProgrammingError:
        # Not chained: libpq quotes parts of an address it cannot read, and the password may be among them.
        raise GrantFailed("The admin's address cannot be read; it looks like postgres://user:password@host/") from None
    except psycopg.Error as error:
        raise GrantFailed(f"Connecting as admin failed. {unreachable(error).sentence}") from None
    with owner:
        owner.add_notice_handler(lambda notice: _keep(notice, warnings))
        for statement in statements:
            try:
                owner.execute(statement)
            except psycopg.Error as error:
                said = error.diag.message_primary or type(error).__name__
                raise GrantFailed(f"The database refused: {said}. Nothing was changed.") from error
    return warnings


def _keep(notice: Diagnostic, warnings: list[str]) -> None:
    if notice.severity_nonlocalized == "WARNING" and notice.message_primary:
        warnings.append(notice.message_primary)
