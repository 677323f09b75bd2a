"""What a check finds of one panel on one tenant."""

from dataclasses import dataclass

import psycopg

from dashboards.models import Check
from datasources.errors import QueryTimeout, SourceError

Outcome = Check.Outcome
# PostgreSQL's estimate of what a second's work is: 20,000 of its units take about a tenth of one (datasources/postgres.py).
COST_A_SECOND = 200_000.0
_OF_A_LACK = {
    "table": Outcome.MISSING_TABLE,
    "column": Outcome.MISSING_COLUMN,
    "right": Outcome.NOT_PERMITTED,
    "type": Outcome.WRONG_TYPE,
}


@dataclass(frozen=True, slots=True)
class Found:
    """`name` is what is lacking, `detail` what the database says of it."""

    outcome: Check.Outcome
    name: str = ""
    detail: str = ""


FINE = Found(Outcome.FINE)


def of_cost(cost: float, *, timeout_ms: int) -> Found:
    """Too slow is what PostgreSQL thinks would take longer than the tenant's queries may."""
    if cost <= COST_A_SECOND * timeout_ms / 1_000:
        return FINE
    return Found(Outcome.TOO_SLOW, detail=f"The estimated cost is {cost:,.0f}: about {cost / COST_A_SECOND:,.0f} s.")


def of_error(error: SourceError) -> Found:
    detail = error.in_full[:500]
    if error.lack is not None:
        return Found(_OF_A_LACK[error.lack.kind], error.lack.name[:200], detail)
    if isinstance(error, QueryTimeout):
        return Found(Outcome.TOO_SLOW, detail=detail)
    if isinstance(error.__cause__, psycopg.DataError):  # while it was planned: a value that no column of that type has
        return Found(Outcome.WRONG_TYPE, detail=detail)
    return Found(Outcome.FAILS, detail=detail)
