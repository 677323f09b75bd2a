"""A panel becomes one of another type: what fits stays, and what goes is named."""

from collections.abc import Mapping
from typing import Any

from dashboards.editor.beginning import beginning
from dashboards.editor.nodes import fits
from dashboards.editor.pieces import plain
from dashboards.editor.shapes import NOT_GIVEN, Shape, shape_of_type
from dashboards.panels.document import DocumentInvalid, read_document

_NAMES_OF_LABELS = ("series_label", "label", "category", "service_name")
_NAMES_OF_VALUES = ("value", "status_value")


def retyped(document: Mapping[str, Any], name: str) -> tuple[dict[str, Any], list[str]]:
    """The document of the other type, and the places of what has none there. What it lacks, it begins with."""
    gone: list[str] = []
    kept = _fitting(_with_columns(plain(document), name), shape_of_type(name), "", gone)
    kept["type"] = name
    first = beginning(name, str(kept.get("title", "")))
    for needed in ("data_source", "content"):
        if needed in first and not kept.get(needed):
            kept[needed] = first[needed]
    return _without_mistakes(kept, document, gone), [place for place in gone if place != "type"]


def _fitting(value: Any, shape: Shape, path: str, gone: list[str]) -> Any:
    """What of a value its shape has room for."""
    if value is None:
        return value if shape.is_nullable else _leave(path, gone)
    if shape.kind == "nothing" or not fits(shape, value) or (shape.kind == "choice" and value not in shape.options):
        return _leave(path, gone)
    if shape.kind == "object":
        return _object(value, shape, path, gone)
    if shape.kind == "rows" and shape.item is not None:
        rows = [_fitting(one, shape.item, f"{path}[{place}]", gone) for place, one in enumerate(value)]
        return [one for one in rows if one is not NOT_GIVEN]
    return value


def _object(value: Mapping[str, Any], shape: Shape, path: str, gone: list[str]) -> dict[str, Any]:
    found = {}
    for key, one in value.items():
        place = f"{path}.{key}".removeprefix(".")
        kept = _fitting(one, shape.properties[key], place, gone) if key in shape.properties else _leave(place, gone)
        if kept is not NOT_GIVEN:
            found[key] = kept
    return found


def _leave(path: str, gone: list[str]) -> Any:
    gone.append(path)
    return NOT_GIVEN


def _with_columns(document: dict[str, Any], name: str) -> dict[str, Any]:
    """A table's columns by what they are in the other type: a series' label is a bar's category."""
    source = document.get("data_source")
    columns = source.get("columns") if isinstance(source, dict) else None
    its = shape_of_type(name).properties["data_source"].properties.get("columns")
    if not isinstance(source, dict) or its is None or not columns:
        return document
    if its.kind == "rows" and isinstance(columns, dict):
        columns = [{"name": column} for column in columns.values() if column]
    elif its.kind == "object" and isinstance(columns, dict):
        columns = {_renamed(key, its, columns): column for key, column in columns.items()}
    return {**document, "data_source": {**source, "columns": columns}}


def _renamed(key: str, shape: Shape, given: Mapping[str, Any]) -> str:
    """What the column is called there: what that type cannot do without goes before what it may have."""
    for names in (_NAMES_OF_LABELS, _NAMES_OF_VALUES):
        if key in names:
            known = [name for name in names if name in shape.properties and name not in given]
            needed = [name for name in known if shape.properties[name].is_required]
            if needed or key not in shape.properties:
                return next(iter((*needed, *known)), key)
    return key


def _without_mistakes(kept: dict[str, Any], before: Mapping[str, Any], gone: list[str]) -> dict[str, Any]:
    """What was right before and is wrong now goes from `display`: a limit may be another one in the other type."""
    try:
        read_document(plain(before))
        read_document(kept)
    except DocumentInvalid as error:
        for one in error.errors:
            part, _, name = one.path.partition(".")
            name = name.partition(".")[0].partition("[")[0]
            if part == "display" and name in kept.get("display", {}) and kept["type"] != before.get("type"):
                del kept["display"][name]
                gone.append(f"display.{name}")
    return kept
