"""The form of a document: all that a document can say has a field, and nothing is lost on the way there and back."""

from pathlib import Path
from typing import Any

import pytest
import yaml
from django.conf import settings
from django.http import QueryDict
from django.template.loader import render_to_string

from dashboards.editor.acting import NoSuchPlace, act
from dashboards.editor.nodes import form_of
from dashboards.editor.pieces import plain
from dashboards.editor.reading import read_form
from dashboards.editor.sections import sections_of
from dashboards.editor.shapes import Shape, schema_of_type, shape_of_type
from dashboards.editor.ways import ways_of
from dashboards.panels import PANEL_TYPES
from dashboards.panels.document import DocumentError, read_document
from dashboards.tests.editor.posting import posted
from dashboards.tests.panels.frames import sample_document

FILES = sorted(Path(settings.BASE_DIR, "demo/files").rglob("panels/*.yaml"))


def drawn(document: Any, errors: Any = ()) -> str:
    root, _ = form_of(document, shape_of_type(document["type"]), errors)
    return render_to_string("editor/_sections.html", {"sections": sections_of(root), "root": root})


def read(fields: QueryDict, name: str) -> Any:
    return read_form(shape_of_type(name), fields, name)


def there_and_back(document: Any) -> Any:
    return plain(read(posted(drawn(document)), document["type"])[0])


def after(document: Any, *done: str, **written: str) -> Any:
    """The document after something was written into its form, and buttons were pressed."""
    fields = posted(drawn(document))
    for name, value in written.items():
        fields[name] = value
    found, _ = read(fields, document["type"])
    for do in done:
        act(found, shape_of_type(document["type"]), do)
    return plain(found)


def stored(path: Path) -> Any:
    return read_document(yaml.safe_load(path.read_text())["panel"]).model_dump(mode="json", exclude_unset=True)


def samples(shape: Shape) -> list[Any]:
    """Values of a shape: together they fill every place within it."""
    match shape.kind:
        case "text":
            return ["a “text” <b>\n\nof lines & more", ""] if shape.is_long else ["a “text” & <more>", ""]
        case "number":
            return [7, -0.5, 0]
        case "boolean":
            return [True, False]
        case "choice":
            return list(shape.options)
        case "rows":
            inside = samples(shape.item)
            return [inside, inside[-1:], []]
        case "entries":
            return [{f"{place}. name": value for place, value in enumerate(samples(shape.item))}, {}]
        case "union":
            return [value for one in shape.alternatives for value in samples(one)]
        case "object":
            its = {name: [*samples(one), *([None] if one.is_nullable else [])] for name, one in shape.properties.items()}
            most = max(map(len, its.values()))
            return [{name: values[place % len(values)] for name, values in its.items() if values} for place in range(most)]
    return []


@pytest.mark.parametrize("name", PANEL_TYPES)
def test_whatever_a_type_can_say_comes_back_from_the_form_as_it_was(name: str) -> None:
    full = [{**sample, "type": name} for sample in samples(shape_of_type(name))]
    assert len(full) >= 2
    for document in full[:3]:
        assert there_and_back(document) == document


def properties(schema: Any, models: Any) -> set[str]:
    """The names of all properties that the schema of a type has anywhere within it."""
    entries = [schema, *models.values()]
    inner = [one for entry in entries for one in entry.get("anyOf", [])]
    return {
        name for entry in [*entries, *inner] for name, one in entry.get("properties", {}).items() if one.get("type") != "null"
    }


@pytest.mark.parametrize("name", PANEL_TYPES)
def test_every_property_of_the_schema_has_a_field(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("dashboards.editor.nodes.MOST_NODES", 100_000)
    schema = schema_of_type(name)
    html = "".join(drawn({**sample, "type": name}) for sample in samples(shape_of_type(name))[:3])
    fields = set(posted(html))
    missing = {
        one for one in properties(schema, schema.get("$defs", {})) - {"type"} if not any(f".{one}" in field for field in fields)
    }
    assert missing == set()


def test_the_documents_of_the_demo_and_of_the_tests_come_back_as_they_were() -> None:
    known = [stored(path) for path in FILES]
    known += [sample_document(name).model_dump(mode="json", exclude_unset=True) for name in PANEL_TYPES]
    assert len(known) > 40
    assert [document["title"] for document in known if there_and_back(document) != document] == []


def test_the_longest_table_has_no_more_fields_than_the_server_takes() -> None:
    columns = [{"name": f"c{number}", "unit": "bytes", "mappings": [{"value": 1, "text": "one"}]} for number in range(100)]
    document = {"type": "table", "title": "Long", "data_source": {"table": "t", "columns": columns}}
    fields = posted(drawn(document))
    assert sum(len(values) for _, values in fields.lists()) < settings.DATA_UPLOAD_MAX_NUMBER_FIELDS - 50
    assert plain(read(fields, "table")[0]) == document


CPU = {"type": "timeseries", "title": "CPU", "data_source": {"sql": "SELECT 1"}}
HIGH = {"value": 80.0, "color": "#F59E0B"}


@pytest.mark.parametrize(
    "document",
    [
        {**CPU, "display": {}},
        {**CPU, "display": {"decimals": None, "fill_area": False, "style": "lines", "legend": [], "thresholds": []}},
        {**CPU, "display": {"legend": ["min", "mean", "last", "max"], "colors": {"a.b[0]": "good", "": "#fff"}}},
        {**CPU, "variables": {"n": 1, "x": 1.5, "t": "text", "yes": True, "empty": ""}},
        {**CPU, "data_source": {"table": "t", "columns": {"timestamp": "a", "value": "b"}, "query": "WHERE x = 1"}},
        {**CPU, "data_source": {"promql": "up", "queries": None}},
        {
            **CPU,
            "display": {
                "mappings": [{"value": True, "text": "on"}, {"value": 3, "text": ""}, {"special": "null", "color": "good"}]
            },
        },
        {**CPU, "title": 7, "unknown": {"a": [1]}, "display": [1, 2], "links": "none"},
        {**CPU, "transformations": [{"filter": {"conditions": [{"field": "a", "compare": "in", "value": [1, "b", False]}]}}]},
    ],
)
def test_what_is_said_although_it_would_hold_anyway_or_is_wrong_stays_said(document: Any) -> None:
    assert there_and_back(document) == document


def test_what_is_written_is_said_and_what_is_emptied_is_not() -> None:
    changed = after(
        {**CPU, "display": {"unit": "percent"}}, **{"doc.title": "Load", "doc.display.unit": "", "doc.display.decimals": "2"}
    )
    assert changed == {**CPU, "title": "Load", "display": {"decimals": 2}}


def test_a_number_that_is_none_stays_to_be_mended() -> None:
    changed = after(CPU, **{"doc.display.y_min": "ten"})
    assert changed["display"] == {"y_min": "ten"}
    assert 'value="ten"' in drawn(changed)


def test_rows_are_added_moved_and_removed() -> None:
    document = {**CPU, "display": {"thresholds": [HIGH, {**HIGH, "value": 90}]}}
    assert after(document, "add:doc.display.thresholds")["display"]["thresholds"][2] == {}
    assert after(document, "up:doc.display.thresholds[1]")["display"]["thresholds"][0]["value"] == 90
    assert after(document, "remove:doc.display.thresholds[0]")["display"]["thresholds"] == [{**HIGH, "value": 90}]
    assert after(CPU, "add:doc.links", "on:doc.display.link", "add:doc.display.legend") == {
        **CPU,
        "links": [{}],
        "display": {"link": {}, "legend": ["min", "mean", "last", "max", "last"]},
    }


def test_entries_are_moved_by_their_place_and_a_name_that_stands_twice_is_told() -> None:
    document = {**CPU, "display": {"colors": {"a": "good", "b": "critical"}}}
    moved = after(document, "down:doc.display.colors{0}")
    assert list(moved["display"]["colors"]) == ["b", "a"]
    fields = posted(drawn(document))
    fields["doc.display.colors{1}~key"] = "a"
    found, errors = read(fields, "timeseries")
    assert found["display"]["colors"] == {"a": "good", "a (2)": "critical"}
    assert errors == [DocumentError("display.colors.a (2)", "“a” stands twice")]


def test_another_way_lays_aside_what_was_said_and_the_way_back_says_it_again() -> None:
    fields = posted(drawn(CPU))
    fields["doc.data_source~way"] = "promql"
    found, _ = read(fields, "timeseries")
    act(found, shape_of_type("timeseries"), "way:doc.data_source")
    assert plain(found)["data_source"] == {}
    html = drawn(found)
    assert 'name="doc.data_source.promql"' in html
    assert 'name="doc.data_source.sql"' not in html
    fields = posted(html)
    fields["doc.data_source~way"] = "sql"
    found, _ = read(fields, "timeseries")
    act(found, shape_of_type("timeseries"), "way:doc.data_source")
    assert plain(found) == CPU


def test_a_kind_that_is_chosen_before_there_is_a_value_stays_chosen() -> None:
    fields = posted(drawn({**CPU, "display": {"mappings": [{"text": "x"}]}}))
    fields["doc.display.mappings[0].value~kind"] = "1"
    found, _ = read(fields, "timeseries")
    assert 'id="doc.display.mappings[0].value" ' in " ".join(drawn(found).split())


def test_the_ways_of_a_query_and_a_step_leave_out_no_property() -> None:
    for name in PANEL_TYPES:
        source = shape_of_type(name).properties["data_source"]
        assert source.kind == "nothing" or len(ways_of(source)) == 4
    step = shape_of_type("kpi").properties["transformations"].item
    assert step is not None
    assert {way.name for way in ways_of(step)} == set(step.properties)


@pytest.mark.parametrize("do", ["add:doc.nothing", "remove:doc.links[9]", "explode:doc.links", "add:", "add:doc", "up:doc.title"])
def test_a_button_that_there_is_not_does_nothing(do: str) -> None:
    with pytest.raises(NoSuchPlace):
        act(read(posted(drawn(CPU)), "timeseries")[0], shape_of_type("timeseries"), do)


def test_errors_stand_at_their_fields_or_as_near_as_there_is_one() -> None:
    errors = [
        DocumentError("display.thresholds[0].color", "no colour"),
        DocumentError("display.mappings[0].value.int", "no number"),
        DocumentError("data_source", "one language"),
        DocumentError("nowhere", "homeless"),
    ]
    document = {**CPU, "display": {"thresholds": [HIGH], "mappings": [{"text": "a"}]}}
    root, homeless = form_of(document, shape_of_type("timeseries"), errors)
    placed = {node.path: node.errors for node in root.walk() if node.errors}
    assert placed == {
        "display.thresholds[0].color": ["no colour"],
        "display.mappings[0].value": ["no number"],
        "data_source": ["one language"],
    }
    assert homeless == [errors[3]]
