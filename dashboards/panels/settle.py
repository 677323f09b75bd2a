"""How late a panel's rows may come: the window at the newest end of its chart that is asked again with every refresh."""

import re
from typing import Annotated

from pydantic import AfterValidator, Field

from datasources.timerange import LETTER_SECONDS

SHORTEST_SECONDS, LONGEST_SECONDS = 300, 30 * 86_400  # docs/caching.md: at least five minutes


def seconds_of(settle: str | None) -> float | None:
    """The window's seconds; None where the panel says nothing, and its buckets decide."""
    return float(int(settle[:-1]) * LETTER_SECONDS[settle[-1]]) if settle is not None else None


def _within_bounds(settle: str) -> str:
    is_length = re.fullmatch(r"[1-9][0-9]{0,5}[smhdwM]", settle) is not None
    if not is_length or not SHORTEST_SECONDS <= (seconds_of(settle) or 0) <= LONGEST_SECONDS:
        raise ValueError("must be a length of time from 5m to 30d: 10m, 6h, 2d")
    return settle


Settle = Annotated[str, AfterValidator(_within_bounds), Field(description="From 5m to 30d: 10m, 6h, 2d")]
