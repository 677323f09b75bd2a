"""Networks and servers that fail. Each test asks: what is said, how long it takes, what others feel, what is left behind."""

import socket
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor

import psycopg
import pytest
from psycopg import sql

from paneldash.embedded import EmbeddedServer
from tenants import resolve
from tenants.connections import lease
from tenants.errors import TenantUnreachable
from tenants.models import Tenant
from tenants.pool import Pool
from tenants.tests.proxy import Mode, Proxy

WHILE_ANOTHER_HANGS = 1.0  # seconds; the hanging one takes at least two


def ask(tenant: Tenant) -> str:
    with lease(tenant) as connection:
        return str(connection.execute("SELECT current_database()").fetchone()[0])


def refusal(tenant: Tenant) -> TenantUnreachable:
    """What the tenant's database being away is told as; never with a host, a role or a password in it."""
    with pytest.raises(TenantUnreachable) as caught:
        ask(tenant)
    said = f"{caught.value.sentence} {caught.value.detail}"
    assert not any(secret in said for secret in (tenant.user, tenant.host, str(tenant.port), tenant.password_token))
    return caught.value


@pytest.fixture(autouse=True)
def _nothing_is_left(pool: Pool) -> Iterator[None]:
    before = threading.active_count()
    yield
    assert pool.figures()["in_use"] == 0
    deadline = time.monotonic() + 3
    while threading.active_count() > before + 20 and time.monotonic() < deadline:
        time.sleep(0.05)
    assert threading.active_count() <= before + 20  # the proxy's own pumps, the resolvers and the sweeper


def test_a_closed_port_is_said_at_once_and_knocked_at_three_times_only(far: Tenant, proxy: Proxy) -> None:
    """Fault 1."""
    proxy.refuse()
    started = time.monotonic()
    assert {refusal(far).detail for _ in range(6)} == {"refused"}
    assert time.monotonic() - started < WHILE_ANOTHER_HANGS


def test_an_open_breaker_does_not_knock(far: Tenant, proxy: Proxy) -> None:
    proxy.mode = "garbage"
    for _ in range(6):
        refusal(far)
    assert proxy.accepted == 3


@pytest.mark.parametrize("mode", ["silent", "stall"])
def test_a_host_that_hangs_costs_the_connect_timeout_and_others_nothing(
    far: Tenant, globex: Tenant, proxy: Proxy, mode: Mode
) -> None:
    """Faults 2, 3 and 4."""
    proxy.mode = mode
    with ThreadPoolExecutor(1) as threads:
        hanging = threads.submit(refusal, far)
        time.sleep(0.2)
        started = time.monotonic()
        assert ask(globex) == globex.database
        assert time.monotonic() - started < WHILE_ANOTHER_HANGS
        assert hanging.result().detail == "timeout"


def test_packets_that_are_dropped_are_not_waited_for(
    make_tenant: Callable[..., Tenant], acme_database: dict, far: Tenant
) -> None:
    """Fault 2: a listener whose queue is full answers no SYN."""
    with socket.socket() as full:
        full.bind(("127.0.0.1", 0))
        full.listen(0)
        fillers = [socket.socket() for _ in range(3)]
        for filler in fillers:
            filler.setblocking(False)
            filler.connect_ex(full.getsockname())
        dropped = make_tenant("dropped", {**acme_database, "host": "127.0.0.1", "port": full.getsockname()[1]})
        started = time.monotonic()
        assert refusal(dropped).detail == "timeout"
        assert time.monotonic() - started < 4
        for filler in fillers:
            filler.close()


def test_no_more_than_two_threads_wait_for_a_dead_host(far: Tenant, proxy: Proxy) -> None:
    """The others of the tenant are told that it is busy, and go on to other work."""
    proxy.mode = "silent"
    with ThreadPoolExecutor(6) as threads:
        told = list(threads.map(lambda _: refusal(far), range(6)))
    assert proxy.accepted <= 4  # two at a time, twice; then the breaker is open
    assert {type(error) for error in told} <= {TenantUnreachable, *TenantUnreachable.__subclasses__()}


@pytest.mark.parametrize(
    ("looked_up", "detail"),
    [(lambda *_, **__: time.sleep(3), "DNS timeout"), (lambda *_, **__: (_ for _ in ()).throw(socket.gaierror()), "DNS failure")],
)
def test_names_that_cannot_be_looked_up(
    far: Tenant, monkeypatch: pytest.MonkeyPatch, looked_up: Callable[..., object], detail: str
) -> None:
    """Fault 5: the system's resolver knows no deadline."""
    monkeypatch.setattr(resolve.socket, "getaddrinfo", looked_up)
    far.host = "db.example.com"
    far.set_password("x")
    assert refusal(far).detail == detail


def test_what_is_not_postgresql_is_said(far: Tenant, proxy: Proxy) -> None:
    """Fault 11."""
    proxy.mode = "garbage"
    assert refusal(far).sentence == "The database cannot be reached."


def test_a_connection_that_died_in_the_pool_is_not_lent_again(far: Tenant, proxy: Proxy) -> None:
    """Faults 9 and 12."""
    assert ask(far) == far.database
    proxy.reset()
    time.sleep(0.1)
    assert ask(far) == far.database
    assert proxy.accepted == 2


def test_a_server_that_comes_back_is_used_again(far: Tenant, proxy: Proxy, pool: Pool, monkeypatch: pytest.MonkeyPatch) -> None:
    assert ask(far) == far.database
    proxy.refuse()
    for _ in range(4):
        refusal(far)
    proxy.restore()
    monkeypatch.setattr(pool._tenants[far.pk].breaker, "_probe_at", 0.0)
    assert ask(far) == far.database


def test_a_changed_password_is_tried_once_and_a_new_one_works_at_once(
    far: Tenant, proxy: Proxy, embedded_server: EmbeddedServer, acme_database: dict
) -> None:
    """Fault 14: no hammering that locks the account."""
    try:
        far.set_password("yesterday's")
        far.save()
        assert {refusal(far).detail for _ in range(4)} == {"28P01"}
        assert proxy.accepted == 1
        far.set_password(acme_database["password"])
        far.save()
        assert ask(far) == far.database
    finally:
        far.delete()


@pytest.mark.parametrize(("field", "value", "detail"), [("database", "not_there", "3D000"), ("user", "nobody_at_all", "28P01")])
def test_what_was_dropped_is_named_by_its_kind(far: Tenant, acme_database: dict, field: str, value: str, detail: str) -> None:
    """Fault 15."""
    setattr(far, field, value)
    far.set_password(acme_database["password"])
    assert refusal(far).detail == detail


def test_a_role_that_may_not_connect(far: Tenant, embedded_server: EmbeddedServer) -> None:
    """Fault 15."""
    database = sql.Identifier(far.database)
    with psycopg.connect(embedded_server.url("postgres"), autocommit=True) as owner:
        owner.execute(sql.SQL("REVOKE CONNECT ON DATABASE {} FROM PUBLIC").format(database))
        try:
            assert refusal(far).detail == "42501"
        finally:
            owner.execute(sql.SQL("GRANT CONNECT ON DATABASE {} TO PUBLIC").format(database))


def test_a_server_that_is_full(far: Tenant, embedded_server: EmbeddedServer) -> None:
    """Fault 16."""
    role = sql.Identifier(far.user)
    with psycopg.connect(embedded_server.url("postgres"), autocommit=True) as owner:
        owner.execute(sql.SQL("ALTER ROLE {} CONNECTION LIMIT 0").format(role))
        try:
            assert refusal(far).sentence == "The database server accepts no more connections."
        finally:
            owner.execute(sql.SQL("ALTER ROLE {} CONNECTION LIMIT -1").format(role))
