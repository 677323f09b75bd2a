"""What every panel type must do, whatever it shows. A new one is held to this by being there."""

import json
from typing import Any

import plotly.graph_objects as go
import pytest
from django.template.loader import get_template

from dashboards.panels import PANEL_TYPES
from dashboards.panels.base import PanelType, WrongShape
from dashboards.section import Section
from dashboards.tests.panels.frames import NOON, ask, document, frame, sample_document, series, series_frame, typed_frame
from datasources.compile import validate
from datasources.frame import Answered, Frame, Frames, SeriesFrame

SAMPLES: dict[str, Frames] = {
    "timeseries": {"series": series_frame(series([1.5, 2.5], label="web"))},
    "kpi": {
        "value": frame(value=[85.7]),
        "before": frame(value=[80.0]),
        "course": series_frame(series([1.0, 2.0])),
    },
    "health_status": {"services": frame(service_name=["api", "mail"], status_value=[0, 1])},
    "table": {"rows": frame(id=[1, 2], customer=["Ada", "<b>Bob</b>"]), "count": frame(total=[2], is_estimate=[False])},
    "gauge": {"rows": frame(label=["<b>Bob</b>", "b"], value=[0.5, None])},
    "bar": {"rows": frame(category=["<b>Bob</b>", "b"], value=[1.5, None])},
    "pie": {"rows": frame(label=["<b>Bob</b>", "b"], value=[1.5, 2.5])},
    "histogram": {"rows": frame(value=[1.5, 2.5, 3.5])},
    "heatmap": {"series": series_frame(series([1.5, None, 2.5], label="<b>Bob</b>"), series([1.0], label="b"))},
    "status_history": {"states": series_frame(series([0, 1, None, 1], label="<b>Bob</b>"), series([2], label="b"))},
    "text": {},
    "row": {},
}


def first_of(sample: Frames) -> Answered | None:
    return next(iter(sample.values()), None)


def emptied(sample: Answered) -> Answered:
    if isinstance(sample, SeriesFrame):
        return series_frame()
    return Frame(sample.columns, tuple([] for _ in sample.columns))


def rendered(kind: PanelType, context: dict[str, Any]) -> str:
    section = Section(slug="sample", type=kind.name, title="Sample", url="/p/", view_url="/v/", state="fresh")
    return get_template(kind.template).render({"section": section, "panel": context, "alone": True})


@pytest.fixture(params=sorted(PANEL_TYPES))
def kind(request: pytest.FixtureRequest) -> PanelType:
    return PANEL_TYPES[request.param]


@pytest.fixture
def sample(kind: PanelType) -> Frames:
    return SAMPLES[kind.name]


def test_it_has_a_name_a_label_and_a_template(kind: PanelType) -> None:
    assert kind.label
    assert get_template(kind.template)


def test_its_queries_pass_the_static_check(kind: PanelType) -> None:
    given = sample_document(kind.name)
    queries, export = kind.queries(given, ask(hours=10)), kind.export(given, ask(hours=10))
    assert bool(queries) == (export is not None) == (given.data_source is not None)
    for query in filter(None, [*queries.values(), export]):
        validate(query)


def test_a_sample_is_answered_in_strict_json(kind: PanelType, sample: Frames) -> None:
    answer = kind.answer(sample_document(kind.name), sample, ask(hours=10))
    assert json.loads(json.dumps(answer.data, allow_nan=False)) == answer.data
    assert kind.shape.model_validate(answer.data).model_dump(exclude_unset=True) == answer.data
    assert not answer.is_empty


def test_a_sample_renders_without_inline_style_or_script(kind: PanelType, sample: Frames) -> None:
    html = rendered(kind, kind.context(sample_document(kind.name), sample, ask(hours=10)))
    assert "panel-sample" in html
    assert not any(forbidden in html for forbidden in (" style=", "onclick", "<b>Bob", "javascript:", "None"))


def test_an_empty_frame_is_answered_and_renders(kind: PanelType, sample: Frames) -> None:
    empty = {name: emptied(one) if name != "count" else frame(total=[0], is_estimate=[False]) for name, one in sample.items()}
    assert kind.answer(sample_document(kind.name), empty, ask(hours=10)).is_empty == bool(sample)
    context = kind.context(sample_document(kind.name), empty, ask(hours=10))
    assert {"notes", "is_empty"} <= set(context)
    assert rendered(kind, context)


@pytest.mark.parametrize("name", sorted(name for name, sample in SAMPLES.items() if isinstance(first_of(sample), Frame)))
def test_rows_of_the_wrong_shape_are_a_clear_error(name: str) -> None:
    """Points over time have one shape only: their source refuses what is not of it."""
    wrong = frame(surprise=["no number"], another=["no time"])
    frames = {one: wrong if one != "count" else given for one, given in SAMPLES[name].items()}
    with pytest.raises(WrongShape, match=r"^The (query|value) .*\.$"):
        PANEL_TYPES[name].answer(sample_document(name), frames, ask(hours=10))
    with pytest.raises(WrongShape):
        PANEL_TYPES[name].context(sample_document(name), frames, ask(hours=10))


def test_its_rows_come_as_csv_under_as_many_headings(kind: PanelType, sample: Frames) -> None:
    document, first = sample_document(kind.name), first_of(sample) or frame()
    exported = first if isinstance(first, Frame) else frame(timestamp=[NOON], value=[1.5], label=["web"])
    assert len(kind.csv_columns(document, exported)) == len(kind.csv_heading(document, exported))
    assert set(kind.csv_columns(document, exported)) <= set(exported.names)


def test_a_figure_is_one_that_plotly_knows(kind: PanelType, sample: Frames) -> None:
    context = kind.context(sample_document(kind.name), sample, ask(hours=10))
    figure = context.get("figure", {"data": [], "layout": {}})
    assert len(go.Figure(figure).data) == len(figure["data"])
    assert bool(figure["data"]) == kind.is_chart


def test_a_table_keeps_to_its_documents_limit() -> None:
    kind = PANEL_TYPES["table"]
    table = document("table", {"table": "orders", "columns": [{"name": "id"}], "query": "LIMIT 30"})
    assert [kind.queries(table, ask(page=page))["rows"].limit for page in (1, 2, 3)] == [25, 5, 0]
    frames = {"rows": frame(id=list(range(25))), "count": frame(total=[9_000], is_estimate=[True])}
    assert kind.answer(table, frames, ask()).data["pagination"]["total_rows"] == 30
    assert kind.export(table, ask()).limit == 30


def test_every_column_of_sql_that_has_an_order_can_be_sorted() -> None:
    kind, table = PANEL_TYPES["table"], document("table", {"sql": "SELECT 1"})
    rows = typed_frame({"n": ("number", "int8"), "facts": ("json", "json")}, (1, "{}"))
    frames = {"rows": rows, "count": frame(total=[1], is_estimate=[False])}
    columns = kind.context(table, frames, ask(sort="n"))["columns"]
    assert [(column["sortable"], column["sort"], column["next_order"]) for column in columns] == [
        (True, "ascending", "desc"),
        (False, "none", "asc"),
    ]


def test_sql_that_groups_by_time_says_its_bucket() -> None:
    kind = PANEL_TYPES["timeseries"]
    sql = "SELECT $__timeGroup(at, '1h') AS time, count(*) AS value FROM t WHERE $__timeFilter(at) GROUP BY 1"
    answer = kind.answer(document("timeseries", {"sql": sql}), SAMPLES["timeseries"], ask(hours=2))
    assert answer.aggregation_info == {"applied": True, "bucket_interval": "1 hour"}
