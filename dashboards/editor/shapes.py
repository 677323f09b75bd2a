"""The shape of a document as a form needs it, from the JSON Schema of its type: what is written, chosen, listed or named."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import lru_cache
from typing import Any, Literal

from pydantic import BaseModel

from dashboards.panels import PANEL_TYPES

Kind = Literal["nothing", "text", "number", "boolean", "choice", "object", "rows", "entries", "union"]
REFERENCE = "#/$defs/"
NOT_GIVEN: Any = object()  # a property of which a document says nothing
LONGEST_LINE = 300  # a longer text is written in lines
ANY_VALUE: Mapping[str, Any] = {"anyOf": [{"type": kind} for kind in ("string", "number", "boolean")]}


@dataclass(frozen=True, slots=True, kw_only=True)
class Shape:
    """One place of a document. `model` is the name of an object's model; `default` is what holds where nothing is said.

    Rows and entries have `item`, objects `properties`, unions `alternatives`, a choice `options`.
    """

    kind: Kind
    model: str = ""
    about: str = ""
    format: str = ""
    longest: int | None = None
    is_nullable: bool = False
    is_required: bool = False
    default: Any = NOT_GIVEN
    options: tuple[Any, ...] = ()
    properties: Mapping[str, "Shape"] = field(default_factory=dict)
    item: "Shape | None" = None
    alternatives: tuple["Shape", ...] = ()

    @property
    def is_long(self) -> bool:
        return self.kind == "text" and (self.longest or 0) > LONGEST_LINE


@lru_cache(maxsize=64)
def shape_of_type(name: str) -> Shape:
    """The shape of the documents of a panel type."""
    schema = schema_of_type(name)
    return _shape(schema, schema.get("$defs", {}))


@lru_cache(maxsize=64)
def shape_of(model: type[BaseModel]) -> Shape:
    """The shape of any model."""
    schema = model.model_json_schema()
    return _shape(schema, schema.get("$defs", {}))


@lru_cache(maxsize=64)
def schema_of_type(name: str) -> Mapping[str, Any]:
    return PANEL_TYPES[name].document.model_json_schema()


def _shape(entry: Mapping[str, Any], models: Mapping[str, Any]) -> Shape:
    if "$ref" in entry:
        named = models[entry["$ref"].removeprefix(REFERENCE)]
        return _described(_shape(named, models), entry)
    if "anyOf" in entry or "oneOf" in entry:
        return _described(_one_of([_shape(one, models) for one in entry.get("anyOf") or entry["oneOf"]]), entry)
    return _described(_plain(entry, models), entry)


def _plain(entry: Mapping[str, Any], models: Mapping[str, Any]) -> Shape:
    if "const" in entry or "enum" in entry:
        return Shape(kind="choice", options=tuple(entry.get("enum", [entry.get("const")])))
    match entry.get("type"):
        case "null":
            return Shape(kind="nothing")
        case "string":
            return Shape(kind="text", longest=entry.get("maxLength"))
        case "integer" | "number":
            return Shape(kind="number")
        case "boolean":
            return Shape(kind="boolean")
        case "array":
            return Shape(kind="rows", item=_shape(entry["items"], models))
        case "object" if "properties" in entry:
            return Shape(kind="object", model=entry.get("title", ""), properties=_properties(entry, models))
    more = entry.get("additionalProperties", True)
    return Shape(kind="entries", item=_shape(more if isinstance(more, Mapping) else ANY_VALUE, models))


def _properties(entry: Mapping[str, Any], models: Mapping[str, Any]) -> dict[str, Shape]:
    required = entry.get("required", ())
    return {
        name: replace(_shape(one, models), is_required=name in required, default=one.get("default", NOT_GIVEN))
        for name, one in entry["properties"].items()
    }


def _one_of(found: Sequence[Shape]) -> Shape:
    """Null is the absence of the others; choices are one choice, whole numbers are numbers."""
    given = [one for one in found if one.kind != "nothing"]
    kinds = {one.kind for one in given}
    if [one.kind for one in given] == ["object", "text"]:
        one = given[0]  # which may be written as a text for short
    elif kinds == {"choice"}:
        one = replace(given[0], options=tuple(option for one in given for option in one.options))
    elif (len(kinds) == 1 and kinds < {"number", "text", "boolean"}) or len(given) == 1:
        one = given[0]
    else:
        distinct = [one for place, one in enumerate(given) if one.kind != "number" or "number" not in _kinds(given[:place])]
        one = Shape(kind="union", alternatives=tuple(distinct))
    return replace(one, is_nullable=len(given) < len(found))


def _kinds(shapes: Sequence[Shape]) -> set[str]:
    return {one.kind for one in shapes}


def _described(shape: Shape, entry: Mapping[str, Any]) -> Shape:
    return replace(shape, about=entry.get("description", shape.about), format=entry.get("format", shape.format))
