"""The pool and the lease over it: bounded, clean, and never another tenant's."""

import socket
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor

import psycopg
import pytest
from django.db import close_old_connections
from django.db import connections as django_connections

from tenants import connections, session_options
from tenants.connections import close_tenant, lease
from tenants.errors import TenantBusy, TenantDisabled, TenantUnreachable
from tenants.models import Tenant
from tenants.pool import Pool


def backend(tenant: Tenant) -> int:
    with lease(tenant) as connection:
        return connection.info.backend_pid


def hold(tenant: Tenant, entered: threading.Event, leave: threading.Event) -> None:
    with lease(tenant):
        entered.set()
        leave.wait(30)


def test_a_connection_is_used_again(acme: Tenant, pool: Pool) -> None:
    assert backend(acme) == backend(acme)
    assert pool.figures() == {"open": 1, "idle": 1, "in_use": 0, "waited": 0, "tenants": 1}


def test_each_tenant_has_its_own(acme: Tenant, globex: Tenant, pool: Pool) -> None:
    for tenant in (acme, globex, acme, globex):
        with lease(tenant) as connection:
            assert connection.execute("SELECT current_database()").fetchone() == (tenant.database,)


def test_who_finds_none_free_is_told_in_time(acme: Tenant, globex: Tenant, pool: Pool, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(connections, "WAIT_SECONDS", 0.1)
    leave = threading.Event()
    with ThreadPoolExecutor(2) as threads:
        entered = [threading.Event(), threading.Event()]
        for event in entered:
            threads.submit(hold, acme, event, leave)
            assert event.wait(30)
        with pytest.raises(TenantBusy), lease(acme):
            pass
        assert backend(globex)
        leave.set()
    assert pool.figures()["waited"] == 1
    assert backend(acme)


def test_who_waits_gets_the_one_that_comes_back(acme: Tenant, pool: Pool) -> None:
    leave = threading.Event()
    with ThreadPoolExecutor(3) as threads:
        for _ in range(2):
            entered = threading.Event()
            threads.submit(hold, acme, entered, leave)
            assert entered.wait(30)
        waiting = threads.submit(backend, acme)
        time.sleep(0.1)
        assert not waiting.done()
        leave.set()
        assert waiting.result(timeout=30)


def test_at_the_total_another_tenants_idle_connection_goes(
    make_tenant: Callable[..., Tenant], acme_database: dict, pool: Pool
) -> None:
    tenants = [make_tenant(f"t{number}", acme_database) for number in range(6)]
    first = backend(tenants[0])
    for tenant in tenants[1:]:
        backend(tenant)
    assert pool.figures()["open"] == 4
    assert backend(tenants[5]) != first
    assert backend(tenants[0]) != first


def test_at_the_total_one_that_another_tenant_gives_back_ends_the_wait(
    make_tenant: Callable[..., Tenant], acme_database: dict, pool: Pool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(connections, "WAIT_SECONDS", 60.0)
    tenants = [make_tenant(f"t{number}", acme_database) for number in range(5)]
    leave = threading.Event()
    with ThreadPoolExecutor(5) as threads:
        for tenant in tenants[:4]:
            entered = threading.Event()
            threads.submit(hold, tenant, entered, leave)
            assert entered.wait(30)
        waiting = threads.submit(backend, tenants[4])
        time.sleep(0.1)
        leave.set()
        assert waiting.result(timeout=30)


def test_idle_connections_are_closed_after_a_while(acme: Tenant, pool: Pool) -> None:
    backend(acme)
    pool.sweep(idle_seconds=60)
    assert pool.figures()["open"] == 1
    pool.sweep(idle_seconds=0)
    assert pool.figures() == {"open": 0, "idle": 0, "in_use": 0, "waited": 0, "tenants": 0}


def test_a_changed_connection_is_not_mixed_with_the_old_one(acme: Tenant, globex_database: dict, pool: Pool) -> None:
    old = Tenant.objects.get()
    with lease(acme) as connection:
        acme.database, acme.user = globex_database["database"], globex_database["user"]
        acme.set_password(globex_database["password"])
        acme.save()
        connection.execute("SELECT 1")
    with lease(acme) as connection:
        assert connection.execute("SELECT current_database()").fetchone() == (globex_database["database"],)
    assert old.connection_version != acme.connection_version
    assert pool.figures()["open"] == 1


def test_a_switched_off_tenant_is_refused_whatever_is_open(acme: Tenant, pool: Pool) -> None:
    backend(acme)
    acme.is_active = False
    with pytest.raises(TenantDisabled), lease(acme):
        pass
    close_tenant(acme)
    assert pool.figures()["open"] == 0


def leave_in_transaction(connection: psycopg.Connection) -> None:
    connection.execute("BEGIN")


def leave_broken(connection: psycopg.Connection) -> None:
    connection.execute("BEGIN")
    with pytest.raises(psycopg.Error):
        connection.execute("SELECT 1/0")


def leave_closed(connection: psycopg.Connection) -> None:
    connection.close()


def leave_changed(connection: psycopg.Connection) -> None:
    connection.execute("SET default_transaction_read_only = off")


def leave_without_autocommit(connection: psycopg.Connection) -> None:
    connection.autocommit = False


def leave_answering(connection: psycopg.Connection) -> None:
    connection.pgconn.send_query(b"SELECT 1")


@pytest.mark.parametrize(
    "leave",
    [leave_in_transaction, leave_broken, leave_closed, leave_changed, leave_without_autocommit, leave_answering],
)
def test_one_that_is_not_clean_is_thrown_away(acme: Tenant, pool: Pool, leave: Callable[[psycopg.Connection], None]) -> None:
    with lease(acme) as connection:
        process = connection.info.backend_pid
        leave(connection)
    assert backend(acme) != process


def test_one_whose_user_failed_is_thrown_away(acme: Tenant, pool: Pool) -> None:
    process = backend(acme)
    with pytest.raises(ZeroDivisionError), lease(acme):
        1 / 0  # noqa: B018
    assert pool.figures()["open"] == 0
    assert backend(acme) != process


def test_a_superuser_is_not_used(acme: Tenant, embedded_server: object, pool: Pool) -> None:
    acme.user = "paneldash"
    acme.set_password(embedded_server.password)  # type: ignore[attr-defined]
    acme.save()
    with pytest.raises(TenantUnreachable, match="superuser"), lease(acme):
        pass
    assert pool.figures()["open"] == 0


def test_the_session_is_set_for_reading(acme: Tenant, pool: Pool) -> None:
    wanted = {
        "default_transaction_read_only": "on", "TimeZone": acme.time_zone, "DateStyle": "ISO, YMD", "bytea_output": "hex",
        "standard_conforming_strings": "on", "search_path": '"public"', "application_name": "paneldash", "jit": "off",
        "lock_timeout": "1s",
    }  # fmt: skip
    with lease(acme) as connection:
        found = {name: connection.execute(f"SHOW {name}").fetchone()[0] for name in wanted}
    assert found == wanted


def test_a_session_is_left_as_it_was_by_what_is_rolled_back(acme: Tenant, pool: Pool) -> None:
    with lease(acme) as connection:
        process = connection.info.backend_pid
        connection.execute("BEGIN TRANSACTION READ ONLY; SET work_mem = '1GB'; LISTEN news; ROLLBACK")
    with lease(acme) as connection:
        assert connection.info.backend_pid == process
        assert connection.execute("SHOW work_mem").fetchone() == ("16MB",)
        assert connection.execute("SELECT * FROM pg_listening_channels()").fetchall() == []


@pytest.mark.parametrize("statement", ["CREATE TEMP TABLE t (x int)", "CREATE TABLE t (x int)", "SELECT nextval('s')"])
def test_a_session_lets_nothing_be_made(
    acme: Tenant, acme_database: dict, admin_sql: Callable, pool: Pool, statement: str
) -> None:
    admin_sql(acme_database, f'CREATE SEQUENCE IF NOT EXISTS s; GRANT ALL ON SEQUENCE s TO "{acme.user}"')
    with pytest.raises(psycopg.errors.ReadOnlySqlTransaction), lease(acme) as connection:
        connection.execute(statement)


def test_leases_of_one_tenant_may_overlap_in_a_thread(acme: Tenant, pool: Pool) -> None:
    """An export reads while something else of the same tenant is asked."""
    with lease(acme) as outer:
        with lease(acme) as inner:
            assert inner is not outer
            assert django_connections[acme.alias].connection is inner
        assert django_connections[acme.alias].connection is outer
        assert outer.execute("SELECT 1").fetchone() == (1,)
    assert pool.figures() == {"open": 2, "idle": 2, "in_use": 0, "waited": 0, "tenants": 1}
    assert not hasattr(django_connections._connections, acme.alias)


def leasing(tenant: Tenant) -> Iterator[int]:
    with lease(tenant) as connection:
        while True:
            yield connection.info.backend_pid


def test_leases_may_end_in_another_order_than_they_began(acme: Tenant, pool: Pool) -> None:
    first, second = leasing(acme), leasing(acme)
    assert next(first) != next(second)
    first.close()
    assert next(second)
    second.close()
    assert pool.figures()["in_use"] == 0
    assert backend(acme)


def test_a_lease_may_end_in_another_thread(acme: Tenant, pool: Pool) -> None:
    """A generator that nobody reads to its end is closed by whoever collects the garbage."""
    held = leasing(acme)
    next(held)
    with ThreadPoolExecutor(1) as threads:
        threads.submit(held.close).result(30)
    assert pool.figures()["in_use"] == 0
    assert backend(acme)


def test_looking_up_and_connecting_have_one_deadline(far: Tenant, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(session_options, "CONNECT_SECONDS", 3)
    found, given, connect = [(0, 0, 0, "", ("127.0.0.1", 0))], [], psycopg.connect
    monkeypatch.setattr(socket, "getaddrinfo", lambda *_, **__: time.sleep(1.05) or found)
    monkeypatch.setattr(psycopg, "connect", lambda **facts: given.append(facts["connect_timeout"]) or connect(**facts))
    far.host = "slow.example.com"
    with lease(far):
        pass
    assert given == [2]  # of three seconds


def test_a_requests_end_does_not_end_a_lease(acme: Tenant, pool: Pool) -> None:
    """Else two threads would have one connection."""
    with lease(acme) as connection:
        close_old_connections()
        assert pool.figures()["in_use"] == 1
        assert connection.execute("SELECT 1").fetchone() == (1,)
