"""A query explained, as its source puts it: what is asked, what that costs, and in words what is dear about it."""

from dataclasses import dataclass
from typing import Any, Literal

Kind = Literal["index", "order", "wrapped", "most", "sort", "loop", "statistics", "count"]


@dataclass(frozen=True, slots=True)
class Hint:
    """`statement` is for whoever owns the table: panels' own role cannot run it."""

    kind: Kind
    sentence: str
    statement: str = ""


@dataclass(frozen=True, slots=True)
class Explained:
    """`lines` as EXPLAIN prints them; `cost` in PostgreSQL's units, a page read in order being 1; `rows` as it guesses."""

    sql: str
    parameters: tuple[Any, ...]
    lines: tuple[str, ...]
    cost: float
    rows: int
    hints: tuple[Hint, ...]
