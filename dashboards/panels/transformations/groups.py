"""Rows put together: one row a group, and a table of two directions."""

from collections.abc import Sequence
from typing import Annotated, Any, Literal

from pydantic import Field

from dashboards.panels.mappings import plain_text
from dashboards.panels.parts import Label, Name, Strict
from dashboards.panels.reducers import Reducer, reduced_cells
from dashboards.panels.transformations.clock import Clock
from dashboards.panels.transformations.tables import (
    REDUCTION,
    CannotTransform,
    cells,
    check_size,
    described,
    guessed,
    made,
    order_key,
)
from datasources.frame import Column, Frame

MOST_LISTED = 500  # values of a group that is kept as a list


class Reduction(Strict):
    """What a group has of a field; `list` keeps its values, for a sparkline. Its name is the field's and the reducer's."""

    field: Name
    reducer: Reducer | Literal["list"]
    name: Label = ""

    @property
    def title(self) -> str:
        return self.name or f"{self.field} {self.reducer}"

    def of(self, values: Sequence[Any]) -> Any:
        return tuple(values[-MOST_LISTED:]) if self.reducer == "list" else reduced_cells(values, self.reducer)


class GroupBy(Strict):
    """One row for each combination of the fields' values, in the order they first stand; without fields one row of all."""

    fields: Annotated[list[Name], Field(max_length=10)] = []
    calculate: Annotated[list[Reduction], Field(max_length=20)] = []

    def work(self, frame: Frame) -> int:
        groups = len(grouped([cells(frame, name) for name in self.fields], frame.row_count))
        return frame.row_count + (frame.row_count + REDUCTION * groups) * len(self.calculate)

    def apply(self, frame: Frame, clock: Clock) -> Frame:
        keys = [cells(frame, name) for name in self.fields]
        groups = grouped(keys, frame.row_count)
        if not self.fields and not groups:
            groups = {(): []}
        columns = [described(frame, name) for name in self.fields]
        values: list[list[Any]] = [[column[places[0]] for places in groups.values()] for column in keys]
        for one in self.calculate:
            source = cells(frame, one.field)
            found = [one.of([source[place] for place in places]) for places in clock.watch(groups.values())]
            columns.append(Column(one.title, "other", "list") if one.reducer == "list" else guessed(one.title, found))
            values.append(found)
        return made(frame, columns, values)


class Pivot(Strict):
    """A row for each value of `rows`, a column for each value of `columns`, and in each cell what is made of `value`."""

    rows: Name
    columns: Name
    value: Name
    reducer: Reducer = "last"
    sort_columns: bool = True

    def work(self, frame: Frame) -> int:
        return frame.row_count * REDUCTION

    def apply(self, frame: Frame, clock: Clock) -> Frame:
        down, across, source = cells(frame, self.rows), cells(frame, self.columns), cells(frame, self.value)
        heads = list(dict.fromkeys(across))
        lines = list(dict.fromkeys(down))
        check_size(len(lines), len(heads) + 1)
        if self.sort_columns:
            heads.sort(key=lambda head: (head is None, order_key(head)))
        places = grouped([down, across], frame.row_count)
        values = [[self._cell(source, places.get((line, head), ())) for line in clock.watch(lines)] for head in heads]
        names = [_title(head) for head in heads]
        return made(
            frame,
            [described(frame, self.rows), *(guessed(name, column) for name, column in zip(names, values, strict=True))],
            [lines, *values],
        )

    def _cell(self, source: Sequence[Any], places: Sequence[int]) -> Any:
        return reduced_cells([source[place] for place in places], self.reducer) if places else None


def grouped(keys: Sequence[Sequence[Any]], rows: int) -> dict[tuple[Any, ...], list[int]]:
    """The places of each combination's rows. Raises CannotTransform for what cannot be compared."""
    groups: dict[tuple[Any, ...], list[int]] = {}
    try:
        for place, key in enumerate(zip(*keys, strict=True) if keys else [()] * rows):
            groups.setdefault(key, []).append(place)
    except TypeError as error:
        raise CannotTransform("a field to group by holds lists") from error
    return groups


def _title(head: Any) -> str:
    return (plain_text(head) if head is not None else "NULL")[:128] or "empty"
