"""JSON Schema of the files, for editors: the documents' own models, with what may stand in files besides."""

from collections.abc import Iterator
from functools import reduce
from operator import or_
from typing import Annotated, Any

from pydantic import Field, TypeAdapter

from dashboards.as_code.environment import FIXED
from dashboards.as_code.includes import KEY, MOST_AT_ONCE, PLACES
from dashboards.as_code.sources import BESIDE as OF_SOURCES
from dashboards.as_code.sources import SOURCE, SourceDocument
from dashboards.document import PANEL_ID, DashboardDocument
from dashboards.panels import PANEL_TYPES
from datasources.kinds import SOURCE_KINDS
from datasources.kinds.base import AnyKind

DIALECT = "https://json-schema.org/draft/2020-12/schema"
REFERENCE = "#/$defs/"
FROM_ENVIRONMENT = {"type": "string", "pattern": r"\$\{[A-Za-z_][A-Za-z0-9_]*\}"}
FRAGMENT = {"type": "string", "pattern": r"^fragments/.+\.ya?ml$"}
INCLUDE = {
    "description": "Fragments that are laid under this: fragments/percent.yaml",
    "anyOf": [FRAGMENT, {"type": "array", "items": FRAGMENT, "maxItems": MOST_AT_ONCE}],
}
BESIDE = {
    "id": {"description": "Where a file holds several documents; else it is its name.", "type": "string", "pattern": PANEL_ID},
    "shared_with": {
        "description": "The ids of the tenants that have it; without it every tenant has it.",
        "type": "array",
        "items": {"type": "string", "pattern": PANEL_ID},
        "minItems": 1,
        "uniqueItems": True,
    },
    "environment": {
        "description": "The environment variables that ${NAME} may stand for in this document.",
        "type": "array",
        "items": {"type": "string", "pattern": "^[A-Za-z_][A-Za-z0-9_]*$"},
    },
}


def schema() -> dict[str, Any]:
    """Of one document of a file."""
    panels: Any = reduce(or_, (kind.document for kind in PANEL_TYPES.values()))
    models: dict[str, Any] = {}
    panel = _models_of(Annotated[panels, Field(discriminator="type")], models)
    models["DashboardDocument"] = _models_of(DashboardDocument, models)
    roots = [*panel["discriminator"]["mapping"].values(), f"{REFERENCE}DashboardDocument"]
    sources = [_source(kind, models) for kind in SOURCE_KINDS.values()]
    fixed = {name for model in models.values() for name in _reached(model.get("properties", {}).get(FIXED, {}), models)}
    beside = {name: _without_source(model) for name, model in models.items()}
    fixed -= {name for root in roots for name in _reached(_named(root, beside), beside)}
    for root in roots:
        _let_include(_named(root, models), models)
    for name, model in models.items():
        if name not in fixed:
            _let_environment(model)
    bodies: dict[str, dict[str, Any]] = {
        "panel": {"anyOf": [{"$ref": root} for root in roots[:-1]]},
        "dashboard": {"$ref": f"{REFERENCE}DashboardDocument"},
        SOURCE: {"anyOf": sources},
    }
    return {
        "$schema": DIALECT,
        "title": "PanelDash: a panel, a dashboard or a data source",
        "anyOf": [_document(kind, body) for kind, body in bodies.items()],
        "$defs": models,
    }


def _document(kind: str, body: dict[str, Any]) -> dict[str, Any]:
    beside = BESIDE if kind != SOURCE else {name: BESIDE[name] for name in OF_SOURCES}
    return {"type": "object", "properties": {**beside, kind: body}, "required": [kind], "additionalProperties": False}


def _source(kind: AnyKind, models: dict[str, Any]) -> dict[str, Any]:
    """Of one kind, by its own models; each secret as the environment variable that it is."""
    body = SourceDocument.model_json_schema()
    _let_environment(body)
    settings = f"{kind.name.title()}Settings"
    models[settings] = kind.settings.model_json_schema()
    one = {**FROM_ENVIRONMENT, "pattern": f"^{FROM_ENVIRONMENT['pattern']}$"}
    secrets = {
        name: one | ({"description": entry["description"]} if "description" in entry else {})
        for name, entry in kind.secrets.model_json_schema()["properties"].items()
    }
    body["properties"] |= {
        "kind": {"const": kind.name},
        "settings": {"$ref": REFERENCE + settings},
        "secrets": {"type": "object", "properties": secrets, "additionalProperties": False},
    }
    return body


def _models_of(kind: Any, models: dict[str, Any]) -> dict[str, Any]:
    found = TypeAdapter(kind).json_schema()
    models |= found.pop("$defs", {})
    return found


def _named(reference: str, models: dict[str, Any]) -> dict[str, Any]:
    return models[reference.removeprefix(REFERENCE)]


def _references(entry: Any) -> Iterator[str]:
    """The models that an entry names, however deep."""
    if isinstance(entry, dict):
        if isinstance(entry.get("$ref"), str):
            yield entry["$ref"].removeprefix(REFERENCE)
        entry = list(entry.values())
    for value in entry if isinstance(entry, list) else []:
        yield from _references(value)


def _without_source(model: dict[str, Any]) -> dict[str, Any]:
    """What stands outside a data source too, as a threshold does, is the same model in both places."""
    return {**model, "properties": {name: entry for name, entry in model.get("properties", {}).items() if name != FIXED}}


def _reached(entry: Any, models: dict[str, Any]) -> set[str]:
    """The models within an entry, those within them included."""
    reached: set[str] = set()
    waiting = list(_references(entry))
    while waiting:
        name = waiting.pop()
        if name not in reached:
            reached.add(name)
            waiting += _references(models[name])
    return reached


def _let_include(root: dict[str, Any], models: dict[str, Any]) -> None:
    """In a document and the parts of it that may include; what is required may come from there."""
    parts = [models[name] for place in PLACES if place for name in _references(root["properties"].get(place, {}))]
    if "type" in root["properties"] and "type" not in root["required"]:
        root["required"].append("type")
    for model in [root, *(part for part in parts if "properties" in part)]:
        model["properties"][KEY] = INCLUDE
        if required := model.pop("required", None):
            model["anyOf"] = [{"required": required}, {"required": [KEY]}]


def _let_environment(model: dict[str, Any]) -> None:
    """${NAME} where a number or a choice is meant."""
    for name, entry in model.get("properties", {}).items():
        is_text = entry.get("type") == "string" and not {"pattern", "enum", "const"} & entry.keys()
        if name not in {KEY, "type", "kind"} and not is_text and not any(_references(entry)):
            model["properties"][name] = {"anyOf": [entry, FROM_ENVIRONMENT]}
