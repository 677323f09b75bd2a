"""Excel and JSON as they are downloaded: the same rows as the CSV, each kind of value as what it is."""

import io
import json
from collections.abc import Callable
from datetime import datetime
from typing import Any

import openpyxl
import pytest
from django.test import Client

from dashboards.models import Panel
from dashboards.tests.files.conftest import URL
from tenants.models import Tenant

KINDS = """
    SELECT 1::int AS whole, 1.5::float8 AS part, 12345678901234567890::numeric AS long, 'NaN'::float8 AS nan, true AS yes,
           timestamptz '2026-03-01 12:00Z' AS at, timestamp '2026-03-01 12:00' AS wall, date '2026-03-01' AS day,
           'infinity'::timestamptz AS ever, date '1815-12-10' AS ada, '{"a": 1}'::jsonb AS json, '=1+1' AS formula,
           'http://example.com' AS link, NULL::text AS nothing
"""


@pytest.fixture
def download(client: Client, make: Callable[..., None]) -> Callable[..., Any]:
    """The file of a table over this SQL: `download("xlsx", "SELECT 1")`."""

    def get(kind: str, sql: str, query: str = "") -> Any:
        make(sql)
        response = client.get(f"{URL}{kind}/{query}")
        assert response.status_code == 200, response.content
        body = b"".join(response.streaming_content)
        return json.loads(body) if kind == "json" else openpyxl.load_workbook(io.BytesIO(body))

    return get


def values(book: Any) -> list[tuple[Any, ...]]:
    return list(book["Result"].iter_rows(values_only=True))


def test_each_kind_of_value_in_excel(download: Callable[..., Any]) -> None:
    heading, row = values(download("xlsx", KINDS, "?tz=Europe/Paris"))
    cells = dict(zip(heading, row, strict=True))
    assert (cells["whole"], cells["part"], cells["long"], cells["nan"]) == (1, 1.5, "12345678901234567890", None)
    assert (cells["yes"], cells["at"], cells["wall"]) == (True, datetime(2026, 3, 1, 13), datetime(2026, 3, 1, 12))
    assert (cells["day"], cells["ever"], cells["ada"]) == (datetime(2026, 3, 1), "infinity", "1815-12-10")
    assert (cells["json"], cells["nothing"]) == ('{"a": 1}', None)


def test_excel_runs_nothing_and_links_nowhere(download: Callable[..., Any]) -> None:
    sheet = download("xlsx", KINDS)["Result"]
    types = {cell.value: cell.data_type for cell in sheet[2]}
    assert types["=1+1"] == "inlineStr" or types["=1+1"] == "s"
    assert not [cell for cell in sheet[2] if cell.hyperlink]


def test_excel_says_whose_clock_it_is(download: Callable[..., Any], acme: Tenant) -> None:
    book = download("xlsx", KINDS, "?tz=Europe/Paris")
    assert [cell.value for cell in book["Notes"]["A"]] == ["Times are those of Europe/Paris."]


def test_excel_says_that_cells_are_cut(download: Callable[..., Any]) -> None:
    book = download(
        "xlsx", "SELECT string_agg('x', '') AS long, left(string_agg('y', ''), 32768) AS too FROM generate_series(1, 100000)"
    )
    long, too = values(book)[1]
    assert (long[-2:], len(too), too[-1]) == ("x…", 32_767, "…")
    assert book["Notes"]["A1"].value == "Long cells are cut; they end in “…”."


def test_each_kind_of_value_in_json(download: Callable[..., Any]) -> None:
    answer = download("json", KINDS)
    assert (answer["panel_id"], answer["panel_type"], answer["row_count"]) == ("result", "table", 1)
    (row,) = answer["rows"]
    assert (row["whole"], row["part"], row["long"], row["nan"], row["yes"]) == (1, 1.5, "12345678901234567890", None, True)
    assert (row["at"], row["wall"], row["day"]) == ("2026-03-01T12:00:00+00:00", "2026-03-01T12:00:00", "2026-03-01")
    assert (row["ever"], row["formula"], row["nothing"]) == ("infinity", "=1+1", None)
    assert answer["columns"][0] == {"name": "whole", "display": "whole", "kind": "number"}


def test_nothing_found_is_a_heading_alone(download: Callable[..., Any]) -> None:
    assert values(download("xlsx", "SELECT 1 AS n WHERE false")) == [("n",)]


def test_nothing_found_is_json_without_rows(download: Callable[..., Any]) -> None:
    answer = download("json", "SELECT 1 AS n WHERE false")
    assert (answer["rows"], answer["row_count"], answer["truncated_cells"]) == ([], 0, False)


@pytest.mark.parametrize("kind", ["xlsx", "json"])
def test_all_rows_come(download: Callable[..., Any], kind: str) -> None:
    answer = download(kind, "SELECT n, 'name ' || n AS name FROM generate_series(1, 25000) AS n")
    rows = values(answer)[1:] if kind == "xlsx" else [(row["n"], row["name"]) for row in answer["rows"]]
    assert rows == [(n, f"name {n}") for n in range(1, 25_001)]


def test_what_fails_in_the_middle_of_an_excel_file_is_an_error(client: Client, download: Callable[..., Any]) -> None:
    """A file that is made before it is sent can still say so."""
    download("json", "SELECT 1 AS n")
    sql = "SELECT 1 / (40000 - n) AS n FROM generate_series(1, 50000) AS n"
    panel = Panel.objects.get()
    panel.document = {**panel.document, "data_source": {"sql": sql}}
    panel.save()
    assert client.get(f"{URL}xlsx/").status_code == 500


def test_a_sheet_holds_no_more_than_a_sheet_can(client: Client, download: Callable[..., Any], settings: Any) -> None:
    download("json", "SELECT 1 AS n")
    settings.EXPORT_ROW_LIMIT = 2_000_000
    panel = Panel.objects.get()
    panel.document = {**panel.document, "data_source": {"sql": "SELECT n FROM generate_series(1, 1048576) AS n"}}
    panel.save()
    response = client.get(f"{URL}xlsx/")
    assert (response.status_code, "this file may have 1,048,575" in response.content.decode()) == (413, True)


def test_the_menu_offers_every_kind(client: Client, download: Callable[..., Any]) -> None:
    download("json", "SELECT 1 AS n")
    fragment = client.get(URL).content.decode()
    assert [f"{URL}{kind}/" in fragment for kind in ("csv", "xlsx", "json")] == [True, True, True]
