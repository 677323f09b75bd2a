"""CSV as it is downloaded: what stands in it, how it is named, how it ends, and what it costs."""

import csv
import io
import json
import tracemalloc
from collections.abc import Callable, Iterator
from email.message import Message
from typing import Any

import psycopg
import pytest
from django.core.handlers.wsgi import WSGIHandler
from django.test import Client, RequestFactory

from audit.models import Event
from audit.spreadsheet import BYTE_ORDER_MARK
from dashboards.export import file_name
from dashboards.models import Dashboard, Panel, Placement
from datasources.errors import QueryFailed, SourceUnavailable
from paneldash.embedded import EmbeddedServer
from tenants import connections
from tenants.models import Tenant, User

Download = Callable[..., list[list[str]]]
URL = "/t/acme/d/board/panels/result/csv/"
MB = 1_000_000


@pytest.fixture
def make(client: Client, bob: User) -> Callable[..., None]:
    """Put a table over this SQL on Acme's board, which Bob has open."""
    client.force_login(bob)
    board = Dashboard.objects.create(slug="board", name="Board", scope="all")
    Placement.objects.create(dashboard=board, panel_slug="result")

    def panel(sql: str, title: str = "Result", **document: Any) -> None:
        whole = {"type": "table", "title": title, "data_source": {"sql": sql}, **document}
        Panel.objects.create(slug="result", title=title, panel_type="table", scope="all", document=whole)

    return panel


@pytest.fixture
def download(client: Client, make: Callable[..., None]) -> Download:
    """The lines of the file for a query."""

    def get(sql: str, query: str = "") -> list[list[str]]:
        make(sql)
        return read(b"".join(client.get(URL + query).streaming_content))

    return get


def read(body: bytes) -> list[list[str]]:
    text = body.decode()
    assert text.startswith(BYTE_ORDER_MARK)
    return list(csv.reader(io.StringIO(text.removeprefix(BYTE_ORDER_MARK), newline="")))


def test_a_file_and_a_page_are_sorted_by_what_sql_answers(download: Download, client: Client) -> None:
    rows = download("SELECT n AS number FROM generate_series(1, 3) n", "?sort=number&order=desc")
    assert rows == [["number"], ["3"], ["2"], ["1"]]
    fragment = URL.removesuffix("csv/")
    assert "sort=number&amp;order=asc" in client.get(f"{fragment}?sort=number&order=desc").content.decode()
    assert [client.get(path + "?sort=n").status_code for path in (URL, fragment, f"{fragment}view/")] == [422, 422, 422]


def test_a_heading_and_the_rows(download: Download) -> None:
    assert download("SELECT 1 AS number, 'a' AS word UNION ALL SELECT 2, NULL ORDER BY 1") == [
        ["number", "word"],
        ["1", "a"],
        ["2", ""],
    ]


def test_the_headings_are_those_of_the_document(client: Client, make: Callable[..., None]) -> None:
    columns = [{"name": "word", "display": "The word"}, {"name": "number"}]
    make("", data_source={"sql": "SELECT 1 AS number, 'a' AS word", "columns": columns})
    assert read(b"".join(client.get(URL).streaming_content)) == [["The word", "number"], ["a", "1"]]


def test_nothing_found_is_a_heading_alone(download: Download) -> None:
    assert download("SELECT 1 AS number WHERE false") == [["number"]]


def test_all_rows_come_and_not_only_a_page(download: Download) -> None:
    assert len(download("SELECT n FROM generate_series(1, 5000) AS n")) == 5_001


@pytest.mark.parametrize("sign", [*"=+-@\t\r\n", "＝", "＋", "－", "＠", ' "=', ";="])
def test_a_text_that_a_spreadsheet_would_run_is_disarmed(download: Download, sign: str) -> None:
    """Case 63."""
    [cell] = download(f"SELECT '{sign}cmd|calc' AS word")[1]
    assert "'" in cell
    assert not cell.startswith(tuple("=+-@\t\r\n＝＋－＠"))


def test_a_heading_is_disarmed_too(download: Download) -> None:
    assert download('SELECT 1 AS "=1+1"')[0] == ["'=1+1"]


def test_numbers_stay_numbers(download: Download) -> None:
    assert download("SELECT -5 AS whole, -0.5::numeric AS part, -1e20::float8 AS huge")[1] == ["-5", "-0.5", "-1" + "0" * 20]


@pytest.mark.parametrize("text", ['a"b', "a,b", "a;b", "two\nlines", "two\r\nlines", "a\ufeffb", "😀 \u202e\u200b", "ﬁ"])
def test_odd_text_comes_back_as_it_was(download: Download, text: str) -> None:
    """Cases 64, 82."""
    assert download(f"SELECT '{text}' AS word, 2 AS number")[1] == [text, "2"]


def test_a_cell_of_ten_megabytes_is_cut(client: Client, make: Callable[..., None], admin_sql: Any, acme_database: dict) -> None:
    """Case 64."""
    admin_sql(acme_database, "DROP TABLE IF EXISTS long; CREATE TABLE long AS SELECT repeat('x', 10000000) AS word")
    make("SELECT word FROM long")
    body = b"".join(client.get(URL).streaming_content)
    assert len(body) < MB
    assert read(body)[1][0].endswith("…")


def test_very_many_columns_are_refused(client: Client, make: Callable[..., None]) -> None:
    make("SELECT " + ", ".join(f"{n} AS c{n}" for n in range(1_600)))
    response = client.get(URL)
    assert response.status_code == 500
    assert "Content-Disposition" not in response


def test_times_are_the_viewers(download: Download) -> None:
    assert download("SELECT timestamptz '2026-01-01 12:00Z' AS at", "?tz=Asia/Kolkata")[1] == ["2026-01-01 17:30:00+05:30"]


def test_without_a_wish_times_are_the_tenants(client: Client, acme: Tenant, make: Callable[..., None]) -> None:
    acme.time_zone = "America/New_York"
    acme.save()
    make("SELECT timestamptz '2026-01-01 12:00Z' AS at")
    assert read(b"".join(client.get(URL).streaming_content))[1] == ["2026-01-01 07:00:00-05:00"]


@pytest.mark.parametrize("time", ["infinity", "-infinity", "0044-03-15 12:00 BC", "20000-01-01"])
def test_a_time_that_python_cannot_hold_is_written_as_postgresql_says_it(download: Download, time: str) -> None:
    lines = download(f"SELECT t FROM (VALUES (timestamptz '2026-01-01 12:00Z'), ('{time}')) AS v (t)")
    assert lines[1] == ["2026-01-01 12:00:00+00:00"]
    assert lines[2][0].lstrip("'").startswith(time.split()[0])


def test_an_unknown_zone_is_422(client: Client, make: Callable[..., None]) -> None:
    make("SELECT 1 AS n")
    assert client.get(f"{URL}?tz=Mars/Olympus").status_code == 422


@pytest.mark.parametrize(
    ("title", "name"),
    [
        ("Orders", "Orders"), ('a"; filename="x.html', "a-; filename=-x.html"), ("../../etc/passwd", "etc-passwd"), ("...", "panel"),
        ("a\r\nSet-Cookie: x=y", "a Set-Cookie- x=y"), ("x" * 300, "x" * 100), ("gpj\u202egnp", "gpj gnp"), ("C:\\con", "C-con"),
        ("\x00", "panel"), ("größe 😀", "größe 😀"), ("a/b", "a-b"), (".htaccess", "htaccess"), ("\ud800", "panel"),
    ],
)  # fmt: skip
def test_a_title_becomes_a_harmless_file_name(title: str, name: str) -> None:
    """Case 66."""
    assert file_name(title) == name


@pytest.mark.parametrize(
    "title", ['a"; filename="x.html', "../../x", "a\r\nSet-Cookie: x=y", "gpj\u202egnp", "größe", "%0d%0aX: y", "a;b=c"]
)
def test_the_header_holds_one_file_name_and_nothing_else(client: Client, make: Callable[..., None], title: str) -> None:
    """Cases 66, 67."""
    make("SELECT 1 AS n", title=title)
    response = client.get(URL)
    header = Message()
    header["Content-Disposition"] = response["Content-Disposition"]
    assert header.get_content_disposition() == "attachment"
    assert header.get_filename() == f"{file_name(title)}.csv"
    assert set(response.headers) & {"Set-Cookie", "X"} == set()
    assert response["Content-Type"] == "text/csv; charset=utf-8"


@pytest.mark.parametrize("rows", [11, 60_000])
@pytest.mark.parametrize("kind", ["csv", "xlsx", "json"])
def test_more_than_may_be_is_said_and_not_cut(
    client: Client, make: Callable[..., None], settings: Any, kind: str, rows: int
) -> None:
    """Case 64: the cap, made small."""
    settings.EXPORT_ROW_LIMIT = 10
    make(f"SELECT n FROM generate_series(1, {rows}) AS n")
    response = client.get(URL.replace("csv", kind))
    assert response.status_code == 413
    assert f"There are {rows:,} rows; this file may have 10." in response.content.decode()
    assert "Content-Disposition" not in response


def test_a_long_result_is_counted_and_comes_whole(client: Client, make: Callable[..., None]) -> None:
    make("SELECT n FROM generate_series(1, 60000) AS n")
    assert len(read(b"".join(client.get(URL).streaming_content))) == 60_001


def test_exactly_as_many_as_may_be_are_not_cut(download: Download, settings: Any) -> None:
    settings.EXPORT_ROW_LIMIT = 10
    assert download("SELECT n FROM generate_series(1, 10) AS n")[-1] == ["10"]


@pytest.mark.parametrize("sql", ["SELECT nothing FROM not_there", "SELECT 1 FROM", "SELECT 'x'::int AS n", "DELETE FROM x"])
def test_a_query_that_fails_is_a_page_with_a_sentence_and_no_file(client: Client, make: Callable[..., None], sql: str) -> None:
    make(sql)
    response = client.get(URL)
    assert response.status_code == 500
    assert "Content-Disposition" not in response
    assert response.wsgi_request.request_id in response.content.decode()


def test_a_tenant_that_is_away_is_503(client: Client, acme: Tenant, make: Callable[..., None]) -> None:
    acme.host = "/nowhere"
    acme.save()
    make("SELECT 1 AS n")
    assert client.get(URL).status_code == 503


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
    body: Iterator[bytes] = iter(client.get(URL).streaming_content)
    next(body)
    assert back_ends(embedded_server, acme, "pg_terminate_backend(pid)") == 1
    with pytest.raises(SourceUnavailable):
        list(body)
    assert back_ends(embedded_server, acme, "pid") == 0


def test_a_query_that_fails_midway_breaks_the_file_off(client: Client, make: Callable[..., None]) -> None:
    make("SELECT 1 / (300000 - n) AS number, repeat('x', 100) AS word FROM generate_series(1, 400000) AS n")
    with pytest.raises(QueryFailed):
        list(client.get(URL).streaming_content)


def test_a_file_takes_its_own_time(client: Client, make: Callable[..., None], settings: Any) -> None:
    settings.EXPORT_TIMEOUT = 1
    make("SELECT sum(a * b) AS n FROM generate_series(1, 100000) AS a, generate_series(1, 100000) AS b")
    assert client.get(URL).status_code == 504


def test_who_goes_away_midway_gives_the_connection_back(
    client: Client, acme: Tenant, make: Callable[..., None], embedded_server: EmbeddedServer
) -> None:
    make(LARGE.format(400_000))
    response = client.get(URL)
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
    asked = RequestFactory().head(URL.replace("csv", kind))
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
        size = sum(map(len, client.get(URL).streaming_content))
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


@pytest.mark.parametrize(
    "value",
    ["'NaN'::float8", "'Infinity'::float8", "'-Infinity'::numeric", "10::numeric ^ 400", "'\\ud800'::text", "2::numeric ^ 70",
     "'infinity'::timestamptz", "'\\x00ff'::bytea", "ARRAY[1,2]", "'{\"a\": [1, null]}'::jsonb", "NULL::int", "E'\\u0001'"],
)  # fmt: skip
def test_the_api_answers_strict_json_whatever_the_value(client: Client, make: Callable[..., None], value: str) -> None:
    """Case 69."""
    make(f"SELECT {value} AS odd")
    response = client.get("/api/v1/panels/result/data?tenant_id=acme")
    assert response.status_code == 200
    body = response.content.decode()
    assert json.loads(body, parse_constant=pytest.fail)["data"]["rows"][0].keys() == {"odd"}
    assert client.get(URL).status_code == 200


def test_readers_who_take_their_time_leave_connections_to_panels(
    make: Callable[..., None], client: Client, settings: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each open file holds a connection, and a thread, until it is read."""
    make("SELECT repeat('x', 500) AS word FROM generate_series(1, 50_000) n")
    monkeypatch.setattr(connections, "WAIT_SECONDS", 0.1)
    answers = [client.get(URL) for _ in range(settings.TENANT_POOL_SIZE)]
    statuses = [answer.status_code for answer in answers]
    assert 'data-state="fresh"' in client.get(f"{URL.removesuffix('csv/')}?page=2").content.decode()
    assert (statuses[0], statuses[-1]) == (200, 503)
    assert answers[-1]["Retry-After"] == "30"
    answers[0].close()
    assert client.get(URL).status_code == 200
    for answer in answers:
        answer.close()
