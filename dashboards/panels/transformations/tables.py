"""What every step needs of a Frame: its columns by name with a clear error, and a new Frame of other columns, within bounds."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from datasources.frame import Column, Frame, Kind

MOST_ROWS, MOST_COLUMNS, MOST_CELLS = 100_000, 300, 1_000_000
MOST_WORK = 1_000_000  # cells that all steps together look at: a few microseconds each
REDUCTION, COPIES = 10, 20  # a group's reduction is as dear as so many cells looked at, one of these as so many copied


class CannotTransform(ValueError):
    """A step does not fit the data. The message says what is missing; whoever runs the steps puts the step's path before it."""


def cells(frame: Frame, name: str) -> Sequence[Any]:
    """Raises CannotTransform."""
    if name not in frame.names:
        raise CannotTransform(f"there is no field “{name}”; there are {named(frame.names)}")
    return frame.column(name)


def described(frame: Frame, name: str) -> Column:
    """Raises CannotTransform."""
    cells(frame, name)
    return frame.columns[frame.names.index(name)]


def named(names: Sequence[str]) -> str:
    shown = ", ".join(f"“{name}”" for name in names[:12])
    return (f"{shown} and {len(names) - 12} more" if len(names) > 12 else shown) or "none"


def made(frame: Frame, columns: Sequence[Column], values: Sequence[Sequence[Any]]) -> Frame:
    """The frame with other columns. Raises CannotTransform where two have one name or there are too many cells."""
    names = [column.name for column in columns]
    if twice := next((name for name in names if names.count(name) > 1), None):
        raise CannotTransform(f"two fields would be named “{twice}”")
    check_size(len(values[0]) if values else 0, len(columns))
    return replace(frame, columns=tuple(columns), values=tuple(values))


def check_size(rows: int, columns: int) -> None:
    if rows > MOST_ROWS or columns > MOST_COLUMNS or rows * columns > MOST_CELLS:
        most = f"{MOST_ROWS:,} and {MOST_COLUMNS}, {MOST_CELLS:,} cells in all"
        raise CannotTransform(f"this would be {rows:,} rows of {columns:,} fields; there may be {most}")


def check_work(work: int) -> None:
    """Raises CannotTransform where steps would hold the process too long."""
    if work > MOST_WORK:
        raise CannotTransform(f"this would take too long: {work:,} cells, up to here, of {MOST_WORK:,} that there may be")


def rows_at(frame: Frame, places: Sequence[int]) -> Frame:
    """Only some rows, in an order."""
    return made(frame, frame.columns, [[values[place] for place in places] for values in frame.values])


def guessed(name: str, values: Sequence[Any]) -> Column:
    """A column that was made here, its kind by its first value."""
    first = next((value for value in values if value is not None), None)
    return Column(name, _kind(first))


def _kind(value: Any) -> Kind:
    if isinstance(value, bool):
        return "boolean"
    if isinstance(value, int | float | Decimal):
        return "number"
    if isinstance(value, datetime):
        return "time"
    return "date" if isinstance(value, date) else "text" if isinstance(value, str | None) else "other"


def order_key(value: Any) -> tuple[int, Any]:
    """By which cells of one column can be sorted, whatever they are: numbers, NaN last among them, then times, then texts."""
    if isinstance(value, bool):
        return 0, float(value)
    if isinstance(value, int | float | Decimal):
        is_nan = value != value
        return (1, 0.0) if is_nan else (0, value)
    if isinstance(value, datetime):
        return 2, value.timestamp() if value.tzinfo else (value - datetime(1970, 1, 1)).total_seconds()
    if isinstance(value, date):
        return 2, float((value - date(1970, 1, 1)).days * 86_400)
    return 3, str(value)
