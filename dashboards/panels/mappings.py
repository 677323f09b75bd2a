"""Value mappings: what a value is called and coloured, by the value itself, a range, a pattern, or what it is."""

import math
import re
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Annotated, Any, Literal, Self

from pydantic import Field, FiniteFloat, field_validator, model_validator

from dashboards.panels.colours import hex_of
from dashboards.panels.parts import Colour, Label, Strict
from dashboards.panels.patterns import Pattern, found
from dashboards.panels.values import text_of
from datasources.timerange import UTC_ZONE

Special = Literal["null", "nan", "null_or_nan", "true", "false", "empty"]
_GROUP = re.compile(r"\$([0-9])")


class Range(Strict):
    """From `min` up to and including `max`; open at an end that is not given."""

    min: FiniteFloat | None = None
    max: FiniteFloat | None = None

    @model_validator(mode="after")
    def _one_end(self) -> Self:
        if self.min is None and self.max is None:
            raise ValueError("a range needs min, max or both")
        if self.min is not None and self.max is not None and self.min > self.max:
            raise ValueError("min must not be more than max")
        return self


class Mapping(Strict):
    """One of `value`, `range`, `regex` and `special`, with the `text` to show, in which `$1` is a group's; and a colour.

    Without a text the value stays as it is written, and only has the colour.
    """

    value: Label | bool | int | FiniteFloat | None = None
    range: Range | None = None
    regex: Pattern | None = None
    special: Special | None = None
    text: Label | None = None
    color: Colour | None = None

    @field_validator("special", mode="before")
    @classmethod
    def _as_yaml_reads_it(cls, raw: Any) -> Any:
        """`null`, `true` and `false` without quotes are what they say."""
        return {None: "null", True: "true", False: "false"}.get(raw, raw) if raw is None or isinstance(raw, bool) else raw

    @model_validator(mode="after")
    def _one_of_four(self) -> Self:
        given = [name for name in ("value", "range", "regex", "special") if name in self.model_fields_set]
        if len(given) != 1 or getattr(self, given[0]) is None:
            raise ValueError("a mapping is of one value, range, regex or special")
        if self.text is None and self.color is None:
            raise ValueError("a mapping gives a text, a color or both")
        return self


Mappings = Annotated[list[Mapping], Field(max_length=50)]


@dataclass(frozen=True, slots=True)
class Mapped:
    """`text` is None where the value is written as it is; `colour` a hex colour, or empty."""

    text: str | None
    colour: str = ""
    place: int = 0


def mapped(mappings: Sequence[Mapping], value: Any) -> Mapped | None:
    """What the first mapping that fits makes of a value; None where none fits."""
    for place, one in enumerate(mappings):
        if (text := _fitting(one, value)) is not _UNFIT:
            return Mapped(text, hex_of(one.color) if one.color else "", place)
    return None


_UNFIT: Any = object()


def _fitting(one: Mapping, value: Any) -> Any:
    """The text of a mapping that fits, None where it has none; _UNFIT where it does not fit."""
    if one.regex is not None:
        match = found(one.regex, plain_text(value)) if value is not None else None
        return _UNFIT if match is None else one.text and _GROUP.sub(lambda group: _group(match, int(group[1])), one.text)
    if one.range is not None:
        return one.text if _is_within(one.range, value) else _UNFIT
    if one.special is not None:
        return one.text if _is_special(one.special, value) else _UNFIT
    return one.text if value is not None and plain_text(value) == plain_text(one.value) else _UNFIT


def plain_text(value: Any) -> str:
    """A value as it is written in a document: 1.0 from a column of doubles is 1."""
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    if isinstance(value, Decimal) and value.is_finite():
        value = value.normalize() if value else Decimal(0)
    return text_of(value, UTC_ZONE)


def _group(match: Any, number: int) -> str:
    return (match.group(number) or "") if number <= match.re.groups else ""


def _is_within(range: Range, value: Any) -> bool:
    if isinstance(value, bool) or not isinstance(value, int | float | Decimal) or value != value:
        return False
    return (range.min is None or range.min <= value) and (range.max is None or value <= range.max)


def _is_special(special: Special, value: Any) -> bool:
    is_nan = isinstance(value, float | Decimal) and (math.isnan(value) if isinstance(value, float) else value.is_nan())
    match special:
        case "null":
            return value is None
        case "nan":
            return is_nan
        case "null_or_nan":
            return value is None or is_nan
        case "empty":
            return isinstance(value, str) and not value.strip()
    return value is (special == "true")
