"""The pool and the lease over it: bounded, clean, and never another tenant's."""

import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import psycopg
import pytest
from django.db import connections as django_connections

from tenants import connections
from tenants.connections import REGISTERED_AT_ONCE, close_tenant, lease
from tenants.errors import TenantBusy, TenantDisabled, TenantUnreachable
from tenants.models import Tenant
from tenants.pool import Pool


def backend(tenant: Tenant) -> int:
    with lease(tenant) as connection:
        return connection.info.backend_pid


def hold(tenant: Tenant, entered: threading.Event, leave: threading.Event) -> None:
    with lease(tenant):
        entered.set()
        leave.wait(10)


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
            assert event.wait(5)
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
            assert entered.wait(5)
        waiting = threads.submit(backend, acme)
        time.sleep(0.1)
        assert not waiting.done()
        leave.set()
        assert waiting.result(timeout=5)


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
    make_tenant: Callable[..., Tenant], acme_database: dict, pool: Pool
) -> None:
    tenants = [make_tenant(f"t{number}", acme_database) for number in range(5)]
    leave = threading.Event()
    with ThreadPoolExecutor(5) as threads:
        for tenant in tenants[:4]:
            entered = threading.Event()
            threads.submit(hold, tenant, entered, leave)
            assert entered.wait(5)
        waiting = threads.submit(backend, tenants[4])
        time.sleep(0.1)
        leave.set()
        assert waiting.result(timeout=1.5)


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


@pytest.mark.parametrize("leave", [leave_in_transaction, leave_broken, leave_closed])
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


def test_few_aliases_are_known_to_django_at_once(make_tenant: Callable[..., Tenant], acme_database: dict, pool: Pool) -> None:
    before = set(django_connections.settings)
    for number in range(REGISTERED_AT_ONCE + 10):
        backend(make_tenant(f"t{number}", acme_database))
    added = set(django_connections.settings) - before
    assert len(added) == REGISTERED_AT_ONCE
    assert f"tenant_t{REGISTERED_AT_ONCE + 9}" in added
    connections.close_all()
    assert set(django_connections.settings) == before


def test_the_session_is_set_for_reading(acme: Tenant, pool: Pool) -> None:
    wanted = {
        "default_transaction_read_only": "on", "TimeZone": acme.time_zone, "DateStyle": "ISO, YMD", "bytea_output": "hex",
        "standard_conforming_strings": "on", "search_path": '"public"', "application_name": "paneldash", "jit": "off",
        "lock_timeout": "1s",
    }  # fmt: skip
    with lease(acme) as connection:
        found = {name: connection.execute(f"SHOW {name}").fetchone()[0] for name in wanted}
    assert found == wanted


def test_a_fork_starts_with_no_connections(acme: Tenant, pool: Pool) -> None:
    backend(acme)
    pool._start_empty()
    assert pool.figures()["open"] == 0
