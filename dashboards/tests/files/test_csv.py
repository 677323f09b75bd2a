"""CSV as it is downloaded: what stands in it, how it is named, and that all of it comes."""

import csv
import io
import json
from collections.abc import Callable
from email.message import Message
from typing import Any

import pytest
from django.test import Client

from audit.spreadsheet import BYTE_ORDER_MARK
from dashboards.export import file_name
from dashboards.tests.files.conftest import URL
from tenants.models import Tenant

Download = Callable[..., list[list[str]]]
CSV = f"{URL}csv/"


@pytest.fixture
def download(client: Client, make: Callable[..., None]) -> Download:
    """The lines of the file for a query."""

    def get(sql: str, query: str = "") -> list[list[str]]:
        make(sql)
        return read(b"".join(client.get(CSV + query).streaming_content))

    return get


def read(body: bytes) -> list[list[str]]:
    text = body.decode()
    assert text.startswith(BYTE_ORDER_MARK)
    return list(csv.reader(io.StringIO(text.removeprefix(BYTE_ORDER_MARK), newline="")))


def test_a_file_and_a_page_are_sorted_by_what_sql_answers(download: Download, client: Client) -> None:
    rows = download("SELECT n AS number FROM generate_series(1, 3) n", "?sort=number&order=desc")
    assert rows == [["number"], ["3"], ["2"], ["1"]]
    fragment = CSV.removesuffix("csv/")
    assert "sort=number&amp;order=asc" in client.get(f"{fragment}?sort=number&order=desc").content.decode()
    assert [client.get(path + "?sort=n").status_code for path in (CSV, fragment, f"{fragment}view/")] == [422, 422, 422]


def test_a_heading_and_the_rows(download: Download) -> None:
    assert download("SELECT 1 AS number, 'a' AS word UNION ALL SELECT 2, NULL ORDER BY 1") == [
        ["number", "word"],
        ["1", "a"],
        ["2", ""],
    ]


def test_the_headings_are_those_of_the_document(client: Client, make: Callable[..., None]) -> None:
    columns = [{"name": "word", "display": "The word"}, {"name": "number"}]
    make("", data_source={"sql": "SELECT 1 AS number, 'a' AS word", "columns": columns})
    assert read(b"".join(client.get(CSV).streaming_content)) == [["The word", "number"], ["a", "1"]]


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
    body = b"".join(client.get(CSV).streaming_content)
    assert len(body) < 1_000_000
    assert read(body)[1][0].endswith("…")


def test_very_many_columns_are_refused(client: Client, make: Callable[..., None]) -> None:
    make("SELECT " + ", ".join(f"{n} AS c{n}" for n in range(1_600)))
    response = client.get(CSV)
    assert response.status_code == 500
    assert "Content-Disposition" not in response


def test_times_are_the_viewers(download: Download) -> None:
    assert download("SELECT timestamptz '2026-01-01 12:00Z' AS at", "?tz=Asia/Kolkata")[1] == ["2026-01-01 17:30:00+05:30"]


def test_without_a_wish_times_are_the_tenants(client: Client, acme: Tenant, make: Callable[..., None]) -> None:
    acme.time_zone = "America/New_York"
    acme.save()
    make("SELECT timestamptz '2026-01-01 12:00Z' AS at")
    assert read(b"".join(client.get(CSV).streaming_content))[1] == ["2026-01-01 07:00:00-05:00"]


@pytest.mark.parametrize("time", ["infinity", "-infinity", "0044-03-15 12:00 BC", "20000-01-01"])
def test_a_time_that_python_cannot_hold_is_written_as_postgresql_says_it(download: Download, time: str) -> None:
    lines = download(f"SELECT t FROM (VALUES (timestamptz '2026-01-01 12:00Z'), ('{time}')) AS v (t)")
    assert lines[1] == ["2026-01-01 12:00:00+00:00"]
    assert lines[2][0].lstrip("'").startswith(time.split()[0])


def test_an_unknown_zone_is_422(client: Client, make: Callable[..., None]) -> None:
    make("SELECT 1 AS n")
    assert client.get(f"{CSV}?tz=Mars/Olympus").status_code == 422


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
    response = client.get(CSV)
    header = Message()
    header["Content-Disposition"] = response["Content-Disposition"]
    assert header.get_content_disposition() == "attachment"
    assert header.get_filename() == f"{file_name(title)}.csv"
    assert set(response.headers) & {"Set-Cookie", "X"} == set()
    assert response["Content-Type"] == "text/csv; charset=utf-8"


def test_a_long_result_is_counted_and_comes_whole(client: Client, make: Callable[..., None]) -> None:
    make("SELECT n FROM generate_series(1, 60000) AS n")
    assert len(read(b"".join(client.get(CSV).streaming_content))) == 60_001


def test_exactly_as_many_as_may_be_are_not_cut(download: Download, settings: Any) -> None:
    settings.EXPORT_ROW_LIMIT = 10
    assert download("SELECT n FROM generate_series(1, 10) AS n")[-1] == ["10"]


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
    assert client.get(CSV).status_code == 200
