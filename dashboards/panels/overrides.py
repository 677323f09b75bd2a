"""Overrides: what single series, columns, slices or dials have otherwise than the panel, by name, pattern or query."""

from collections.abc import Sequence
from typing import Annotated, Any, Literal, Self

from pydantic import Field, GetJsonSchemaHandler, model_validator
from pydantic.json_schema import JsonSchemaValue
from pydantic_core import CoreSchema

from dashboards.panels.links import Link
from dashboards.panels.mappings import Mappings
from dashboards.panels.parts import Colour, Decimals, Label, Strict, Unit
from dashboards.panels.patterns import Pattern, found

Style = Literal["lines", "area", "bars", "points"]
Dash = Literal["solid", "dash", "dot", "dashdot"]


class Match(Strict):
    """Which ones: all that is given must hold. May be written as a text, which is the name.

    `query` is a query's letter, A that of the first.
    """

    name: Label | None = None
    regex: Pattern | None = None
    query: Annotated[str, Field(pattern="^[A-Z]$")] | None = None

    @classmethod
    def __get_pydantic_json_schema__(cls, core: CoreSchema, handler: GetJsonSchemaHandler) -> JsonSchemaValue:
        return {"anyOf": [handler.resolve_ref_schema(handler(core)), {"type": "string"}]}

    @model_validator(mode="before")
    @classmethod
    def _from_a_name(cls, raw: Any) -> Any:
        return {"name": raw} if isinstance(raw, str) else raw

    @model_validator(mode="after")
    def _says_something(self) -> Self:
        if self.name is None and self.regex is None and self.query is None:
            raise ValueError("match by name, regex or query")
        return self

    def holds(self, name: str, query: str = "") -> bool:
        if self.name is not None and self.name != name:
            return False
        if self.query is not None and self.query != query:
            return False
        return self.regex is None or found(self.regex, name) is not None


class PartOverride(Strict):
    """What is not given stays as it is. Of several that match, the later ones win. `order` is 0 where nothing is said."""

    match: Match
    name: Label | None = None
    link: Link | None = None
    hidden: bool = False
    order: Annotated[int, Field(ge=-1_000, le=1_000)] = 0


class PaintedOverride(PartOverride):
    """Of a bar's series, or of a pie's slice."""

    color: Colour | None = None


class Override(PartOverride):
    unit: Unit | None = None
    decimals: Decimals | None = None
    mappings: Mappings | None = None


class SeriesOverride(Override):
    color: Colour | None = None
    axis: Literal["left", "right"] | None = None
    style: Style | None = None
    dash: Dash | None = None
    width: Annotated[float, Field(ge=0.5, le=10)] | None = None


def changes(overrides: Sequence[PartOverride], name: str, query: str = "") -> dict[str, Any]:
    """What the overrides that match say, by their fields' names."""
    changed: dict[str, Any] = {}
    for override in overrides:
        if override.match.holds(name, query):
            said = ((field, getattr(override, field)) for field in override.model_fields_set if field != "match")
            changed |= {field: value for field, value in said if value is not None}
    return changed
