"""Where a page of rows stands among all: which rows it has, what comes before and after."""

from dataclasses import dataclass
from typing import Any, Self


@dataclass(frozen=True, slots=True)
class Pages:
    """`first` and `last` count the page's rows from 1; both are 0 on a page without rows."""

    current: int
    size: int
    total: int
    is_estimate: bool
    shown: int

    @classmethod
    def of(cls, total: int, is_estimate: bool, *, page: int, size: int, shown: int) -> Self:
        """An estimate is put right by what is seen: a page that is not full is the last, a full one at least there."""
        seen = (page - 1) * size + shown
        if is_estimate and 0 < shown < size:
            return cls(page, size, seen, False, shown)
        return cls(page, size, max(total, seen) if shown else total, is_estimate, shown)

    @property
    def count(self) -> int:
        return -(-self.total // self.size)

    @property
    def first(self) -> int:
        return (self.current - 1) * self.size + 1 if self.shown else 0

    @property
    def last(self) -> int:
        return self.first + self.shown - 1 if self.shown else 0

    @property
    def previous(self) -> int | None:
        """The page before; of a page past the end, the last there is."""
        if self.current <= 1:
            return None
        return max(1, min(self.current - 1, self.count))

    @property
    def next(self) -> int | None:
        return self.current + 1 if self.current < self.count else None

    @property
    def total_text(self) -> str:
        return f"{self.total:,}"

    def contract(self) -> dict[str, Any]:
        """`pagination` as CONTRACT.md has it."""
        found = {"current_page": self.current, "page_size": self.size, "total_rows": self.total, "total_pages": self.count}
        return {**found, "total_is_estimate": True} if self.is_estimate else found
