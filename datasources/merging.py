"""The answers to several queries as one: their series beside one another, or their rows joined by their labels."""

from collections.abc import Sequence
from dataclasses import replace
from string import ascii_uppercase
from typing import Any

from datasources.base import Query
from datasources.frame import Answered, Column, Frame, SeriesFrame, distinct
from datasources.prom_queries import PromQuery

VALUE, TIME, LABEL, METRIC = "value", "time", "label", "__name__"
QUERY = "__query__"  # the column of each row's letter; Prometheus keeps such names of labels to itself


def merged(frames: Sequence[Answered], queries: Sequence[Query]) -> Answered:
    """One answer as it is; of several, what `queries` say of their names."""
    letters = [_letter(query, place) for place, query in enumerate(queries)]
    if len(frames) == 1 and not getattr(queries[0], "letter", ""):
        return frames[0]
    series = [(letter, frame) for letter, frame in zip(letters, frames, strict=True) if isinstance(frame, SeriesFrame)]
    if series:
        return _side_by_side(*zip(*series, strict=True))
    rows = [frame for frame in frames if isinstance(frame, Frame)]
    return _under_another(rows, letters) if any(LABEL in frame.names for frame in rows) else _joined(rows, queries)


def _side_by_side(letters: Sequence[str], frames: Sequence[SeriesFrame]) -> SeriesFrame:
    found = [(letter, one) for letter, frame in zip(letters, frames, strict=True) for one in frame.series]
    labels = distinct(one.label for _, one in found)
    renamed = (replace(one, label=label, query=query) for label, (query, one) in zip(labels, found, strict=True))
    return SeriesFrame(
        tuple(sorted(renamed, key=lambda one: one.label)),
        row_count=sum(frame.row_count for frame in frames),
        lost=sum(frame.lost for frame in frames),
        truncated=any(frame.truncated for frame in frames),
        is_partial=any(frame.is_partial for frame in frames),
        step=min((frame.step for frame in frames if frame.step is not None), default=None),
        **_facts(frames),
    )


def _under_another(frames: Sequence[Frame], letters: Sequence[str]) -> Frame:
    """Rows that have names of their own stay rows, each with its query's letter."""
    columns = {column.name: column for frame in frames for column in frame.columns}
    values = tuple(
        [cell for frame in frames for cell in (frame.column(name) if name in frame.names else [None] * frame.row_count)]
        for name in columns
    )
    queries = [letter for letter, frame in zip(letters, frames, strict=True) for _ in range(frame.row_count)]
    all_columns = (*columns.values(), Column(QUERY, "text"))
    return Frame(all_columns, (*values, queries), truncated=any(frame.truncated for frame in frames), **_facts(frames))


def _joined(frames: Sequence[Frame], queries: Sequence[Query]) -> Frame:
    """A row for each set of labels, a column of values for each query.

    A metric's name is none of these labels where a query has only one: it is the query's, and no two queries would have a
    row in common.
    """
    names = list(distinct(_value_name(query, place) for place, query in enumerate(queries)))
    no_labels = {VALUE} if _tells_rows_apart(METRIC, frames) else {VALUE, METRIC}
    columns = {column.name: column for frame in frames for column in frame.columns if column.name not in no_labels}
    rows: dict[tuple[Any, ...], list[Any]] = {}
    for place, frame in enumerate(frames):
        for row in frame.rows():
            cells = dict(zip(frame.names, row, strict=True))
            number = cells.pop(VALUE, None)
            key = tuple(cells.get(name) for name in columns)
            rows.setdefault(key, [None] * len(frames))[place] = number
    cells_by_row = [(*key, *numbers) for key, numbers in rows.items()]
    values = tuple(zip(*cells_by_row, strict=True)) if cells_by_row else ((),) * (len(columns) + len(names))
    all_columns = (*columns.values(), *(Column(name, "number") for name in names))
    return Frame(all_columns, values, truncated=any(frame.truncated for frame in frames), **_facts(frames))


def _tells_rows_apart(name: str, frames: Sequence[Frame]) -> bool:
    return any(len(set(frame.column(name))) > 1 for frame in frames if name in frame.names)


def _value_name(query: Query, place: int) -> str:
    """A query's legend, where it is a name and no pattern for many; else its letter."""
    legend = query.legend if isinstance(query, PromQuery) else ""
    return legend if legend and "{{" not in legend else f"{VALUE} {_letter(query, place)}"


def _letter(query: Query, place: int) -> str:
    """What a query is called: as it says itself, since others may be hidden; else by its place."""
    return getattr(query, "letter", "") or ascii_uppercase[place % 26]


def _facts(frames: Sequence[Answered]) -> dict[str, Any]:
    return {
        "sql": ";\n\n".join(frame.sql for frame in frames),
        "elapsed_ms": sum(frame.elapsed_ms for frame in frames),
        "notes": tuple(dict.fromkeys(note for frame in frames for note in frame.notes)),
    }
