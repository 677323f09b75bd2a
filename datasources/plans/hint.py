"""A hint: what is dear about a plan, in a sentence, and the SQL that would help where there is one."""

from dataclasses import dataclass
from typing import Literal

Kind = Literal["index", "order", "wrapped", "most", "sort", "loop", "statistics", "count"]


@dataclass(frozen=True, slots=True)
class Hint:
    """`statement` is for whoever owns the table: panels' own role cannot run it."""

    kind: Kind
    sentence: str
    statement: str = ""


def about(rows: float) -> str:
    return f"about {rows:,.0f} {'row' if round(rows) == 1 else 'rows'}"


def size(count: float) -> str:
    return f"{count / 2**20:,.0f} MB" if count >= 2**20 else f"{max(1, count / 2**10):,.0f} kB"
