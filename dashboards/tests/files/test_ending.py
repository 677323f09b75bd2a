"""How a file ends: whole, refused, or broken off; and what it holds meanwhile."""

import tracemalloc
from collections.abc import Callable, Iterator
from typing import Any

import psycopg
import pytest
from django.core.handlers.wsgi import WSGIHandler
from django.test import Client, RequestFactory

from audit.models import Event
from dashboards.models import Panel
from dashboards.tests.files.conftest import URL
from datasources.errors import QueryFailed, SourceUnavailable
from paneldash.embedded import EmbeddedServer
from tenants import connections
from tenants.models import Tenant

CSV = f"{URL}csv/"
MB = 1_000_000


@pytest.mark.parametrize("rows", [11, 60_000])
@pytest.mark.parametrize("kind", ["csv", "xlsx", "json"])
def test_more_than_may_be_is_said_and_not_cut(
    client: Client, make: Callable[..., None], settings: Any, kind: str, rows: int
) -> None:
    """Case 64: the cap, made small."""
    settings.EXPORT_ROW_LIMIT = 10
    make(f"SELECT n FROM generate_series(1, {rows}) AS n")
    response = client.get(f"{URL}{kind}/")
    assert response.status_code == 413
    assert f"There are {rows:,} rows; this file may have 10." in response.content.decode()
    assert "Content-Disposition" not in response


@pytest.mark.parametrize("sql", ["SELECT nothing FROM not_there", "SELECT 1 FROM", "SELECT 'x'::int AS n", "DELETE FROM x"])
def test_a_query_that_fails_is_a_page_with_a_sentence_and_no_file(client: Client, make: Callable[..., None], sql: str) -> None:
    make(sql)
    response = client.get(CSV)
    assert response.status_code == 500
    assert "Content-Disposition" not in response
    assert response.wsgi_request.request_id in response.content.decode()


def test_a_tenant_that_is_away_is_503(client: Client, acme: Tenant, make: Callable[..., None]) -> None:
    acme.host = "/nowhere"
    acme.save()
    make("SELECT 1 AS n")
    assert client.get(CSV).status_code == 503


LARGE = "SELECT n AS number, repeat('x', 100) || n AS word FROM generate_series(1, {}) AS n"


def back_ends(server: EmbeddedServer, tenant: Tenant, what: str) -> int:
    """How many of the tenant's connections do something; `what` is done with each of them."""
    sql = f"SELECT {what} FROM pg_stat_activity WHERE usename = %s AND state <> 'idle'"
    with psycopg.connect(server.url("postgres"), autocommit=True) as admin:
        return len(admin.execute(sql, [tenant.user]).fetchall())


def test_a_tenant_that_dies_midway_breaks_the_file_off(
    client: Client, acme: Tenant, make: Callable[..., None], embedded_server: EmbeddedServer
) -> None:
    make(LARGE.format(400_000))
    body: Iterator[bytes] = iter(client.get(CSV).streaming_content)
    next(body)
    assert back_ends(embedded_server, acme, "pg_terminate_backend(pid)") == 1
    with pytest.raises(SourceUnavailable):
        list(body)
    assert back_ends(embedded_server, acme, "pid") == 0


def test_a_query_that_fails_midway_breaks_the_file_off(client: Client, make: Callable[..., None]) -> None:
    make("SELECT 1 / (300000 - n) AS number, repeat('x', 100) AS word FROM generate_series(1, 400000) AS n")
    with pytest.raises(QueryFailed):
        list(client.get(CSV).streaming_content)


def test_a_file_takes_its_own_time(client: Client, make: Callable[..., None], settings: Any) -> None:
    settings.EXPORT_TIMEOUT = 1
    make("SELECT sum(a * b) AS n FROM generate_series(1, 100000) AS a, generate_series(1, 100000) AS b")
    assert client.get(CSV).status_code == 504


def test_who_goes_away_midway_gives_the_connection_back(
    client: Client, acme: Tenant, make: Callable[..., None], embedded_server: EmbeddedServer
) -> None:
    make(LARGE.format(400_000))
    response = client.get(CSV)
    next(iter(response.streaming_content))
    assert back_ends(embedded_server, acme, "pid") == 1
    response.close()
    del response
    assert back_ends(embedded_server, acme, "pid") == 0


@pytest.mark.parametrize("kind", ["csv", "xlsx", "json"])
def test_who_only_asks_about_a_file_takes_none_and_none_is_recorded(
    client: Client, acme: Tenant, make: Callable[..., None], embedded_server: EmbeddedServer, kind: str
) -> None:
    make(LARGE.format(60_000))
    before = Event.objects.filter(action="export").count()  # of files that earlier tests did not read to their end
    asked = RequestFactory().head(f"{URL}{kind}/")
    asked.COOKIES = {name: morsel.value for name, morsel in client.cookies.items()}
    answer = WSGIHandler().get_response(asked)  # the test's client takes bodies away by itself
    assert (answer.status_code, answer["Content-Disposition"]) == (200, f'attachment; filename="Result.{kind}"')
    assert b"".join(answer.streaming_content) == b""
    del answer
    assert back_ends(embedded_server, acme, "pid") == 0
    assert Event.objects.filter(action="export").count() == before


def peak_of(client: Client) -> tuple[int, int]:
    """The most memory held while the file is read piece by piece, and the file's size."""
    tracemalloc.start()
    try:
        size = sum(map(len, client.get(CSV).streaming_content))
        return tracemalloc.get_traced_memory()[1], size
    finally:
        tracemalloc.stop()


def write(sql: str) -> None:
    """Another statement for the panel."""
    panel = Panel.objects.get()
    panel.document = {"type": "table", "title": "Result", "data_source": {"sql": sql}}
    panel.save()


def test_ten_times_the_rows_take_no_more_memory(client: Client, make: Callable[..., None]) -> None:
    make(LARGE.format(20_000))
    peak_of(client)  # once for what is loaded and kept the first time
    small, _ = peak_of(client)
    write(LARGE.format(200_000))
    large, size = peak_of(client)
    assert size > 20 * MB
    assert large < 1.5 * small + MB
    assert large < size / 2


def test_long_cells_are_held_a_few_at_a_time(
    client: Client, make: Callable[..., None], admin_sql: Any, acme_database: dict
) -> None:
    admin_sql(
        acme_database,
        "DROP TABLE IF EXISTS long; CREATE TABLE long AS SELECT repeat('x', 30000) AS word FROM generate_series(1, 1800)",
    )
    make("SELECT word AS a, word AS b FROM long LIMIT 600")
    small, _ = peak_of(client)
    write("SELECT word AS a, word AS b FROM long")
    large, size = peak_of(client)
    assert size > 100 * MB
    assert large < 1.3 * small


def test_readers_who_take_their_time_leave_connections_to_panels(
    make: Callable[..., None], client: Client, settings: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each open file holds a connection, and a thread, until it is read."""
    make("SELECT repeat('x', 500) AS word FROM generate_series(1, 50_000) n")
    monkeypatch.setattr(connections, "WAIT_SECONDS", 0.1)
    answers = [client.get(CSV) for _ in range(settings.TENANT_POOL_SIZE)]
    statuses = [answer.status_code for answer in answers]
    assert 'data-state="fresh"' in client.get(f"{URL}?page=2").content.decode()
    assert (statuses[0], statuses[-1]) == (200, 503)
    assert answers[-1]["Retry-After"] == "30"
    answers[0].close()
    assert client.get(CSV).status_code == 200
    for answer in answers:
        answer.close()
