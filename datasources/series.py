"""Points over time: which column of a statement is what, the SQL that gathers them by series, and how that is read.

The server gathers: an array of times and one of values a series reach Python in two pieces, not in two objects a point.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from zoneinfo import ZoneInfo

import numpy as np
from psycopg.abc import Buffer
from psycopg.adapt import Loader
from psycopg.pq import Format

from datasources import values
from datasources.errors import Lack, QueryRefused
from datasources.frame import Column, Doubles, Series

UNLABELLED = "default"  # CONTRACT.md: a series without a label column
NO_LABEL = "none"  # the series of the rows whose label is NULL
TIME_NAMES = ("timestamp", "time", "bucket")
METRIC = "metric"  # Grafana's name: there further columns of text tell series apart too
LABEL_NAMES = ("label", "series_label", METRIC)
LONGEST_LABEL = 200
ELEMENT_BYTES = 12  # of a double in an array on the wire
EARLIEST, LATEST = -62_135_510_400.0, 253_402_214_400.0  # a day inside the years 1 and 9999: every zone has them
_ELEMENT = np.dtype([("bytes", ">i4"), ("value", ">f8")])
_ARRAY_HEADER_BYTES = 20  # dimensions, flags, element type, length, lower bound
_DOUBLE_ARRAY_OID = 1022
EPOCH_SCALES = ((1e17, 1e9), (1e14, 1e6), (1e11, 1e3))  # from which size on nano-, micro-, milliseconds; seconds below


class DoublesLoader(Loader):
    """A `float8[]` without NULLs, as PostgreSQL sends it, as an array."""

    format = Format.BINARY

    def load(self, data: Buffer) -> Doubles:
        return np.frombuffer(data, _ELEMENT, offset=_ARRAY_HEADER_BYTES)["value"].astype(np.float64)


def register(adapters: Any) -> None:
    """Make a cursor read arrays of doubles as such."""
    adapters.register_loader(_DOUBLE_ARRAY_OID, DoublesLoader)


@dataclass(frozen=True, slots=True)
class Points:
    """Which columns of a statement are the time, the values and the labels, by their places. Labels together name a series."""

    columns: Sequence[Column]
    oids: Sequence[int]
    zone: ZoneInfo
    time: int
    values: tuple[int, ...]
    labels: tuple[int, ...]

    def sql(self, statement: str, rows: int, *, careful: bool = False) -> str:
        """A row a series: its labels, its times, and an array of each value. No array has a NULL in it.

        `careful` goes round numbers no double can hold and times no zone can move, at a cost for every row.
        """
        names = ", ".join(f"c{place}" for place in range(len(self.columns)))
        labels = [f"l{place}" for place in self.labels]
        cells = [f"{_label_cell(place, self.oids[place])} AS l{place}" for place in self.labels]
        cells.append(f"coalesce({self._time_cell(careful=careful)}, 'NaN') AS t")
        cells += [
            f"coalesce({_value_cell(place, self.oids[place], careful=careful)}, 'NaN') AS v{place}" for place in self.values
        ]
        answered = [f"left({label}::text, {LONGEST_LABEL + 1})" for label in labels]
        answered += ["array_agg(t)", *(f"array_agg(v{place})" for place in self.values)]
        inner = f"SELECT {', '.join(cells)} FROM (\n{statement}\n) AS q({names}) LIMIT {rows + 1}"
        return f"SELECT {', '.join(answered)} FROM ({inner}) AS p" + (f" GROUP BY {', '.join(labels)}" if labels else "")

    def label_bytes(self, groups: Iterable[tuple[Any, ...]]) -> int:
        """About what the labels of series take."""
        return sum(len(cell) for group in groups for cell in group[: len(self.labels)] if cell is not None)

    def read(self, groups: Sequence[tuple[Any, ...]], rows: int) -> tuple[tuple[Series, ...], int, int]:
        """The series of at most `rows` rows; how many rows came, and how many of them have no time."""
        count = len(self.labels)
        gathered = [group for group in groups if group[count] is not None]
        came = sum(len(group[count]) for group in gathered)
        pieces: dict[str, list[tuple[Doubles, Doubles]]] = {}
        labels: dict[str, Mapping[str, str]] = {}
        lost = 0
        for group in _first_rows(gathered, count, rows):
            times = self._epochs(group[count])
            is_on_axis = (times >= EARLIEST) & (times <= LATEST)
            lost += len(times) - int(is_on_axis.sum())
            label, own = " ".join(map(_label, group[:count])), self._own_labels(group)
            for place, numbers in zip(self.values, group[count + 1 :], strict=True):
                name = self._name(place, label)
                pieces.setdefault(name, []).append((times[is_on_axis], numbers[is_on_axis]))
                labels[name] = _shared(labels[name], own) if name in labels else own
        found = (_joined(name, parts, labels[name]) for name, parts in sorted(pieces.items()))
        return tuple(series for series in found if len(series.times)), came, lost

    def _own_labels(self, group: tuple[Any, ...]) -> dict[str, str]:
        """By their columns, those that are whole."""
        cells = zip(self.labels, group, strict=False)
        return {self.columns[place].name: cell for place, cell in cells if cell is not None and len(cell) <= LONGEST_LABEL}

    def _name(self, place: int, label: str) -> str:
        prefix = self.columns[place].name if len(self.values) > 1 else ""
        return f"{prefix} {label}".strip() if prefix or self.labels else UNLABELLED

    def _time_cell(self, *, careful: bool) -> str:
        cell, kind, type_name = f"c{self.time}", self.columns[self.time].kind, self.columns[self.time].type_name
        if kind == "number":
            return f"{cell}::float8" if not careful else _value_cell(self.time, self.oids[self.time], careful=True)
        if type_name == "timestamptz":
            return _only_for(f"timezone('UTC', {cell})", f"date_part('epoch', {cell})")
        zone = self.zone.key.replace("'", "''")
        epoch = _only_for(cell, f"date_part('epoch', {cell}::timestamp AT TIME ZONE '{zone}')")
        return f"CASE WHEN {cell} BETWEEN '0001-01-02' AND '9999-12-30' THEN {epoch} END" if careful else epoch

    def _epochs(self, times: Doubles) -> Doubles:
        """Of epochs that a query gives as numbers, whatever their unit, their size tells it."""
        if self.columns[self.time].kind != "number":
            return times
        size = np.abs(times)
        return times / np.select([size >= least for least, _ in EPOCH_SCALES], [scale for _, scale in EPOCH_SCALES], 1.0)


def find_points(columns: Sequence[Column], oids: Sequence[int], zone: ZoneInfo) -> Points:
    """By name where a name is given, else by kind: the first time, all numbers, all texts. Raises QueryRefused."""
    named = {column.name: place for place, column in enumerate(columns)}
    kinds = [column.kind for column in columns]
    time = _first(named, TIME_NAMES)
    if time is None:
        time = next((place for place, kind in enumerate(kinds) if kind in {"time", "date"}), None)
    if time is None or kinds[time] not in {"time", "date", "number"}:
        raise QueryRefused("The query gives no column of times. Name one “time”.", lack=Lack("type"))
    label = _first(named, LABEL_NAMES)
    others = [place for place in range(len(columns)) if place != time]
    texts = [place for place in others if kinds[place] in {"text", "other"} and place != label]
    labels = texts if label is None else [label, *(texts if columns[label].name == METRIC else ())]
    numbers = [place for place in others if kinds[place] in {"number", "boolean"} and place != label]
    if "value" in named:
        numbers = [place for place in numbers if place == named["value"]]
    if not numbers:
        raise QueryRefused(f"The query gives no column of numbers to draw: {_described(columns)}.", lack=Lack("type"))
    return Points(columns, oids, zone, time, tuple(numbers), tuple(labels))


def _first(named: dict[str, int], names: Sequence[str]) -> int | None:
    return next((named[name] for name in names if name in named), None)


def _described(columns: Sequence[Column]) -> str:
    return ", ".join(f"“{column.name}” is {column.type_name or column.kind}" for column in columns[:10])


def _only_for(bare_time: str, epoch: str) -> str:
    """`epoch`, and an error where `bare_time` has a zone: then the column is no more of the type it was described with.

    Of a comparison with NULL nothing is left in the plan: rows cost no more.
    """
    return f"CASE WHEN timestamp_eq({bare_time}, NULL) THEN NULL ELSE {epoch} END"


def _value_cell(place: int, oid: int, *, careful: bool) -> str:
    cell, kind = f"c{place}", values.type_name(oid)
    if kind == "float4":
        return f"{cell}::text::float8"  # 0.1, not 0.10000000149011612
    if kind == "bool":
        return f"{cell}::int::float8"
    if kind == "oid":
        return f"{cell}::int8::float8"
    if kind == "numeric" and careful:
        small = f"CASE WHEN abs({cell}) < 1e-300 THEN 0 ELSE {cell}::float8 END"
        return f"CASE WHEN abs({cell}) < 1e308 THEN {small} END"
    return cell if kind == "float8" else f"{cell}::float8"


def _label_cell(place: int, oid: int) -> str:
    """What rows are grouped by: as it is where PostgreSQL can group it, else its text."""
    return f"c{place}" if values.is_native(oid) else values.as_text(place, oid)


def _label(text: str | None) -> str:
    if text is None:
        return NO_LABEL
    return text if len(text) <= LONGEST_LABEL else f"{text[:LONGEST_LABEL]}…"


def _first_rows(groups: list[tuple[Any, ...]], count: int, rows: int) -> Iterator[tuple[Any, ...]]:
    """All groups, the last of them without what is more than `rows`."""
    left = rows
    for group in groups:
        size = len(group[count])
        yield group if size <= left else (*group[:count], *(array[:left] for array in group[count:]))
        left -= min(size, left)


def _shared(one: Mapping[str, str], other: Mapping[str, str]) -> Mapping[str, str]:
    """What two groups of one name have in common: “a b” and “c” are written as “a” and “b c” are."""
    return {name: text for name, text in one.items() if other.get(name) == text}


def _joined(label: str, parts: list[tuple[Doubles, Doubles]], labels: Mapping[str, str]) -> Series:
    times, numbers = parts[0] if len(parts) == 1 else (np.concatenate(pieces) for pieces in zip(*parts, strict=True))
    if len(times) > 1 and (times[1:] < times[:-1]).any():
        order = np.argsort(times, kind="stable")
        times, numbers = times[order], numbers[order]
    if not np.isfinite(numbers).all():
        numbers = np.where(np.isfinite(numbers), numbers, np.nan)
    return Series(label, times, numbers, labels=labels)
