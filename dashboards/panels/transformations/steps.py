"""Transformations of a document: what becomes of the answers before they are drawn, step by step."""

from collections.abc import Mapping, Sequence
from typing import Annotated, Self

from pydantic import Field, model_validator

from dashboards.panels.parts import Name, Strict
from dashboards.panels.transformations.clock import Clock
from dashboards.panels.transformations.fields import Calculate, Names, exclude, rename, select
from dashboards.panels.transformations.groups import GroupBy, Pivot
from dashboards.panels.transformations.join import Join
from dashboards.panels.transformations.rows import Filter, SortBy, limit, sort
from dashboards.panels.transformations.tables import COPIES, CannotTransform, check_work
from dashboards.panels.transformations.wide import as_series, as_table
from datasources.frame import Frame, SeriesFrame


class Transformation(Strict):
    """One step: exactly one of these."""

    join: Join | None = None
    group_by: GroupBy | None = None
    calculate: Calculate | None = None
    filter: Filter | None = None
    select: Names | None = None
    exclude: Names | None = None
    rename: Annotated[dict[Name, Name], Field(min_length=1, max_length=100)] | None = None
    sort: Annotated[list[SortBy], Field(min_length=1, max_length=5)] | None = None
    limit: Annotated[int, Field(ge=1, le=100_000)] | None = None
    pivot: Pivot | None = None

    @model_validator(mode="after")
    def _one_step(self) -> Self:
        if len(self.model_fields_set) != 1 or getattr(self, self.kind) is None:
            raise ValueError(f"a step is one of {', '.join(type(self).model_fields)}")
        return self

    @property
    def kind(self) -> str:
        return next(iter(self.model_fields_set))

    def work(self, frame: Frame) -> int:
        """How many cells it looks at, about; those that it copies count little."""
        copied = frame.row_count * (len(frame.columns) or 1) // COPIES
        for step in (self.group_by, self.calculate, self.filter, self.pivot):
            if step is not None:
                return copied + step.work(frame)
        return copied + frame.row_count * len(self.sort or ())

    def apply(self, frame: Frame, clock: Clock) -> Frame:
        """What a step makes of one answer, but for a join, which is of several. Raises CannotTransform."""
        for step in (self.group_by, self.calculate, self.filter, self.pivot):
            if step is not None:
                return step.apply(frame, clock)
        if self.select is not None:
            return select(frame, self.select)
        if self.exclude is not None:
            return exclude(frame, self.exclude)
        if self.rename is not None:
            return rename(frame, self.rename)
        if self.sort is not None:
            return sort(frame, self.sort, clock)
        assert self.limit is not None
        return limit(frame, self.limit)


Transformations = Annotated[list[Transformation], Field(max_length=20)]


def transformed(steps: Sequence[Transformation], frames: Mapping[str, Frame], *, is_joined: bool = False) -> dict[str, Frame]:
    """The answers after all steps; a join makes one of them, under the name of the first. `is_joined`: it has nothing to do.

    Raises CannotTransform: its message begins with the step's path, `transformations[2].calculate: …`.
    """
    now = dict(frames)
    work, clock = 0, Clock()
    for place, step in enumerate(steps):
        try:
            work += sum(step.work(frame) for frame in now.values())
            check_work(work)
            clock.check()
            if step.join is None:
                now = {name: step.apply(frame, clock) for name, frame in now.items()}
            elif not is_joined:
                now = {next(iter(now)): step.join.apply(list(now.items()))}
        except CannotTransform as error:
            raise CannotTransform(f"transformations[{place}].{step.kind}: {error}") from error
    return now


def transformed_series(steps: Sequence[Transformation], frame: SeriesFrame) -> SeriesFrame:
    """A chart's points after all steps, which see a table of `time` and a field a series: the series are joined already.

    Raises CannotTransform as above.
    """
    try:
        table = as_table(frame)
    except CannotTransform as error:
        raise CannotTransform(f"transformations: {error}") from error
    table = transformed(steps, {"": table}, is_joined=True)[""]
    try:
        return as_series(table, frame)
    except CannotTransform as error:
        raise CannotTransform(f"transformations: {error}") from error
