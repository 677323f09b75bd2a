"""Fields chosen, left out, renamed, and one calculated from others."""

import math
from collections.abc import Sequence
from typing import Annotated, Any

import numpy as np
from pydantic import AfterValidator, Field

from dashboards.panels.parts import Name, Strict
from dashboards.panels.transformations.clock import Clock
from dashboards.panels.transformations.expressions import LONGEST, read_expression
from dashboards.panels.transformations.tables import CannotTransform, cells, described, made, named
from dashboards.panels.units import as_float
from datasources.frame import Column, Doubles, Frame

Names = Annotated[list[Name], Field(min_length=1, max_length=100)]


def _as_expression(text: str) -> str:
    read_expression(text)
    return text


class Calculate(Strict):
    """A field of that name from others, by arithmetic; in the place of one that has the name already."""

    name: Name
    expression: Annotated[str, Field(min_length=1, max_length=LONGEST), AfterValidator(_as_expression)]

    def work(self, frame: Frame) -> int:
        return frame.row_count * (1 + len(read_expression(self.expression).fields))

    def apply(self, frame: Frame, clock: Clock) -> Frame:
        expression = read_expression(self.expression)
        numbers = {name: as_doubles(cells(frame, name)) for name in clock.watch(expression.fields, 1)}
        found = expression.of(numbers, frame.row_count)
        values: list[Any] = [None if math.isnan(value) else value for value in found.tolist()]
        own = Column(self.name, "number", "float8")
        if self.name in frame.names:
            place = frame.names.index(self.name)
            columns, every = [*frame.columns], [*frame.values]
            columns[place], every[place] = own, values
            return made(frame, columns, every)
        return made(frame, [*frame.columns, own], [*frame.values, values])


def select(frame: Frame, names: Sequence[str]) -> Frame:
    return made(frame, [described(frame, name) for name in names], [cells(frame, name) for name in names])


def exclude(frame: Frame, names: Sequence[str]) -> Frame:
    for name in names:
        cells(frame, name)
    return select(frame, [name for name in frame.names if name not in names])


def rename(frame: Frame, names: dict[str, str]) -> Frame:
    if missing := [name for name in names if name not in frame.names]:
        raise CannotTransform(f"there is no field “{missing[0]}”; there are {named(frame.names)}")
    columns = [Column(names.get(one.name, one.name), one.kind, one.type_name) for one in frame.columns]
    return made(frame, columns, frame.values)


def as_doubles(values: Sequence[Any]) -> Doubles:
    """Numbers as doubles; what is none is NaN."""
    return np.array([math.nan if (number := as_float(value)) is None else number for value in values], dtype=np.float64)
