"""A statement for a tenant's database, and its values, which never stand in its text."""

from dataclasses import dataclass
from typing import Any
from zoneinfo import ZoneInfo

from datasources.origin import Rewritten


@dataclass(frozen=True, slots=True)
class Statement:
    """SQL with `$1`, `$2` …, and what stands there. With `series_zone` it is answered by series: the zone of bare timestamps.

    `written` is the text of a person's that it was made of, if it was.
    """

    sql: str
    parameters: tuple[Any, ...] = ()
    series_zone: ZoneInfo | None = None
    written: Rewritten | None = None
