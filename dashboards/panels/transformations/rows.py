"""Rows filtered, sorted and cut off."""

from collections.abc import Callable, Sequence
from functools import cached_property
from typing import Annotated, Any, Literal, Self

from pydantic import Field, FiniteFloat, model_validator

from dashboards.panels.mappings import plain_text
from dashboards.panels.parts import Label, Name, Strict
from dashboards.panels.patterns import found, read_pattern
from dashboards.panels.transformations.clock import EVERY, Clock
from dashboards.panels.transformations.tables import cells, order_key, rows_at
from dashboards.panels.units import as_float
from datasources.frame import Frame

Comparison = Literal[
    "equals", "not_equals", "less", "at_most", "greater", "at_least", "contains", "matches", "in", "is_null", "is_not_null"
]
_ORDERS: dict[str, Callable[[float, float], bool]] = {
    "less": lambda value, limit: value < limit,
    "at_most": lambda value, limit: value <= limit,
    "greater": lambda value, limit: value > limit,
    "at_least": lambda value, limit: value >= limit,
}
_OF_TEXTS = frozenset({"contains", "matches"})  # a dear pattern in a long text: up to 75 ms
Scalar = Label | bool | int | FiniteFloat


class Condition(Strict):
    """What a row's cell must be. Numbers are compared with `less`, `at_most`, `greater` and `at_least`."""

    field: Name
    compare: Comparison
    value: Scalar | Annotated[list[Scalar], Field(max_length=100)] | None = None

    @model_validator(mode="after")
    def _has_its_value(self) -> Self:
        if self.compare in {"is_null", "is_not_null"}:
            if self.value is not None:
                raise ValueError(f"{self.compare} takes no value")
        elif self.compare == "in":
            if not isinstance(self.value, list):
                raise ValueError("in takes a list of values")
        elif self.value is None or isinstance(self.value, list):
            raise ValueError(f"{self.compare} takes one value")
        elif self.compare in _ORDERS and as_float(self.value) is None:
            raise ValueError(f"{self.compare} takes a number")
        elif self.compare == "matches":
            read_pattern(str(self.value))
        return self

    def holds(self, cell: Any) -> bool:
        if self.compare in {"is_null", "is_not_null"}:
            return (cell is None or cell != cell) == (self.compare == "is_null")
        if cell is None:
            return self.compare == "not_equals"
        if self.compare in _ORDERS:
            number = as_float(cell)
            return number is not None and _ORDERS[self.compare](number, float(self.value))  # type: ignore[arg-type]
        text = plain_text(cell)
        match self.compare:
            case "contains":
                return str(self.value).casefold() in text.casefold()
            case "matches":
                return found(str(self.value), text) is not None
            case "in":
                return text in self.wanted
        return (text in self.wanted) == (self.compare == "equals")

    @cached_property
    def wanted(self) -> frozenset[str]:
        """The values as texts."""
        return frozenset(map(plain_text, self.value if isinstance(self.value, list) else [self.value]))


class Filter(Strict):
    """Keeps the rows for which all conditions hold, or any."""

    conditions: Annotated[list[Condition], Field(min_length=1, max_length=20)]
    match: Literal["all", "any"] = "all"

    def work(self, frame: Frame) -> int:
        return frame.row_count * len(self.conditions)

    def apply(self, frame: Frame, clock: Clock) -> Frame:
        columns = [cells(frame, condition.field) for condition in self.conditions]
        enough = all if self.match == "all" else any
        is_dear = any(condition.compare in _OF_TEXTS for condition in self.conditions)
        kept = [
            place
            for place, row in clock.watch(enumerate(zip(*columns, strict=True)), 1 if is_dear else EVERY)
            if enough(condition.holds(cell) for condition, cell in zip(self.conditions, row, strict=True))
        ]
        return rows_at(frame, kept)


class SortBy(Strict):
    field: Name
    order: Literal["asc", "desc"] = "asc"


def sort(frame: Frame, by: Sequence[SortBy], clock: Clock) -> Frame:
    """By the first field, where that is equal by the next; what is not known stands last either way."""
    places = list(range(frame.row_count))
    for one in clock.watch(reversed(by), 1):
        column = cells(frame, one.field)
        known = [place for place in places if column[place] is not None]
        keys = {place: order_key(column[place]) for place in known}
        known.sort(key=keys.__getitem__, reverse=one.order == "desc")
        places = [*known, *(place for place in places if column[place] is None)]
    return rows_at(frame, places)


def limit(frame: Frame, rows: int) -> Frame:
    return rows_at(frame, range(min(rows, frame.row_count)))
