"""Overrides: what single series, columns, slices or dials have otherwise than the panel, by name, pattern or query."""

from collections.abc import Iterable, Sequence
from typing import Annotated, Any, Literal, Self

from pydantic import Field, GetJsonSchemaHandler, model_validator
from pydantic.json_schema import JsonSchemaValue
from pydantic_core import CoreSchema

from dashboards.panels.links import Link
from dashboards.panels.mappings import Mappings
from dashboards.panels.parts import Colour, Decimals, Label, Strict, Unit
from dashboards.panels.patterns import Pattern, found
from datasources.frame import Series

Style = Literal["lines", "area", "bars", "points"]
Dash = Literal["solid", "dash", "dot", "dashdot"]
ONLY_QUERY = "A"  # the letter of a query that stands alone


class NameMatch(Strict):
    """Which ones, by their names: all that is given must hold. May be written as a text, which is the name."""

    name: Label | None = None
    regex: Pattern | None = None

    @classmethod
    def __get_pydantic_json_schema__(cls, core: CoreSchema, handler: GetJsonSchemaHandler) -> JsonSchemaValue:
        return {"anyOf": [handler.resolve_ref_schema(handler(core)), {"type": "string"}]}

    @model_validator(mode="before")
    @classmethod
    def _from_a_name(cls, raw: Any) -> Any:
        if isinstance(raw, dict) and "query" in raw and "query" not in cls.model_fields:
            raise ValueError("what this type shows is of no single query: match by name or regex")
        return {"name": raw} if isinstance(raw, str) else raw

    @model_validator(mode="after")
    def _says_something(self) -> Self:
        if all(getattr(self, field) is None for field in type(self).model_fields):
            raise ValueError(f"match by {' or '.join(', '.join(type(self).model_fields).rsplit(', ', 1))}")
        return self

    def holds(self, name: str, query: str = ONLY_QUERY) -> bool:
        if self.name is not None and self.name != name:
            return False
        return self.regex is None or found(self.regex, name) is not None


class Match(NameMatch):
    """Which ones: all that is given must hold. May be written as a text, which is the name.

    `query` is a query's letter, A that of the first.
    """

    query: Annotated[str, Field(pattern="^[A-Z]$")] | None = None

    def holds(self, name: str, query: str = ONLY_QUERY) -> bool:
        return self.query in (None, query) and super().holds(name)


class NamedOverride(Strict):
    """What is not given stays as it is. Of several that match, the later ones win. `order` is 0 where nothing is said."""

    match: NameMatch
    name: Label | None = None
    hidden: bool = False
    order: Annotated[int, Field(ge=-1_000, le=1_000)] = 0


class RowOverride(NamedOverride):
    """Of a row of a heatmap."""

    match: Match


class StateRowOverride(RowOverride):
    """Of a row of a status history: what its states are called, and their colours, is its own mappings' to say."""

    unit: Unit | None = None
    decimals: Decimals | None = None
    mappings: Mappings | None = None


class PartOverride(NamedOverride):
    link: Link | None = None


class PaintedOverride(PartOverride):
    """Of a bar's series."""

    color: Colour | None = None


class SliceOverride(PaintedOverride):
    match: Match


class Override(PartOverride):
    unit: Unit | None = None
    decimals: Decimals | None = None
    mappings: Mappings | None = None


class DialOverride(Override):
    match: Match


class SeriesOverride(Override):
    match: Match
    color: Colour | None = None
    axis: Literal["left", "right"] | None = None
    style: Style | None = None
    dash: Dash | None = None
    width: Annotated[float, Field(ge=0.5, le=10)] | None = None


def changes(overrides: Sequence[NamedOverride], name: str, query: str = ONLY_QUERY) -> dict[str, Any]:
    """What the overrides that match say, by their fields' names. `query` is the letter of the one that `name` comes of."""
    changed: dict[str, Any] = {}
    for override in overrides:
        if override.match.holds(name, query):
            said = ((field, getattr(override, field)) for field in override.model_fields_set if field != "match")
            changed |= {field: value for field, value in said if value is not None}
    return changed


def overridden(all_series: Iterable[Series], overrides: Sequence[NamedOverride]) -> list[tuple[Series, str, dict[str, Any]]]:
    """The series that are not hidden, in their order: each with its name and what else is said of it."""
    shown = []
    for one in all_series:
        changed = changes(overrides, one.label, one.query or ONLY_QUERY)
        if not changed.pop("hidden", False):
            shown.append((changed.pop("order", 0), (one, changed.pop("name", one.label), changed)))
    return [one for _, one in sorted(shown, key=lambda place: place[0])]
