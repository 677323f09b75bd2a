"""A panel's document: what every type shares, how it is read, and what is wrong with it, each error at its path."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Annotated, Any, Literal

import yaml
from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator, model_validator

from datasources.base import Aggregate

LONGEST_TEXT = 100_000
DEEPEST = 12
FORBIDDEN_KEYS = {"__proto__", "constructor", "prototype"}

Name = Annotated[str, Field(min_length=1, max_length=128)]
Label = Annotated[str, Field(max_length=200)]
Colour = Annotated[str, Field(pattern=r"^#(?:[0-9a-fA-F]{3}|[0-9a-fA-F]{6})$", description="#10B981 or #fff")]
Duration = Annotated[str, Field(pattern=r"^[1-9]\d{0,5}[smhdwMy]$", description="15m, 6h, 7d")]


@dataclass(frozen=True, slots=True)
class DocumentError:
    """`path` as an editor reads it: `display.thresholds[1].value`."""

    path: str
    message: str

    def __str__(self) -> str:
        return f"{self.path}: {self.message}" if self.path else self.message


class DocumentInvalid(ValueError):
    def __init__(self, errors: list[DocumentError]) -> None:
        super().__init__("; ".join(map(str, errors)))
        self.errors = errors


class Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, str_strip_whitespace=True)


class Where(Strict):
    where: Annotated[str, Field(max_length=10_000)] = ""
    order_by: Annotated[str, Field(max_length=1_000)] = ""


class DataSource(Strict):
    """A structured query over `table`, or `sql`. Types add what they need: `columns` above all."""

    source: Literal["tenant"] = "tenant"
    table: Name | None = None
    query: Where | Annotated[str, Field(max_length=10_000)] = Where()
    aggregate: Aggregate | None = None
    timestamp: Name | None = None
    sql: Annotated[str, Field(max_length=20_000)] | None = None

    @model_validator(mode="after")
    def one_of_table_and_sql(self) -> "DataSource":
        if (self.table is None) == (self.sql is None):
            raise ValueError("give either a table with its columns, or sql")
        return self

    @property
    def where(self) -> str:
        return self.query.where if isinstance(self.query, Where) else ""

    @property
    def order_by(self) -> str:
        return self.query.order_by if isinstance(self.query, Where) else ""


class Threshold(Strict):
    value: Annotated[float, Field(allow_inf_nan=False)]
    color: Colour
    label: Label = ""


class Display(Strict):
    unit: Label = ""
    decimals: Annotated[int, Field(ge=0, le=10)] | None = None


class DrillDown(Strict):
    enabled: bool = False
    show_table: bool = True
    disable_aggregation: bool = True


class PanelDocument(Strict):
    type: str
    title: Annotated[str, Field(min_length=1, max_length=200)]
    description: Annotated[str, Field(max_length=2_000)] = ""
    refresh_interval: Annotated[int, Field(ge=0, le=86_400)] | None = None
    time_range: Duration | None = None
    variables: dict[Name, str | int | float | bool] = {}
    drill_down: DrillDown = DrillDown()

    @field_validator("title", "description")
    @classmethod
    def no_control_characters(cls, text: str) -> str:
        if any(ord(sign) < 32 and sign not in "\n\t" for sign in text) or any("\ud800" <= sign <= "\udfff" for sign in text):
            raise ValueError("control characters are not allowed")
        return text


def parse_text(text: str) -> PanelDocument:
    """Read a document written as YAML or JSON. Raises DocumentInvalid."""
    if len(text) > LONGEST_TEXT:
        raise DocumentInvalid([DocumentError("", f"a document has at most {LONGEST_TEXT:,} characters")])
    if "\x00" in text:
        raise DocumentInvalid([DocumentError("", "a document has no NUL characters")])
    try:
        if any(isinstance(event, yaml.AliasEvent) for event in yaml.parse(text, Loader=yaml.SafeLoader)):
            raise DocumentInvalid([DocumentError("", "YAML aliases (*name) are not allowed")])
        raw = yaml.safe_load(text)
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        where = f"line {mark.line + 1}, column {mark.column + 1}" if mark else ""
        raise DocumentInvalid([DocumentError(where, f"not YAML or JSON: {getattr(error, 'problem', error)}")]) from error
    except RecursionError as error:
        raise DocumentInvalid([DocumentError("", "nested too deep")]) from error
    return read_document(raw)


def read_document(raw: Any) -> PanelDocument:
    """Validate a document, with or without `panel:` around it, by the model of its type. Raises DocumentInvalid."""
    from dashboards.panels import PANEL_TYPES

    if isinstance(raw, Mapping) and set(raw) == {"panel"}:
        raw = raw["panel"]
    if not isinstance(raw, Mapping):
        raise DocumentInvalid([DocumentError("", "a panel is a mapping with type, title and data_source")])
    if (unfit := _unfit(raw, "", 0)) is not None:
        raise DocumentInvalid([unfit])
    kind = PANEL_TYPES.get(str(raw.get("type")))
    if kind is None:
        raise DocumentInvalid([DocumentError("type", f"must be one of {', '.join(sorted(PANEL_TYPES))}")])
    try:
        return kind.document.model_validate(raw)
    except ValidationError as error:
        raise DocumentInvalid([_described(item) for item in error.errors()]) from error


def as_yaml(document: Mapping[str, Any]) -> str:
    """A stored document as an editor reads and changes it."""
    return yaml.safe_dump(json.loads(json.dumps({"panel": document})), sort_keys=False, allow_unicode=True, width=100)


def _unfit(value: Any, path: str, depth: int) -> DocumentError | None:
    """Depth and keys that no model should have to meet."""
    if depth > DEEPEST:
        return DocumentError(path, "nested too deep")
    children: list[tuple[str, Any]] = []
    if isinstance(value, Mapping):
        if bad := FORBIDDEN_KEYS.intersection(map(str, value)):
            return DocumentError(path, f"a key may not be {', '.join(sorted(bad))}")
        children = [(f"{path}.{key}".lstrip("."), child) for key, child in value.items()]
    elif isinstance(value, list):
        children = [(f"{path}[{place}]", child) for place, child in enumerate(value)]
    return next((error for where, child in children if (error := _unfit(child, where, depth + 1))), None)


def _described(error: Any) -> DocumentError:
    path = ""
    for part in error["loc"]:
        if isinstance(part, int):
            path += f"[{part}]"
        elif not part.startswith(("function-", "constrained-str", "Where")):
            path += f".{part}" if path else part
    kind, context = error["type"], error.get("ctx", {})
    message = {
        "extra_forbidden": "is not a known field here",
        "missing": "is required",
        "string_pattern_mismatch": f"must match {context.get('pattern')}",
    }.get(kind, error["msg"].removeprefix("Value error, "))
    return DocumentError(path, message)
