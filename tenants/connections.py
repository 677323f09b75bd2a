"""A tenant's database is reached through `lease`: a connection for a moment, from a pool that is bounded everywhere.

Django knows a tenant's own as the alias `tenant_<slug>`, registered when it is needed.
"""

import errno
import threading
import time
from collections import OrderedDict
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, cast

import psycopg
from django.conf import settings
from django.db import connections

from tenants import session_options
from tenants.backend.base import DatabaseWrapper
from tenants.credentials import CredentialsError
from tenants.database import Database
from tenants.errors import TenantDisabled, TenantUnreachable
from tenants.models import Tenant
from tenants.outbound.entered import check_entered
from tenants.pool import Pool
from tenants.refusals import unreachable
from tenants.resolve import HostRefused, resolve

WAIT_SECONDS = 2.0
LEAST_CONNECT_SECONDS = 2  # libpq takes less for this
REGISTERED_AT_ONCE = 32  # Django walks over all aliases three times a request: 1,000 cost 11 ms, 32 cost 0.2 ms

_pool = Pool(per_tenant=settings.TENANT_POOL_SIZE, total=settings.TENANT_POOL_TOTAL, untried=max(2, settings.WEB_THREADS - 2))
_registration = threading.Lock()
_registered: OrderedDict[str, dict[str, Any]] = OrderedDict()


@dataclass(frozen=True)
class Lender:
    """What a Django connection needs to borrow from the pool: the database as it was when it asked."""

    database: Database

    def serves(self, database: Database) -> bool:
        mine = self.database
        return (mine.key, mine.connection_version) == (database.key, database.connection_version)

    def borrow(self) -> psycopg.Connection:
        its = self.database
        return _pool.borrow(its.key, its.connection_version, lambda: _connect_reader(its), wait_seconds=WAIT_SECONDS)

    def give_back(self, connection: psycopg.Connection) -> None:
        _pool.give_back(self.database.key, connection)


@contextmanager
def lease(database: Database) -> Iterator[psycopg.Connection]:
    """An idle connection in autocommit, for as long as the block lasts; one that failed in it is thrown away.

    Raises TenantDisabled, TenantBusy when none is free in time, TenantUnreachable.
    """
    if not database.is_active:
        raise TenantDisabled("This tenant is switched off.")
    with _wrapper(database) as wrapper:
        wrapper.connect()
        wrapper.close_at = None  # Django closes what is old at a request's end; a lease ends by itself
        connection = cast(psycopg.Connection, wrapper.connection)
        try:
            yield connection
        except BaseException:
            connection.close()
            raise


def connect(database: Database) -> psycopg.Connection:
    """A new connection, outside the pool. Raises TenantUnreachable."""
    try:
        started = time.monotonic()
        address = resolve(database.host, timeout_seconds=session_options.CONNECT_SECONDS)
        if not database.is_operators:
            check_entered(address, database.port)
        left = session_options.CONNECT_SECONDS - int(time.monotonic() - started)
        parameters = session_options.parameters(database, address) | {"connect_timeout": max(left, LEAST_CONNECT_SECONDS)}
        # Nothing is prepared under a name: behind PgBouncer the next transaction is another server connection's.
        return psycopg.connect(**parameters, autocommit=True, prepare_threshold=None)
    except HostRefused as error:
        raise TenantUnreachable("The database's host is not allowed on this installation.", detail=str(error)) from error
    except CredentialsError as error:
        sentence = "The database's stored password cannot be read. An admin has to look at the credential keys."
        raise TenantUnreachable(sentence, detail=str(error)) from error
    except OSError as error:
        sentence = "PanelDash could not prepare the connection. An admin has to look at its disk and limits."
        raise TenantUnreachable(sentence, detail=errno.errorcode.get(error.errno or 0, "OSError")) from error
    except psycopg.Error as error:
        raise unreachable(error) from error


def close_tenant(tenant: Tenant) -> None:
    """Close the idle connections to its databases, and those lent out as they come back; the next lease opens new ones."""
    _pool.close(tenant.pk)


def close_all() -> None:
    """Close every tenant's idle connections and forget their aliases."""
    _pool.close_all()
    with _registration:
        connections.settings = {name: entry for name, entry in connections.settings.items() if name not in _registered}
        _registered.clear()


def pool_figures() -> dict[str, int]:
    """This process's connections to tenants: open, idle, in_use, waited, tenants."""
    return _pool.figures()


def _connect_reader(database: Database) -> psycopg.Connection:
    """A connection that panels may use. The server says at sign-in whether the role is a superuser: no query is spent."""
    connection = connect(database)
    if connection.info.parameter_status("is_superuser") == "on":
        connection.close()
        sentence = "The database's role is a superuser, which PanelDash does not use. An admin has to change it."
        raise TenantUnreachable(sentence, detail="superuser")
    return connection


def _register(database: Database) -> dict[str, Any]:
    """Make the alias known, by copy: other threads walk over Django's dictionary while we change it. Its settings."""
    with _registration:
        known = _registered.get(database.alias)
        if known is not None and known["LENDER"].serves(database):
            _registered.move_to_end(database.alias)
            return known
        entry = _registered[database.alias] = _settings(database)
        _registered.move_to_end(database.alias)
        dropped = {_registered.popitem(last=False)[0] for _ in range(len(_registered) - REGISTERED_AT_ONCE)}
        kept = {alias: entry for alias, entry in connections.settings.items() if alias not in dropped}
        connections.settings = connections.configure_settings({**kept, database.alias: entry})
        return entry


def _settings(database: Database) -> dict[str, Any]:
    return {
        "ENGINE": "tenants.backend",
        "NAME": database.database,
        "LENDER": Lender(database),
        "ATOMIC_REQUESTS": False,
        "CONN_MAX_AGE": 0,
        "TIME_ZONE": None,
    }


@contextmanager
def _wrapper(database: Database) -> Iterator[DatabaseWrapper]:
    """A Django connection of this lease's own, which the thread's alias leads to meanwhile.

    Made from our own settings, not from what the alias leads to: another thread may push it out, or give it to another
    tenant of that name, at any moment. Leases may overlap in a thread, and a generator may end its in another.
    """
    alias = database.alias
    wrapper = DatabaseWrapper(_register(database), alias)
    wrapper.inc_thread_sharing()
    before = _of_this_thread(alias)
    connections[alias] = wrapper
    try:
        yield wrapper
    finally:
        wrapper.close()
        if _of_this_thread(alias) is wrapper:
            del connections[alias]
            if before is not None and before.connection is not None:
                connections[alias] = before


def _of_this_thread(alias: str) -> DatabaseWrapper | None:
    return getattr(connections._connections, alias, None)  # type: ignore[attr-defined]
