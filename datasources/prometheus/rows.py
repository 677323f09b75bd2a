"""Rows that are all here: searched, put in order and cut into pages."""

import math
from dataclasses import replace
from typing import Any

from datasources.base import Sort
from datasources.errors import NoSuchOrder
from datasources.frame import Frame
from datasources.prom_queries import PromQueries, PromQuery


def found(frame: Frame, query: PromQuery | PromQueries) -> Frame:
    """The rows in which a text is found, in the order asked for."""
    rows = list(frame.rows())
    if query.search:
        wanted = query.search.casefold()
        rows = [row for row in rows if any(wanted in str(cell).casefold() for cell in row if cell is not None)]
    if query.sort is not None:
        rows = _sorted(rows, _place(frame, query.sort), descending=query.sort.descending)
    return _with(frame, rows)


def page(frame: Frame, query: PromQuery | PromQueries) -> Frame:
    stop = None if query.limit is None else query.offset + query.limit
    return replace(frame, values=tuple(values[query.offset : stop] for values in frame.values))


def _place(frame: Frame, sort: Sort) -> int:
    if sort.column not in frame.names:
        raise NoSuchOrder(f"There is no column “{sort.column[:80]}” to sort by.")
    return frame.names.index(sort.column)


def _sorted(rows: list[tuple[Any, ...]], place: int, *, descending: bool) -> list[tuple[Any, ...]]:
    """What is no value comes last, either way."""
    without = [row for row in rows if _is_none(row[place])]
    others = [row for row in rows if not _is_none(row[place])]
    return [*sorted(others, key=lambda row: row[place], reverse=descending), *without]


def _is_none(cell: Any) -> bool:
    return cell is None or (isinstance(cell, float) and math.isnan(cell))


def _with(frame: Frame, rows: list[tuple[Any, ...]]) -> Frame:
    return replace(frame, values=tuple(zip(*rows, strict=True)) if rows else ((),) * len(frame.columns))
