"""An answer that is broken off in its middle: asked once more, and never shown by the half."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import psycopg
import pytest

from datasources.errors import QueryTimeout, SourceUnavailable
from datasources.tests.faults.asking import SLOW, ask, wait_until
from paneldash.embedded import EmbeddedServer
from tenants.models import Tenant
from tenants.pool import Pool
from tenants.tests.proxy import Proxy

pytestmark = pytest.mark.filterwarnings("error::pytest.PytestUnhandledThreadExceptionWarning")
END = """WITH slow AS MATERIALIZED (SELECT pid FROM pg_stat_activity
                                    WHERE usename = %s AND query LIKE '%%generate_series(1, %%' AND state = 'active')
         SELECT pid FROM slow WHERE pg_terminate_backend(pid)"""


def test_a_server_that_falls_silent_in_mid_answer(
    make_tenant: Callable[..., Tenant], things: Tenant, acme_database: dict, embedded_server: EmbeddedServer, pool: Pool
) -> None:
    """Fault 9."""
    proxy = Proxy(embedded_server.socket_folder / ".s.PGSQL.5432")
    far = make_tenant("far", {**acme_database, "host": "127.0.0.1", "port": proxy.port}, timeout_ms=400)
    assert ask(far) == 3_000
    proxy.mode = "freeze"
    with ThreadPoolExecutor(1) as threads:
        hanging = threads.submit(ask, far)
        assert ask(things) == 3_000
        with pytest.raises(QueryTimeout):
            hanging.result(timeout=30)
    proxy.close()
    assert pool.figures()["in_use"] == 0


def test_a_connection_that_breaks_in_mid_answer_is_tried_once_more(
    make_tenant: Callable[..., Tenant], things: Tenant, acme_database: dict, embedded_server: EmbeddedServer, pool: Pool
) -> None:
    """Fault 10: no half of an answer is ever shown as the whole."""
    proxy = Proxy(embedded_server.socket_folder / ".s.PGSQL.5432")
    far = make_tenant("far", {**acme_database, "host": "127.0.0.1", "port": proxy.port})
    proxy.mode, proxy.cut_after = "cut", 30_000
    with pytest.raises(SourceUnavailable):
        ask(far)
    assert proxy.accepted == 2
    proxy.mode = "pass"
    assert ask(far) == 3_000
    proxy.close()


def test_a_back_end_that_is_ended_in_mid_query_is_asked_once_more(things: Tenant, embedded_server: EmbeddedServer) -> None:
    """Fault 13."""
    things.timeout_ms = 8_000
    ask(things)
    with ThreadPoolExecutor(1) as threads, psycopg.connect(embedded_server.url("postgres"), autocommit=True) as admin:
        running = threads.submit(ask, things, "SELECT count(*) FROM generate_series(1, 3000000) a")
        wait_until(lambda: admin.execute(END, [things.user]).fetchone() is not None)
        assert running.result(timeout=30) == 1


def test_a_server_that_ends_every_back_end_is_said(things: Tenant, embedded_server: EmbeddedServer) -> None:
    """Fault 13: asked twice and no more."""
    things.timeout_ms = 8_000
    ask(things)
    with ThreadPoolExecutor(1) as threads, psycopg.connect(embedded_server.url("postgres"), autocommit=True) as admin:
        running = threads.submit(ask, things, SLOW)
        ended: set[tuple] = set()
        wait_until(lambda: len(ended.update(admin.execute(END, [things.user])) or ended) == 2)
        with pytest.raises(SourceUnavailable, match="restarting"):
            running.result(timeout=30)
