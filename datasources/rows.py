"""Rows as they arrive, until they are a Frame: how many at once, how large they may become, which texts were cut."""

from collections.abc import Iterator, Sequence
from decimal import Decimal
from itertools import islice
from operator import itemgetter
from sys import getsizeof
from typing import Any

from datasources import values
from datasources.frame import Frame
from datasources.shapes import Shape

CHUNK_BYTES = 8_000_000
CHUNK_ROWS = 1_000
BYTES_CHECKED_EVERY = 256
FIXED_BYTES = 16  # about what a number or a time takes
SHORT_DECIMAL_BYTES = getsizeof(Decimal(0))

Row = tuple[Any, ...]


def rows_at_once(shape: Shape) -> int:
    """So many that they never take more than CHUNK_BYTES, however long their cells are."""
    widest = sum(values.CELL_BYTES if values.can_be_cut(oid) else FIXED_BYTES for oid in shape.oids) or 1
    return max(1, min(CHUNK_ROWS, CHUNK_BYTES // widest))


def collect(rows: Iterator[Row], shape: Shape, *, most_rows: int, most_bytes: int) -> tuple[list[Row], bool]:
    """All rows up to the limits, and whether there were more."""
    kept: list[Row] = []
    taken = 0
    while batch := list(islice(rows, min(rows_at_once(shape), BYTES_CHECKED_EVERY))):
        kept += batch
        taken += _bytes_of(batch, shape)
        if taken > most_bytes:
            return kept[:most_rows], True
    return kept[:most_rows], len(kept) > most_rows


def frame_of(shape: Shape, rows: list[Row], **facts: Any) -> Frame:
    """Rows by column, times read; it says whether a text was cut."""
    by_column: list[Any] = list(zip(*rows, strict=True)) if rows else [()] * len(shape.columns)
    for place, column in enumerate(shape.columns):
        if column.kind in {"time", "date"}:
            by_column[place] = values.read_times(column, by_column[place])
    is_cut = any(_has_cut_cells(by_column[place]) for place, oid in enumerate(shape.oids) if values.is_text(oid))
    return Frame(shape.columns, tuple(by_column), truncated_cells=is_cut, **facts)


def _bytes_of(rows: list[Row], shape: Shape) -> int:
    """About what rows take: texts by their length, numbers without a fixed length by what Python holds of them."""
    taken = 0
    for place, oid in enumerate(shape.oids):
        cells = filter(None, map(itemgetter(place), rows))
        if values.is_text(oid):
            taken += sum(map(len, cells))
            continue
        taken += FIXED_BYTES * len(rows)
        if values.can_be_cut(oid):
            taken += sum(getsizeof(cell) - SHORT_DECIMAL_BYTES for cell in cells)
    return taken


def _has_cut_cells(cells: Sequence[str | None]) -> bool:
    if "…" not in "".join(filter(None, cells)):  # of ASCII that is known without looking
        return False
    return any(cell and len(cell) > values.CELL_CHARACTERS and cell.endswith("…") for cell in cells)
