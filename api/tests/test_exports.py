"""A panel's whole result as a file, for programs."""

import csv
import io
import json
from typing import Any

import openpyxl
import pytest
from django.test import Client

from dashboards.models import Panel


@pytest.fixture
def export(client: Client, bob: Any, make_panel: Any, acme: Any) -> Any:
    """The answer for a table over SQL: `export("SELECT 1", format="xlsx")`."""
    client.force_login(bob)

    def ask(sql: str, *, type: str = "table", steps: list[Any] | None = None, **parameters: str) -> Any:
        Panel.objects.all().delete()
        document = {"data_source": {"sql": sql}, "transformations": steps or []} if sql else {"content": "Hello"}
        make_panel("rows", tenant=acme, type=type, title="All rows", **document)
        return client.get("/api/v1/panels/rows/export", {"tenant_id": "acme", **parameters})

    return ask


NUMBERS = "SELECT n, 'n' || n AS name FROM generate_series(1, 3) n"


def test_csv_is_what_one_gets_who_says_nothing(export):
    answer = export(NUMBERS)
    assert (answer.status_code, answer["Content-Type"]) == (200, "text/csv; charset=utf-8")
    assert answer["Content-Disposition"] == 'attachment; filename="All rows.csv"'
    rows = list(csv.reader(io.StringIO(answer.getvalue().decode("utf-8-sig"))))
    assert rows == [["n", "name"], ["1", "n1"], ["2", "n2"], ["3", "n3"]]


def test_the_same_rows_in_excel_and_json(export):
    book = openpyxl.load_workbook(io.BytesIO(export(NUMBERS, format="xlsx").getvalue()))
    assert list(book["Result"].values)[1:] == [(1, "n1"), (2, "n2"), (3, "n3")]
    whole = json.loads(export(NUMBERS, format="json").getvalue())
    assert (whole["row_count"], whole["rows"][2]) == (3, {"n": 3, "name": "n3"})


def test_order_range_and_variables_are_as_asked(export):
    answer = export(NUMBERS, format="json", sort_column="n", sort_order="desc")
    assert [row["n"] for row in json.loads(answer.getvalue())["rows"]] == [3, 2, 1]
    found = export("SELECT :who AS who", format="json", **{"var-who": "ada"})
    assert json.loads(found.getvalue())["rows"] == [{"who": "ada"}]


@pytest.mark.parametrize("format", ["csv", "xlsx", "json"])
def test_more_rows_than_a_file_may_have_are_413_with_their_number(export, settings, format):
    settings.EXPORT_ROW_LIMIT = 2
    answer = export(NUMBERS, format=format)
    assert (answer.status_code, answer.json()["rows"], answer.json()["limit"]) == (413, 3, 2)
    assert "3 rows" in answer.json()["detail"]


@pytest.mark.parametrize(
    ("asked", "named"),
    [({"format": "pdf"}, "“format”"), ({"date_from": "soon"}, "“date_from”"), ({"sort_column": "x"}, "x")],
)
def test_what_cannot_be_is_422(export, asked, named):
    answer = export(NUMBERS, **asked)
    assert (answer.status_code, named in answer.json()["detail"]) == (422, True)


def test_a_query_that_fails_is_an_error_and_no_file(export):
    answer = export("SELECT 1 / (n - 1) AS n FROM generate_series(1, 3) n")
    assert (answer.status_code, "request_id" in answer.json()) == (500, True)
    assert "Content-Disposition" not in answer


def test_files_are_dear(export, settings):
    settings.API_RATE_DEAR = 1
    assert export(NUMBERS).status_code == 200
    refused = export(NUMBERS)
    assert (refused.status_code, int(refused["Retry-After"]) > 0) == (429, True)


def shown(answer: Any) -> list[list[str]]:
    assert answer.status_code == 200
    assert answer.streaming
    return list(csv.reader(io.StringIO(answer.getvalue().decode("utf-8-sig"))))


def test_a_file_as_shown_has_what_the_transformations_make(export):
    steps = [{"calculate": {"name": "double", "expression": "n * 2"}}, {"limit": 2}]
    assert shown(export(NUMBERS, steps=steps, shown="true")) == [["n", "name", "double"], ["1", "n1", "2.0"], ["2", "n2", "4.0"]]
    assert len(shown(export(NUMBERS, steps=steps))) == 4
    whole = json.loads(export(NUMBERS, steps=steps, shown="true", format="json").getvalue())
    assert (whole["row_count"], whole["rows"][1]) == (2, {"n": 2, "name": "n2", "double": 4})


def test_a_list_that_a_step_keeps_is_one_cell_of_a_file(export):
    steps = [{"group_by": {"fields": [], "calculate": [{"field": name, "reducer": "list"} for name in ("n", "name")]}}]
    kept = {format: export(NUMBERS, steps=steps, shown="true", format=format) for format in ("csv", "xlsx", "json")}
    assert shown(kept["csv"])[1] == ["1, 2, 3", "n1, n2, n3"]
    sheet = openpyxl.load_workbook(io.BytesIO(kept["xlsx"].getvalue())).active
    assert [cell.value for cell in sheet[2]] == ["1, 2, 3", "n1, n2, n3"]
    assert json.loads(kept["json"].getvalue())["rows"] == [{"n list": [1, 2, 3], "name list": ["n1", "n2", "n3"]}]


def test_a_chart_as_shown_has_a_row_a_moment(export):
    sql = "SELECT timestamptz '2026-03-01 12:00Z' AS time, v AS value, 's' || v AS label FROM generate_series(1, 2) v"
    (heading, *rows) = shown(export(sql, type="timeseries", shown="true"))
    assert (heading, [row[1:] for row in rows]) == (["time", "s1", "s2"], [["1.0", "2.0"]])


def test_a_table_as_shown_is_all_its_pages(export):
    assert len(shown(export("SELECT n FROM generate_series(1, 60) n", shown="true"))) == 61


def test_the_first_rows_alone_are_no_file_as_shown(export, settings):
    settings.PANEL_ROW_LIMIT = 2
    answer = export(NUMBERS, steps=[{"limit": 2}], shown="true")
    assert (answer.status_code, "only the first of its rows" in answer.json()["detail"]) == (413, True)


def test_what_asks_nothing_has_no_file(export):
    assert [export("", type="text", shown=one).status_code for one in ("true", "false")] == [404, 404]
