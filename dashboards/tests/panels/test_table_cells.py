"""What a table draws in its cells, and what it makes of a transformed answer."""

from typing import Any

import pytest

from dashboards.checks import check_queries
from dashboards.panels import PANEL_TYPES
from dashboards.panels.base import BadRequest
from dashboards.panels.cell_looks import numbers_in
from dashboards.panels.colours import PALETTE, ink_on
from dashboards.panels.document import DocumentInvalid
from dashboards.tests.panels.frames import NOON, ask, document, frame
from dashboards.tests.panels.test_every_type import rendered
from dashboards.tests.test_contrast import contrast
from datasources.compile import validate
from datasources.frame import Frame

KIND = PANEL_TYPES["table"]
TONES = [{"value": 50, "color": "warning"}, {"value": 80, "color": "critical"}]


def cells(column: dict[str, Any], *values: Any, **display: Any) -> list[Any]:
    table = document("table", {"table": "t", "columns": [{"name": "x", **column}]}, display=display)
    return [row[0] for row in context(table, frame(x=list(values)))["rows"]]


def context(table: Any, rows: Frame, **asked: Any) -> dict[str, Any]:
    frames = {"rows": rows, "count": frame(total=[rows.row_count], is_estimate=[False])}
    return KIND.context(table, KIND.transformed(table, frames), ask(**asked))


def html(column: dict[str, Any], *values: Any) -> str:
    table = document("table", {"table": "t", "columns": [{"name": "x", **column}]})
    return rendered(KIND, context(table, frame(x=list(values))))


def test_a_cells_ground_has_its_thresholds_colour_and_text_that_is_read_on_it() -> None:
    low, high, unknown = cells({"format": "number", "cell": "background", "thresholds": TONES}, 10, 85, None)
    assert (low.look, unknown.look) == (None, None)
    assert (high.look.ground, high.look.ink) == ("#EF4444", "dark")
    shown = html({"format": "number", "cell": "background", "thresholds": TONES}, 85)
    assert '<td class="number grounded ink-dark"><svg class="cell-ground"' in shown
    assert " style=" not in shown


@pytest.mark.parametrize(
    "ground", [*PALETTE, "#10B981", "#F59E0B", "#EF4444", "#6B7280", "#000", "#FFF", "#777", "#767676", "#80808080", "#0f08"]
)
def test_text_on_any_ground_has_the_contrast_of_aa(ground: str) -> None:
    full = "#" + "".join(sign * 2 for sign in ground[1:4]) if len(ground) < 7 else ground[:7]
    assert contrast({"dark": "#000000", "light": "#ffffff"}[ink_on(ground)], full) >= 4.5


def test_a_named_colour_is_the_texts_and_another_a_marks() -> None:
    mappings = [{"value": "late", "color": "warning"}, {"value": "odd", "text": "Odd", "color": "#2563EB"}]
    late, odd, other = cells({"cell": "text", "mappings": mappings}, "late", "odd", "x")
    assert (late.look.tone, late.text) == ("warning", "late")
    assert (odd.look.shape, odd.look.colour, odd.text, odd.exact) == ("diamond", "#2563EB", "Odd", "odd")
    assert other.look is None
    assert 'data-ink="warning"' in html({"cell": "text", "mappings": mappings}, "late")
    assert 'class="mark"' in html({"cell": "text", "mappings": mappings}, "odd")


def test_a_mapping_calls_null_something() -> None:
    (called,) = cells({"mappings": [{"special": "null", "text": "never"}]}, None)
    assert (called.text, called.kind) == ("never", "text")


@pytest.mark.parametrize(
    ("column", "values", "bars"),
    [
        ({}, [0, 5, 10], [(0.0, 0.0), (0.0, 50.0), (0.0, 100.0)]),
        ({"min": 0, "max": 20}, [5, 30, None], [(0.0, 25.0), (0.0, 100.0), None]),
        ({}, [-10, 10], [(0.0, 50.0), (50.0, 50.0)]),
        ({"min": 10, "max": 20}, [15], [(0.0, 50.0)]),
        ({}, [0, 0], [None, None]),
        ({}, [float("nan"), 1.0], [None, (0.0, 100.0)]),
    ],
)
def test_a_bar_is_as_long_as_its_number(column: dict[str, Any], values: list[Any], bars: list[Any]) -> None:
    drawn = cells({"format": "number", "cell": "bar", **column}, *values)
    assert [cell.look.bar if cell.look else None for cell in drawn] == bars


def test_a_bar_keeps_its_number_and_takes_a_thresholds_colour() -> None:
    shown = html({"format": "number", "cell": "bar", "max": 100, "thresholds": TONES}, 60)
    assert '<rect class="bar" x="0.0" width="60.0" height="8" fill="#F59E0B"/>' in shown
    assert "<bdi>60</bdi>" in shown


@pytest.mark.parametrize(
    ("value", "numbers"),
    [
        ("{1,2.5,NULL,-3}", 4),
        ("[1, null, 3e2]", 3),
        ((1, 2, None), 3),
        ("1,2", None),
        (5, None),
        (None, None),
        ("{}", 0),
        ("{a,b}", 0),
    ],
)
def test_a_list_is_read_however_it_is_written(value: Any, numbers: int | None) -> None:
    found = numbers_in(value)
    assert (None if found is None else len(found)) == numbers


def test_a_sparkline_stands_in_its_cell_and_says_what_it_shows() -> None:
    shown = html({"cell": "sparkline", "unit": "percent"}, "{1,5,3}", "no list", None)
    assert 'aria-label="Between 1 % and 5 %, last 3 %"' in shown
    assert "no list" in shown
    assert shown.count("cell-line") == 1


def test_a_value_between_gaps_is_a_dot_of_a_sparkline() -> None:
    shown = html({"cell": "sparkline"}, "{1,null,3}", "{1,2,null}")
    assert 'd="M0.0 38.0h0M240.0 2.0h0"' in shown
    assert 'd="M0.0 38.0L120.0 2.0"' in shown


def test_a_cell_leads_on_with_its_rows_values() -> None:
    columns = [
        {"name": "host", "link": {"dashboard": "host", "variables": {"host": "${__value.raw}", "id": "${__data.fields.id}"}}},
        {"name": "id"},
    ]
    table = document("table", {"table": "t", "columns": columns})
    shown = rendered(KIND, context(table, frame(host=["a&b", None], id=[1, 2])))
    assert "/d/host/?var-host=a%26b&amp;var-id=1" in shown
    assert shown.count("/d/host/") == 1, "NULL has no link"


def test_columns_of_sql_are_changed_by_name_or_pattern() -> None:
    overrides = [
        {"match": {"regex": "_ms$"}, "unit": "ms", "format": "number", "cell": "bar"},
        {"match": "load_ms", "name": "Load", "order": -1},
        {"match": "secret", "hidden": True},
    ]
    made = context(
        document("table", {"sql": "SELECT 1"}, display={"overrides": overrides}), frame(host=["a"], load_ms=[1_500], secret=["x"])
    )
    assert [column["title"] for column in made["columns"]] == ["Load", "host"]
    assert (made["rows"][0][0].text, made["rows"][0][0].look.bar) == ("1.5 s", (0.0, 100.0))


ROWS = frame(country=[f"C{number % 30:02}" for number in range(60)], amount=list(range(60)), at=[NOON] * 60)
GROUPED = [
    {
        "group_by": {
            "fields": ["country"],
            "calculate": [
                {"field": "amount", "reducer": "sum", "name": "total"},
                {"field": "amount", "reducer": "list", "name": "course"},
            ],
        }
    }
]


def grouped(**fields: Any) -> Any:
    return document("table", {"sql": "SELECT 1"}, transformations=GROUPED, **fields)


def test_a_transformed_table_is_paged_sorted_and_searched_as_a_whole() -> None:
    table = grouped()
    assert set(KIND.queries(table, ask(page=2))) == {"rows"}
    first = context(table, ROWS, sort="total", descending=True)
    assert [row[1].text for row in first["rows"][:2]] == ["88", "86"]
    assert (len(first["rows"]), first["pages"].total, first["pages"].next) == (25, 30, 2)
    assert len(context(table, ROWS, page=2)["rows"]) == 5
    assert [row[0].text for row in context(table, ROWS, search="c07")["rows"]] == ["C07"]
    with pytest.raises(BadRequest):
        context(table, ROWS, sort="at")


def test_a_groups_values_are_a_sparkline_and_a_list_in_the_api() -> None:
    table = grouped(display={"overrides": [{"match": "course", "cell": "sparkline"}]})
    made = context(table, ROWS)
    assert made["rows"][0][2].look.line.summary == "Between 0 and 30, last 30"
    assert [column["sortable"] for column in made["columns"]] == [True, True, False]
    frames = KIND.transformed(table, {"rows": ROWS})
    assert KIND.answer(table, frames, ask()).data["rows"][0] == {"country": "C00", "total": 30, "course": [0, 30]}


def test_a_transformed_table_says_where_not_all_rows_were_taken() -> None:
    many = frame(country=["A"] * 10_001, amount=[1] * 10_001)
    made = context(grouped(), many)
    assert made["notes"] == ("Only the first 10,000 rows of the query are taken.",)
    assert made["rows"][0][1].text == "10,000"


def test_a_pivot_is_a_table_of_two_directions_in_which_listed_columns_are_described() -> None:
    steps = [{"pivot": {"rows": "day", "columns": "country", "value": "n"}}]
    table = document(
        "table",
        {"table": "t", "columns": [{"name": "day", "display": "Day"}, {"name": "country"}, {"name": "n"}]},
        transformations=steps,
    )
    made = context(table, frame(day=["Mo", "Tu", "Mo"], country=["DE", "DE", "FR"], n=[1, 2, 3]))
    assert [column["title"] for column in made["columns"]] == ["Day", "DE", "FR"]
    assert [[cell.text for cell in row] for row in made["rows"]] == [["Mo", "1", "3"], ["Tu", "2", ""]]


@pytest.mark.parametrize(
    ("column", "path"),
    [
        ({"cell": "chart"}, r"columns\[0\]\.cell"),
        ({"min": 5, "max": 5}, r"columns\[0\].*min must be less than max"),
        ({"link": {"url": "javascript:x"}}, r"columns\[0\]\.link\.url"),
    ],
)
def test_a_wrong_column_is_refused_at_its_path(column: dict[str, Any], path: str) -> None:
    with pytest.raises(DocumentInvalid, match=path):
        cells(column)


JOINED = {"sql": "SELECT 1", "further": {"refunds": "SELECT id, n FROM refunds WHERE at > :since AND $__timeFilter(at)"}}


def test_answers_of_further_sql_are_joined() -> None:
    table = document("table", JOINED, transformations=[{"join": {"by": "id", "how": "left"}}])
    queries = KIND.queries(table, ask(hours=1))
    assert list(queries) == ["rows", "refunds"]
    for query in queries.values():
        validate(query.__class__(text=query.text, time_range=query.time_range, variables={"since": "2026-01-01"}))
    frames = {"rows": frame(id=[1, 2], n=[10, 20]), "refunds": frame(id=[2], n=[5])}
    made = KIND.context(table, KIND.transformed(table, frames), ask())
    assert [column["name"] for column in made["columns"]] == ["id", "n", "n refunds"]
    assert [[cell.text for cell in row] for row in made["rows"]] == [["1", "10", ""], ["2", "20", "5"]]


@pytest.mark.django_db
def test_the_guard_reads_further_sql_too() -> None:
    table = document("table", {**JOINED, "further": {"b": "DELETE FROM t"}}, transformations=[{"join": {"by": "id"}}])
    assert [error.path for error in check_queries(table, is_shared=False)] == ["data_source"]
    assert check_queries(document("table", JOINED, transformations=[{"join": {"by": "id"}}]), is_shared=False) == []


@pytest.mark.parametrize("further", [{"rows": "SELECT 1"}, {"": "SELECT 1"}, {"b": ""}])
def test_further_sql_needs_a_name_of_its_own_and_a_join(further: dict[str, str]) -> None:
    with pytest.raises(DocumentInvalid, match="further"):
        document("table", {**JOINED, "further": further}, transformations=[{"join": {"by": "id"}}])
    with pytest.raises(DocumentInvalid, match="for a transformation that joins"):
        document("table", JOINED)
