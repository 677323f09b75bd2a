"""What the checks found, in words: on how many tenants a panel runs, and what is wrong where, and since when."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.contrib.postgres.aggregates import ArrayAgg
from django.db.models import Count, Max, Min, Q, QuerySet

from dashboards.models import Check, Panel

Outcome = Check.Outcome
NOT_FINE = ~Q(outcome=Outcome.FINE) | Q(away_since__isnull=False)
NAMED = 3
_WORDS = {
    Outcome.MISSING_TABLE: ("table {} is missing", "a table is missing"),
    Outcome.MISSING_COLUMN: ("column {} is missing", "a column is missing"),
    Outcome.WRONG_TYPE: ("a type does not fit", "a type does not fit"),
    Outcome.NOT_PERMITTED: ("{} may not be read", "something may not be read"),
    Outcome.TOO_SLOW: ("it is too slow", "it is too slow"),
    Outcome.FAILS: ("it cannot run", "it cannot run"),
    Outcome.UNKNOWN: ("it is not known", "it is not known"),
}
AWAY = "the database cannot be reached"


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing that is wrong, and the ids of the tenants where it is."""

    outcome: str
    words: str
    tenants: tuple[str, ...]
    since: datetime
    detail: str = ""

    @property
    def where(self) -> str:
        more = len(self.tenants) - NAMED
        named = ", ".join(self.tenants[:NAMED])
        return f"{named} and {more} more" if more > 0 else named


@dataclass(frozen=True, slots=True)
class Summary:
    """A panel on all tenants that have it."""

    panel: Panel
    tenants: int
    fine: int
    problems: tuple[Problem, ...]

    @property
    def runs_on(self) -> str:
        return f"runs on {self.fine} of {self.tenants} tenant{'' if self.tenants == 1 else 's'}"

    @property
    def sentence(self) -> str:
        """runs on 37 of 40 tenants: column orders.discount is missing at acme since 14 Nov 2026."""
        found = [f"{problem.words} at {problem.where} since {problem.since:%-d %b %Y}" for problem in self.problems]
        return f"{self.runs_on}{': ' if found else ''}{'; '.join(found)}."


def summaries(panels: Iterable[Panel], checks: QuerySet[Check]) -> list[Summary]:
    """One a panel, of those among `checks`, in 2 queries."""
    panels = list(panels)
    mine = checks.filter(panel__in=panels).order_by()
    fine = Count("pk", filter=~NOT_FINE)
    counted = {row["panel"]: row for row in mine.values("panel").annotate(tenants=Count("pk"), fine=fine)}
    wrong: dict[int, list[Problem]] = {}
    for row in _wrong(mine):
        wrong.setdefault(row["panel"], []).append(_problem(row))
    nothing = {"tenants": 0, "fine": 0}
    return [
        Summary(panel, counted.get(panel.pk, nothing)["tenants"], counted.get(panel.pk, nothing)["fine"],
                tuple(sorted(wrong.get(panel.pk, ()), key=lambda one: (-len(one.tenants), one.words))))
        for panel in panels
    ]  # fmt: skip


def _wrong(checks: QuerySet[Check]) -> Iterable[Any]:
    """What is wrong of the same kind, together."""
    slugs = ArrayAgg("tenant__slug", order_by="tenant__slug")
    grouped = checks.filter(NOT_FINE).annotate(is_away=Q(away_since__isnull=False)).values("panel", "outcome", "name", "is_away")
    return grouped.annotate(
        slugs=slugs, first=Min("since"), first_away=Min("away_since"), said=Max("detail", filter=~Q(detail=""), default="")
    ).order_by("panel")


def _problem(row: dict[str, Any]) -> Problem:
    if row["is_away"]:
        return Problem("away", AWAY, tuple(row["slugs"]), row["first_away"])
    return Problem(row["outcome"], words_of(row["outcome"], row["name"]), tuple(row["slugs"]), row["first"], row["said"])


def words_of(outcome: str, name: str) -> str:
    named, unnamed = _WORDS[Outcome(outcome)]
    return named.format(name) if name else unnamed
