"""What a source answers: a Frame, the columns of a result; or a SeriesFrame, its points over time by series."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

WITHOUT_ORDER = frozenset({"json", "xml", "point", "line", "lseg", "box", "path", "polygon", "circle", "xid", "cid"})

Doubles = NDArray[np.float64]
Kind = Literal["number", "text", "time", "date", "boolean", "json", "other"]


@dataclass(frozen=True, slots=True)
class Column:
    """`name` as the query gave it (made unique), `kind` what it is for people, `type_name` PostgreSQL's own name."""

    name: str
    kind: Kind
    type_name: str = ""

    @property
    def has_order(self) -> bool:
        """Whether PostgreSQL can sort by it."""
        return self.type_name not in WITHOUT_ORDER


@dataclass(frozen=True, slots=True)
class Frame:
    """A result by columns: `values[i]` is the list of column i, all of one length.

    NULL is None. Numbers are int, float or Decimal and may be NaN or infinite; times are aware datetimes in UTC, dates are
    dates, and a time or date Python cannot hold (infinity, before Christ, after 9999) is the text PostgreSQL prints.
    Everything else is a str (PostgreSQL's own text) or a bool.
    `truncated`: there were more rows than the limit. `truncated_cells`: a cell was longer than the limit and was cut.
    `notes` are sentences of the source's that viewers should see.
    """

    columns: tuple[Column, ...]
    values: tuple[Sequence[Any], ...]
    truncated: bool = False
    truncated_cells: bool = False
    sql: str = field(default="", repr=False)
    elapsed_ms: float = 0.0
    notes: tuple[str, ...] = ()

    @property
    def row_count(self) -> int:
        return len(self.values[0]) if self.values else 0

    @property
    def names(self) -> list[str]:
        return [column.name for column in self.columns]

    def column(self, name: str) -> Sequence[Any]:
        """The values of one column. Raises KeyError when there is none of that name."""
        for column, values in zip(self.columns, self.values, strict=True):
            if column.name == name:
                return values
        raise KeyError(name)

    def rows(self) -> Iterator[tuple[Any, ...]]:
        return zip(*self.values, strict=True)


@dataclass(frozen=True, slots=True, eq=False)
class Series:
    """`times` in epoch seconds, ascending; `values` finite numbers, NaN where there is none. Both of one length.

    `query` is the letter of the query it is from, where there are several. `labels`: what `label` was made of, by the names
    of Prometheus' labels or of the columns; it is empty where that is not known.
    """

    label: str
    times: Doubles
    values: Doubles
    query: str = ""
    labels: Mapping[str, str] = field(default_factory=dict)

    def known(self) -> Doubles:
        """The values there are."""
        return self.values[~np.isnan(self.values)]


@dataclass(frozen=True, slots=True, eq=False)
class SeriesFrame:
    """A result by series, in the order of their labels, which differ.

    `row_count` rows were read; `lost` of them have no time that a calendar has, and are in no series.
    `truncated`: there were more rows than the limit. `is_partial`: the source could not ask all it should have.
    `step` is the seconds between points where the source gives one a step. `notes` as of a Frame.
    """

    series: tuple[Series, ...]
    row_count: int = 0
    lost: int = 0
    truncated: bool = False
    sql: str = field(default="", repr=False)
    elapsed_ms: float = 0.0
    notes: tuple[str, ...] = ()
    is_partial: bool = False
    step: float | None = None


Answered = Frame | SeriesFrame
Frames = Mapping[str, Answered]


def rows_of(frames: Frames, name: str) -> Frame:
    """The answer to a query for rows."""
    frame = frames[name]
    assert isinstance(frame, Frame)
    return frame


def series_of(frames: Frames, name: str) -> SeriesFrame:
    """The answer to a query for points over time."""
    frame = frames[name]
    assert isinstance(frame, SeriesFrame)
    return frame


def distinct(labels: Iterable[str]) -> Iterator[str]:
    """The same labels; one that was there already has its number with it."""
    taken: set[str] = set()
    for label in labels:
        found, count = label, 1
        while found in taken:
            count += 1
            found = f"{label} ({count})"
        taken.add(found)
        yield found


def renamed(frame: Frame, names: Mapping[str, str]) -> Frame:
    """The frame with other names for some columns; one that has such a name already is left out."""
    kept = [
        (replace(column, name=names.get(column.name, column.name)), values)
        for column, values in zip(frame.columns, frame.values, strict=True)
        if column.name not in names.values()
    ]
    return replace(frame, columns=tuple(column for column, _ in kept), values=tuple(values for _, values in kept))
