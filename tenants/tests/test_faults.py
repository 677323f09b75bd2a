"""Networks and servers that fail. Each test asks: what is said, how long it takes, what others feel, what is left behind."""

import contextlib
import socket
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor

import psutil
import psycopg
import pytest
from psycopg import sql

from conftest import WORKER
from paneldash.embedded import EmbeddedServer
from tenants.connections import close_tenant, lease
from tenants.errors import TenantUnreachable
from tenants.models import Tenant
from tenants.pool import Pool
from tenants.pooled import CONNECTING_AT_ONCE
from tenants.tests.proxy import Mode, Proxy

CONNECT_SECONDS = 10.0  # the deadline is two, and a busy machine takes its time; without one it would be a minute
OURS = {"proxy", "resolve"}  # threads that must end; the watchdog and the sweeper may stay
ENDLESS = "SELECT repeat('x', 1000) FROM generate_series(1, 2000)"


def ask(tenant: Tenant) -> str:
    with lease(tenant) as connection:
        return str(connection.execute("SELECT current_database()").fetchone()[0])


def refusal(tenant: Tenant) -> TenantUnreachable:
    """What the tenant's database being away is told as; never with a host, a role or a password in it."""
    with pytest.raises(TenantUnreachable) as caught:
        ask(tenant)
    said = f"{caught.value} {caught.value.sentence} {caught.value.detail}"
    assert not any(secret in said for secret in (tenant.user, tenant.host, str(tenant.port), tenant.password_token))
    assert caught.value.sentence.endswith(".")
    return caught.value


def refusal_meanwhile(tenant: Tenant, other: Tenant) -> TenantUnreachable:
    """As `refusal`, while another tenant is asked all the time; while one waits for the broken one, it answers."""
    with ThreadPoolExecutor(1) as threads:
        started = time.monotonic()
        failing = threads.submit(refusal, tenant)
        answered = 0
        while not failing.done():
            assert ask(other) == other.database
            answered += not failing.done()
            time.sleep(0.01)
        assert time.monotonic() - started < CONNECT_SECONDS
        assert answered > 2 or failing.result().detail != "timeout"
        return failing.result()


def left_behind(server: EmbeddedServer) -> dict[str, int]:
    """Threads and TCP sockets of this process, and what the server has open for tenants' roles."""
    with psycopg.connect(server.url("postgres"), autocommit=True) as owner:
        query = "SELECT count(*) FROM pg_stat_activity WHERE usename LIKE %s"
        backends = owner.execute(query, [rf"%{WORKER}\_reader"]).fetchone()[0]
    threads = sum(thread.name in OURS or thread.name.startswith("ThreadPool") for thread in threading.enumerate())
    return {"threads": threads, "sockets": len(psutil.Process().net_connections("tcp")), "backends": backends}


@pytest.fixture(autouse=True)
def _nothing_is_left(embedded_server: EmbeddedServer) -> Iterator[None]:
    before = left_behind(embedded_server)
    yield
    deadline = time.monotonic() + 30
    while (after := left_behind(embedded_server)) != before and time.monotonic() < deadline:
        time.sleep(0.05)
    assert all(after[what] <= before[what] for what in after), (before, after)


@pytest.fixture
def owner(embedded_server: EmbeddedServer) -> Iterator[psycopg.Connection]:
    with psycopg.connect(embedded_server.url("postgres"), autocommit=True) as connection:
        yield connection


@pytest.fixture
def dropping() -> Iterator[int]:
    """A port of this machine that drops packets: a listener whose queue is full answers no SYN."""
    with socket.socket() as full, contextlib.ExitStack() as fillers:
        full.bind(("127.0.0.1", 0))
        full.listen(0)
        for _ in range(3):
            filler = fillers.enter_context(socket.socket())
            filler.setblocking(False)
            filler.connect_ex(full.getsockname())
        yield full.getsockname()[1]


def test_a_closed_port_is_said_at_once(far: Tenant, globex: Tenant, proxy: Proxy) -> None:
    """Fault 1."""
    proxy.refuse()
    error = refusal_meanwhile(far, globex)
    assert (error.detail, error.sentence) == ("refused", "The database cannot be reached.")
    assert {refusal(far).detail for _ in range(6)} == {"refused"}


def test_an_open_breaker_does_not_knock(far: Tenant, proxy: Proxy) -> None:
    """Fault 1."""
    proxy.mode = "garbage"
    for _ in range(6):
        refusal(far)
    assert proxy.accepted == 3


def test_packets_that_are_dropped_are_not_waited_for(
    make_tenant: Callable[..., Tenant], far: Tenant, globex: Tenant, acme_database: dict, dropping: int
) -> None:
    """Fault 2."""
    dropped = make_tenant("dropped", {**acme_database, "host": "127.0.0.1", "port": dropping})
    error = refusal_meanwhile(dropped, globex)
    assert (error.detail, error.sentence) == ("timeout", "The database did not answer in time.")


@pytest.mark.parametrize("mode", ["silent", "stall", "drip"])
def test_a_host_that_hangs_costs_the_connect_timeout_and_others_nothing(
    far: Tenant, globex: Tenant, proxy: Proxy, mode: Mode
) -> None:
    """Faults 3 and 4; one that answers byte by byte makes the deadline no longer."""
    proxy.mode = mode
    assert refusal_meanwhile(far, globex).detail == "timeout"
    proxy.mode = "pass"
    assert ask(far) == far.database


def test_of_a_crowd_no_more_than_two_wait_for_a_host_that_hangs(far: Tenant, proxy: Proxy) -> None:
    """The others of the tenant are told, and go on to other work; after a failure one tries at a time."""
    proxy.mode = "silent"
    for knocks in (CONNECTING_AT_ONCE + 1, CONNECTING_AT_ONCE + 2):
        with ThreadPoolExecutor(6) as threads:
            started = time.monotonic()
            assert len(list(threads.map(lambda _: refusal(far), range(6)))) == 6
        assert proxy.accepted <= knocks
        assert time.monotonic() - started < 2 * CONNECT_SECONDS


def test_a_name_server_that_hangs_holds_up_its_own_names_only(
    far: Tenant, globex: Tenant, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Fault 5: the system's resolver knows no deadline."""
    answered = threading.Event()
    monkeypatch.setattr(socket, "getaddrinfo", lambda *_, **__: answered.wait(30) and [])
    far.host = "slow.example.com"
    error = refusal_meanwhile(far, globex)
    answered.set()
    assert (error.detail, error.sentence) == ("DNS timeout", "The database's host name could not be looked up in time.")


def test_a_name_that_nobody_knows(far: Tenant, globex: Tenant) -> None:
    """Fault 5."""
    far.host = "no-such-host.invalid"
    error = refusal_meanwhile(far, globex)
    assert (error.detail, error.sentence) == ("DNS failure", "The database's host name is not known.")


def test_a_peer_that_vanished_is_noticed_by_the_kernel(far: Tenant) -> None:
    """Fault 9: an idle connection within 25 s, one with a query under way within 15 s."""
    with lease(far) as connection, socket.socket(fileno=connection.fileno()) as wire:
        level, wanted = socket.IPPROTO_TCP, ("TCP_KEEPIDLE", "TCP_KEEPINTVL", "TCP_KEEPCNT", "TCP_USER_TIMEOUT")
        assert [wire.getsockopt(level, getattr(socket, name)) for name in wanted] == [10, 5, 3, 15_000]
        assert wire.getsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE)
        wire.detach()


def test_a_peer_that_vanishes_in_mid_answer_holds_up_nobody_else(far: Tenant, globex: Tenant, proxy: Proxy, pool: Pool) -> None:
    """Fault 9: whoever reads is cut off from outside, by shutting the socket down; the connection is not kept."""
    with ThreadPoolExecutor(1) as threads:
        reading, wires = threading.Event(), []

        def read() -> None:
            with lease(far) as connection:
                wires.append(socket.socket(fileno=connection.fileno()))
                proxy.mode = "dry"
                for _ in connection.cursor().stream(ENDLESS):
                    reading.set()

        hanging = threads.submit(read)
        assert reading.wait(30)
        assert ask(globex) == globex.database
        wires[0].shutdown(socket.SHUT_RDWR)
        wires[0].detach()
        assert isinstance(hanging.exception(30), psycopg.OperationalError)
    assert pool.figures()["open"] == 1


@pytest.mark.parametrize("mode", ["cut", "corrupt"])
def test_an_answer_that_breaks_off_or_is_nonsense_is_an_error_and_the_connection_goes(
    far: Tenant, globex: Tenant, proxy: Proxy, pool: Pool, mode: Mode
) -> None:
    """Faults 10 and 11."""
    ask(far)
    proxy.mode = mode
    with pytest.raises(psycopg.Error), lease(far) as connection:
        connection.execute(ENDLESS)
    assert pool.figures()["open"] == 0
    proxy.mode = "pass"
    assert (ask(far), ask(globex)) == (far.database, globex.database)


def test_what_is_not_postgresql_is_said(far: Tenant, globex: Tenant, proxy: Proxy) -> None:
    """Fault 11."""
    proxy.mode = "garbage"
    assert refusal_meanwhile(far, globex).sentence == "The database cannot be reached."


def test_a_connection_that_was_reset_in_the_pool_is_not_lent_again(far: Tenant, proxy: Proxy) -> None:
    """Fault 12."""
    assert ask(far) == far.database
    proxy.reset()
    time.sleep(0.1)
    assert ask(far) == far.database
    assert proxy.accepted == 2


def test_connections_the_server_ended_while_idle_are_replaced_unseen(
    far: Tenant, globex: Tenant, proxy: Proxy, pool: Pool, owner: psycopg.Connection
) -> None:
    """Fault 12: both of them, within one lease."""
    with lease(far), lease(far):
        pass
    ask(globex)
    owner.execute("SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity WHERE usename = %s", [far.user])
    time.sleep(0.1)
    assert ask(far) == far.database
    assert ask(globex) == globex.database
    assert pool.figures() == {"open": 2, "idle": 2, "in_use": 0, "waited": 0, "tenants": 2}


def test_a_server_that_comes_back_is_used_again(far: Tenant, proxy: Proxy, pool: Pool, monkeypatch: pytest.MonkeyPatch) -> None:
    assert ask(far) == far.database
    proxy.refuse()
    for _ in range(4):
        refusal(far)
    proxy.restore()
    monkeypatch.setattr(pool._databases[far.key].breaker, "_probe_at", 0.0)
    assert ask(far) == far.database


def test_a_rotated_password_is_tried_once_and_the_new_one_works_at_once(
    far: Tenant, globex: Tenant, proxy: Proxy, pool: Pool, owner: psycopg.Connection, acme_database: dict
) -> None:
    """Fault 14: no hammering that locks the account."""
    change = sql.SQL("ALTER ROLE {} PASSWORD {}").format
    ask(far)
    try:
        owner.execute(change(sql.Identifier(far.user), "tomorrow's"))
        assert ask(far) == far.database, "who is in stays in"
        close_tenant(far)
        error = refusal_meanwhile(far, globex)
        assert (error.detail, "refused the login" in error.sentence) == ("28P01", True)
        assert {refusal(far).detail for _ in range(5)} == {"28P01"}
        assert refusal(far).retry_after_seconds > 30
        assert proxy.accepted == 2
        far.set_password("tomorrow's")
        far.save()
        assert ask(far) == far.database
        assert pool.figures()["in_use"] == 0
    finally:
        owner.execute(change(sql.Identifier(far.user), acme_database["password"]))


def test_a_new_password_closes_what_the_old_one_opened(far: Tenant, proxy: Proxy, pool: Pool) -> None:
    """Fault 14."""
    ask(far)
    far.set_password("not the role's")
    far.save()
    assert refusal(far).detail == "28P01"
    assert pool.figures()["open"] == 0


@pytest.mark.parametrize(("field", "value", "detail"), [("database", "not_there", "3D000"), ("user", "nobody_at_all", "28P01")])
def test_what_was_dropped_is_named_by_its_kind(
    far: Tenant, globex: Tenant, proxy: Proxy, field: str, value: str, detail: str
) -> None:
    """Fault 15: without a storm of attempts."""
    setattr(far, field, value)
    assert refusal_meanwhile(far, globex).detail == detail
    for _ in range(5):
        assert refusal(far).detail == detail
    assert proxy.accepted <= 3


def test_a_role_that_may_not_connect(far: Tenant, globex: Tenant, owner: psycopg.Connection) -> None:
    """Fault 15."""
    database = sql.Identifier(far.database)
    owner.execute(sql.SQL("REVOKE CONNECT ON DATABASE {} FROM PUBLIC").format(database))
    try:
        error = refusal_meanwhile(far, globex)
    finally:
        owner.execute(sql.SQL("GRANT CONNECT ON DATABASE {} TO PUBLIC").format(database))
    assert (error.detail, error.sentence) == ("42501", "The role may not connect to this database.")


@pytest.mark.parametrize("full", ["ROLE {role} CONNECTION LIMIT", "DATABASE {database} CONNECTION LIMIT"])
def test_a_server_that_is_full(far: Tenant, globex: Tenant, owner: psycopg.Connection, full: str) -> None:
    """Fault 16: 53300; what we hold meanwhile goes on working."""
    names = {"role": sql.Identifier(far.user), "database": sql.Identifier(far.database)}
    with lease(far) as held:
        owner.execute(sql.SQL(f"ALTER {full} 1").format(**names))
        try:
            error = refusal_meanwhile(far, globex)
            assert held.execute("SELECT 1").fetchone() == (1,)
        finally:
            owner.execute(sql.SQL(f"ALTER {full} -1").format(**names))
    assert (error.detail, error.sentence) == ("53300", "The database server accepts no more connections.")
    assert ask(far) == far.database
