"""What a test of a panel on one tenant finds."""

from dataclasses import dataclass
from enum import StrEnum


class Outcome(StrEnum):
    """In the order in which they are worth a look."""

    FAILS = "fails"
    AWAY = "away"
    EMPTY = "empty"
    RUNS = "runs"


@dataclass(frozen=True, slots=True)
class Verdict:
    """`ms` is what its queries took in the database, `cost` PostgreSQL's estimate for the dearest of them.

    `error` is a sentence for editors, `detail` the database's own words. Of several panels each verdict names its own.
    """

    tenant_id: str
    name: str
    outcome: Outcome
    rows: int | None = None
    is_truncated: bool = False
    ms: float | None = None
    cost: float | None = None
    error: str = ""
    detail: str = ""
    panel_id: str = ""
    panel: str = ""

    @property
    def runs(self) -> bool:
        return self.outcome in {Outcome.RUNS, Outcome.EMPTY}


def worst_first(one: Verdict) -> tuple[int, str, str]:
    """The key to sort by: what is wrong first, then by the tenant's and the panel's names."""
    return list(Outcome).index(one.outcome), one.name.casefold(), one.panel.casefold()
