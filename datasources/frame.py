"""A Frame: the columns of a result, and nothing else."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

Kind = Literal["number", "text", "time", "date", "boolean", "json", "other"]


@dataclass(frozen=True, slots=True)
class Column:
    """`name` as the query gave it (made unique), `kind` what it is for people, `type_name` PostgreSQL's own name."""

    name: str
    kind: Kind
    type_name: str = ""


@dataclass(frozen=True, slots=True)
class Frame:
    """A result by columns: `values[i]` is the list of column i, all of one length.

    NULL is None. Numbers are int, float or Decimal and may be NaN or infinite; times are aware datetimes in UTC, dates are
    dates, and a time or date Python cannot hold (infinity, before Christ, after 9999) is the text PostgreSQL prints.
    Everything else is a str (PostgreSQL's own text) or a bool.
    `truncated`: there were more rows than the limit. `truncated_cells`: a cell was longer than the limit and was cut.
    """

    columns: tuple[Column, ...]
    values: tuple[Sequence[Any], ...]
    truncated: bool = False
    truncated_cells: bool = False
    sql: str = field(default="", repr=False)
    elapsed_ms: float = 0.0

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
