"""Documents: what is read, what is refused, and the path of each error."""

import json
from typing import Any

import pytest

from dashboards.panels import PANEL_TYPES
from dashboards.panels.document import DocumentInvalid, as_yaml, parse_text, read_document
from dashboards.tests.panels.frames import document

KPI = {"type": "kpi", "title": "CPU", "data_source": {"sql": "SELECT 1 AS value"}}
CHART = {
    "type": "timeseries",
    "title": "CPU",
    "data_source": {"table": "cpu", "columns": {"timestamp": "at", "value": "percent"}},
}
TABLE = {"type": "table", "title": "T", "data_source": {"table": "t", "columns": [{"name": "a"}]}}


def errors_of(raw: Any) -> dict[str, str]:
    with pytest.raises(DocumentInvalid) as caught:
        read_document(raw)
    return {error.path: error.message for error in caught.value.errors}


def refusal_of(text: str) -> str:
    with pytest.raises(DocumentInvalid) as caught:
        parse_text(text)
    return str(caught.value)


def test_a_document_may_stand_in_a_panel_key() -> None:
    assert read_document({"panel": KPI}) == read_document(KPI)


def test_yaml_and_json_read_the_same() -> None:
    text = "panel:\n  type: kpi\n  title: CPU\n  data_source: {sql: SELECT 1 AS value}\n"
    assert parse_text(text) == parse_text(json.dumps(KPI, indent="\t"))


@pytest.mark.parametrize(
    ("raw", "path", "message"),
    [
        ([], "", "a panel is a mapping"),
        ({"type": "speech"}, "type", f"must be one of {', '.join(sorted(PANEL_TYPES))}"),
        ({**KPI, "title": ""}, "title", "at least 1 character"),
        ({**KPI, "titel": "x"}, "titel", "is not known here; known are type, title"),
        ({"type": "kpi", "data_source": KPI["data_source"]}, "title", "is required"),
        ({**KPI, "display": {"unti": "x"}}, "display.unti", "known are unit, decimals, thresholds"),
        ({**KPI, "display": {"thresholds": [{"value": 1, "color": "#fff"}, {"value": "x", "color": "#fff"}]}},
         "display.thresholds[1].value", "must be a valid number"),
        ({**KPI, "display": {"thresholds": [{"value": float("nan"), "color": "#fff"}]}},
         "display.thresholds[0].value", "finite"),
        ({**KPI, "display": {"thresholds": [{"value": 1, "color": "#fff", "name": "x"}]}},
         "display.thresholds[0].name", "known are value, color, label"),
        ({**KPI, "refresh_interval": -1}, "refresh_interval", "greater than or equal to 0"),
        ({**KPI, "time_range": "yesterday"}, "time_range", "must match"),
        ({**CHART, "display": {"style": "pie"}}, "display.style", "must be 'lines', 'area', 'bars' or 'points'"),
        ({**CHART, "display": {"y_min": 5, "y_max": 1}}, "display", "y_min must be less than y_max"),
        ({**KPI, "variables": {"x": [1]}}, "variables.x", "a number, true or false"),
        ({**KPI, "data_source": {"promql": "sum(up"}}, "data_source.promql", "“(” is not closed. At column 4"),
        ({**KPI, "data_source": {"promql": "rate(x[$__rate])"}}, "data_source.promql", "$__rate_interval"),
        ({**CHART, "data_source": {"queries": [{"promql": "up"}, {"promql": "up)"}]}}, "data_source.queries[1].promql", "closes nothing"),
        ({**CHART, "data_source": {"queries": [{"promql": "up", "legnd": "x"}]}}, "data_source.queries[0].legnd", "promql, legend"),
        ({**CHART, "data_source": {"queries": []}}, "data_source.queries", "at least 1"),
        ({**CHART, "data_source": {"queries": [{"promql": "up"}], "legend": "x"}}, "data_source", "each of several queries has its own"),
        ({**CHART, "data_source": {"promql": "up", "sql": "SELECT 1"}}, "data_source", "give either"),
        ({**CHART, "data_source": {"promql": "up", "aggregate": "sum"}}, "data_source", "write sum(…)"),
        ({**TABLE, "data_source": {"promql": "up", "query": {"where": "x"}}}, "data_source", "exclude one another"),
        *(
            ({**CHART, "data_source": {**CHART["data_source"], "settle": settle}}, "data_source.settle", "from 5m to 30d: 10m, 6h")
            for settle in ("4m", "299s", "0", "10 minutes", "31d", "2M", "1y", "soon", "５m", "")
        ),
        ({**CHART, "data_source": {**CHART["data_source"], "settle": 600}}, "data_source.settle", "must be a valid string"),
        ({**KPI, "data_source": {**KPI["data_source"], "settle": "6h"}}, "data_source", "columns with a timestamp"),
        ({**TABLE, "data_source": {**TABLE["data_source"], "settle": "6h"}}, "data_source.settle", "is not known here"),
        ({**KPI, "data_source": {}}, "data_source", "give either a table with its columns, or sql"),
        ({**KPI, "data_source": {"table": "t"}}, "data_source", "a table needs columns"),
        ({**KPI, "data_source": {"sql": "SELECT 1", "query": {"where": "a = 1"}}}, "data_source", "exclude one another"),
        ({**KPI, "data_source": {"table": "t", "columns": {"value": "v"}, "query": "WHERE a = (SELECT 1)"}},
         "data_source.query", "plain expressions"),
        ({**TABLE, "data_source": {"table": "t", "columns": [{"name": "a"}, {"name": "a"}]}},
         "data_source.columns", "“a” stands twice"),
        ({**TABLE, "display": {"default_sort": "z"}}, "", "display.default_sort must be one of the columns: a"),
        ({**TABLE, "data_source": {"table": "t", "columns": [{"name": "a", "format": "html"}]}},
         "data_source.columns[0].format", "must be 'text', 'number'"),
        ({**CHART, "display": {"colors": {"__proto__": "#fff"}}}, "display.colors", "a key may not be __proto__"),
        ({**KPI, "constructor": {}}, "", "a key may not be constructor"),
        ({**KPI, "title": "\ud800"}, "title", "not allowed"),
        ({**KPI, "title": "a\x00b"}, "title", "not allowed"),
    ],
)  # fmt: skip
def test_an_error_names_its_path_and_what_is_allowed(raw: Any, path: str, message: str) -> None:
    found = errors_of(raw)
    assert message in found[path]


@pytest.mark.parametrize(
    "colour", ["red;background:url(//evil/x)", "expression(1)", "}</style><script>", "var(--x)", '#fff"onload=', "#12345", "#ggg"]
)
def test_a_colour_is_a_colour(colour: str) -> None:
    found = errors_of({**KPI, "display": {"thresholds": [{"value": 1, "color": colour}]}})
    assert "must be a colour like #F59E0B, or one of good" in found["display.thresholds[0].color"]


@pytest.mark.parametrize("colour", ["#fff", "#FFFA", "#F59E0B", "#f59e0b80", "warning"])
def test_a_colour_may_be_written_in_every_length(colour: str) -> None:
    assert read_document({**KPI, "display": {"thresholds": [{"value": 1, "color": colour}]}})


def test_all_errors_are_told_at_once() -> None:
    assert len(errors_of({**KPI, "title": "", "refresh_interval": "soon", "more": 1})) == 3


def test_a_query_written_as_text_is_taken_apart() -> None:
    source = {"table": "cpu", "columns": {"value": "v"}, "query": "WHERE a = 'ORDER BY' ORDER BY at DESC LIMIT 1"}
    clauses = document("kpi", source).data_source.query
    assert (clauses.where, clauses.order_by, clauses.limit) == ("a = 'ORDER BY'", "at DESC", 1)


def test_what_is_stored_reads_as_what_was_read() -> None:
    source = {"table": "cpu", "columns": {"value": "v"}, "query": "WHERE a = 1 LIMIT 1"}
    first = document("kpi", source, display={"thresholds": [{"value": 80, "color": "warning"}]})
    stored = first.model_dump(mode="json", exclude_unset=True)
    assert read_document(json.loads(json.dumps(stored))) == first
    assert parse_text(as_yaml(stored)) == first
    assert as_yaml(dict(reversed(stored.items()))) == as_yaml(stored)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("a: &x [1]\nb: *x", "aliases"),
        ("type: !!python/object:os.system {}", "not YAML or JSON"),
        ("type: kpi\ntype: table", "line 2, column 1: not YAML or JSON: “type” stands twice"),
        ('{"type": "kpi", "type": "table"}', "“type” stands twice"),
        ("[" * 50_000, "nested too deep"),
        ('{"a":' * 19_000, "nested too deep"),
        ("x" * 100_001, "at most 100,000 characters"),
        ("type: [", "line 1, column"),
        ("a: \x00", "not YAML or JSON"),
        ("a: 2026-13-45", "not YAML or JSON"),
        ("a: " + "9" * 5_000, "not YAML or JSON"),
        ('x: !!int ""', "tags"),
        ('x: !!bool "maybe"', "tags"),
        ("type: kpi\ntitle: 0x" + "f" * 9_000, "line 2, column 8: not YAML or JSON: a number is too large"),
        ("0x" + "f" * 90 + ": 1", "a number is too large"),
        ("just text", "a panel is a mapping"),
        ("", "a panel is a mapping"),
    ],
)
def test_a_text_that_is_no_document_is_refused_in_words(text: str, message: str) -> None:
    assert message in refusal_of(text)


def test_a_tree_is_bounded_in_depth_and_size() -> None:
    deep: Any = 1
    for _ in range(40):
        deep = [deep]
    assert "nested too deep" in str(errors_of({**KPI, "variables": {"x": deep}}))
    assert "at most 5,000 values" in str(errors_of({**KPI, "variables": {"x": [1] * 6_000}}))


@pytest.mark.parametrize(
    ("variables", "said"),
    [
        ({"x": 2**63}, "too large"),
        ({"x": float("nan")}, "must be finite"),
        ({"x": float("-inf")}, "must be finite"),
        ({"a\x00b": 1}, "in a key"),
        ({"\ud800": 1}, "in a key"),
        ({2**20_000: 1}, "too large"),
    ],
)
def test_nothing_is_taken_that_could_not_be_stored_and_read_again(variables: Any, said: str) -> None:
    assert said in str(errors_of({**KPI, "variables": variables}))
    assert read_document({**KPI, "variables": {"x": 2**63 - 1}}).variables == {"x": 2**63 - 1}
