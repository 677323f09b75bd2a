"""A dashboard's variables in its document: read with the path of each error, stored, and told again as they are."""

from typing import Any

import pytest

from dashboards.document import document_of, place_panels, read_dashboard, read_variables, take_fields
from dashboards.forms import DashboardForm
from dashboards.models import Dashboard, Placement
from dashboards.panels.document import DocumentInvalid
from dashboards.panels.reading import read_text
from dashboards.variables.definitions import QueryVariable, stored_variables

EVERY_KIND: list[dict[str, Any]] = [
    {"name": "region", "kind": "custom", "options": ["eu", {"value": "us", "text": "America"}], "all": True, "default": "All"},
    {
        "name": "server",
        "kind": "query",
        "label": "Server",
        "data_source": {"sql": "SELECT DISTINCT server_name FROM metrics WHERE region IN (:region)"},
        "multi": True,
        "all": True,
        "all_value": "%",
        "default": ["web-01", "web-02"],
    },
    {"name": "job", "kind": "query", "data_source": {"source": "prom", "promql": "label_values(up, job)"}},
    {"name": "filter", "kind": "text", "default": ""},
    {"name": "limit", "kind": "constant", "value": "80", "hidden": True},
    {"name": "step", "kind": "interval", "options": ["1m", "1h", "1d"], "auto": 100, "auto_min": "10s", "default": "auto"},
    {"name": "source", "kind": "data_source", "source_kind": "prometheus"},
    {"name": "plan", "kind": "tenant", "attribute": "plan", "default": "none"},
]


def board(*variables: dict[str, Any], **more: Any) -> dict[str, Any]:
    return {"name": "Board", "variables": list(variables), **more}


def test_every_kind_is_read_and_stored_as_it_was_said(db: None) -> None:
    dashboard = Dashboard(slug="board")
    take_fields(dashboard, read_dashboard(board(*EVERY_KIND)))
    dashboard.save()
    dashboard.refresh_from_db()
    assert dashboard.variables == EVERY_KIND
    assert [one.name for one in document_of(dashboard).variables] == [one["name"] for one in EVERY_KIND]
    assert read_dashboard(document_of(dashboard).model_dump(mode="json")).variables == document_of(dashboard).variables


def test_a_variable_with_several_values_or_all_is_a_list() -> None:
    lists = {one.name for one in stored_variables(EVERY_KIND) if one.is_list}
    assert lists == {"region", "server"}


CUSTOM = {"name": "a", "kind": "custom", "options": ["x"]}


@pytest.mark.parametrize(
    ("variables", "said"),
    [
        ([{**CUSTOM, "name": "1a"}], "variables[0].name: must match"),
        ([{**CUSTOM, "name": "__from"}], "variables[0].name: must match"),
        ([{**CUSTOM, "kind": "magic"}], "variables[0]: kind must be 'query' or 'custom'"),
        ([{"name": "a"}], "variables[0]: kind is required"),
        ([{**CUSTOM, "sql": "SELECT 1"}], "variables[0].sql: is not known here; known are name, kind, label"),
        ([{**CUSTOM, "options": []}], "variables[0].options: "),
        ([{**CUSTOM, "options": ["x", {"text": "y"}]}], "variables[0].options[1].value: is required"),
        ([{**CUSTOM, "options": [8080]}], "variables[0].options[0]: must be a text, in quotes where it is a number"),
        ([{**CUSTOM, "options": ["x" * 1_001]}], "variables[0].options[0]: must have at most 1000 characters"),
        ([{**CUSTOM, "default": "y"}], "variables[0]: the default “y” is not among the options"),
        ([{**CUSTOM, "default": ["x", "x"]}], "variables[0]: several defaults need multi: true"),
        ([{**CUSTOM, "default": "All"}], "variables[0]: “All” as the default needs all: true"),
        ([{**CUSTOM, "all_value": ".*"}], "variables[0]: all_value needs all: true"),
        ([CUSTOM, {**CUSTOM}], "variables[1].name: “a” stands twice"),
        ([{"name": "q", "kind": "query", "data_source": {}}], "variables[0].data_source: give either sql or promql"),
        (
            [{"name": "q", "kind": "query", "data_source": {"sql": "SELECT :a::text"}}, CUSTOM],
            "variables[0].data_source: uses “a”, which must stand above it",
        ),
        ([{"name": "i", "kind": "interval", "options": ["5x"]}], "variables[0].options[0]: An interval is a number"),
        ([{"name": "i", "kind": "interval", "options": ["5m"], "default": "auto"}], "variables[0]: default must be one of 5m"),
    ],
)
def test_an_error_has_its_path(variables: list[Any], said: str) -> None:
    with pytest.raises(DocumentInvalid) as refused:
        read_dashboard(board(*variables))
    assert str(refused.value).startswith(said)


def test_a_cast_is_not_a_variable() -> None:
    query = {"name": "q", "kind": "query", "data_source": {"sql": "SELECT 'text'::text"}}
    (read, _) = read_dashboard(board(query, {**CUSTOM, "name": "text"})).variables
    assert isinstance(read, QueryVariable)
    assert read.needs == frozenset()


def test_a_panel_is_repeated_by_a_list_only() -> None:
    panel = {"id": "cpu", "repeat": {"variable": "server", "direction": "down", "max": 4}}
    document = read_dashboard(board({**CUSTOM, "name": "server", "multi": True}, panels=[panel]))
    assert document.panels[0].repeat is not None
    with pytest.raises(DocumentInvalid, match=r"panels\[0\].repeat.variable: must be one of .* there is none"):
        read_dashboard(board({**CUSTOM, "name": "server"}, panels=[panel]))


def test_how_a_panel_is_repeated_is_stored(db: None) -> None:
    panel = {"id": "cpu", "repeat": {"variable": "server", "direction": "down", "max": 4}}
    document = read_dashboard(
        board({**CUSTOM, "name": "server", "multi": True}, panels=[panel, {"id": "b", "position": {"row": 9}}])
    )
    dashboard = Dashboard.objects.create(slug="board", name="Board")
    place_panels(dashboard, document)
    assert [placed.repeat for placed in document_of(dashboard).panels] == [document.panels[0].repeat, None]
    assert Placement.objects.get(panel_slug="b").repeat_variable == ""


def test_what_is_not_valid_any_more_takes_nothing_with_it() -> None:
    assert [one.name for one in stored_variables([{"kind": "gone", "name": "x"}, "?", CUSTOM])] == ["a"]


def test_an_editor_reads_them_in_the_order_of_their_fields(db: None) -> None:
    dashboard = Dashboard.objects.create(slug="board", name="Board", variables=EVERY_KIND)
    dashboard.refresh_from_db()
    text = DashboardForm(instance=dashboard).fields["variables_text"].initial
    assert text.startswith("- name: region\n  kind: custom\n")
    assert parse_variables(text) == stored_variables(EVERY_KIND)


def parse_variables(text: str) -> tuple[Any, ...]:
    return tuple(read_variables(read_text(text)))
