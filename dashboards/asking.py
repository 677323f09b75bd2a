"""What a URL asks: its time range, zone, variables, page and order; and the URL that asks the same with something changed."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import urlencode
from zoneinfo import ZoneInfo

from django.conf import settings
from django.http import QueryDict

from dashboards.panels.base import Ask, BadRequest
from datasources.intervals import WIDEST, points_of_width
from datasources.timerange import BadTimeRange, TimeRange, parse_time_range, stretch_begun
from datasources.variables import Value
from tenants.models import Tenant, User
from tenants.zones import ZONES

LONGEST_VALUE = 1_000
MOST_VALUES = 1_000
LAST_PAGE = 1_000_000
REFRESH_CHOICES = (0, 5, 10, 30, 60, 300, 900)
FASTEST_SECONDS = 2
_VARIABLE = re.compile(r"var-([A-Za-z_]\w{0,62})")
OWN = "own"  # a repeated panel's URL says by which variables it is; their values are its own, not the page's
MOST_OWN = 5
_PANEL_STATE = ("page", "sort", "order", "q")

Parameter = str | tuple[str, ...]
Parameters = dict[str, Parameter]


@dataclass(frozen=True, slots=True)
class PageRange:
    """A time range as the URL says it (`now-6h`, `now`), read in `zone`, counted from `now`; `names` are its parameters'.

    What was asked for since `begun` is new enough.
    """

    start: str
    stop: str
    zone: ZoneInfo
    now: datetime
    begun: datetime
    names: tuple[str, str] = ("from", "to")

    @classmethod
    def between(
        cls, start: str, stop: str, zone: ZoneInfo, *, every_seconds: int = 1, names: tuple[str, str] = ("from", "to")
    ) -> "PageRange":
        """A range that is open at an end of which nothing is said.

        Its `now` moves on `every_seconds`, for all who look at the same moment: what one asks for the next one shares. It
        is the end of that time, so that nothing new is left out; where days are rounded to, its start: tomorrow is not yet.
        """
        begun = stretch_begun(every_seconds)
        now = begun if "/" in start + stop else begun + timedelta(seconds=every_seconds)
        return cls(start[:60], stop[:60], zone, now, begun, names)

    def read(self) -> TimeRange:
        """Raises BadTimeRange."""
        return parse_time_range(self.start, self.stop, zone=self.zone, now=self.now, names=self.names)


def zone_of(query: QueryDict, user: User, tenant: Tenant) -> ZoneInfo:
    """The viewer's zone: asked for, the user's own, or the tenant's. Raises BadRequest for one that does not exist."""
    name = query.get("tz") or user.time_zone or tenant.time_zone
    if name not in ZONES:
        raise BadRequest(f"“{name[:60]}” is not a time zone.")
    return ZoneInfo(name)


def page_range(query: QueryDict, zone: ZoneInfo, *, default: str, every_seconds: int = 1) -> PageRange:
    """The page's range; `default` is how far back it looks where the URL says nothing: `6h`."""
    start, stop = query.get("from", ""), query.get("to", "")
    if not start and not stop:
        start, stop = f"now-{default}", "now"
    return PageRange.between(start, stop, zone, every_seconds=every_seconds)


def read_ask(query: QueryDict, asked: PageRange, tenant: Tenant, *, columns: int = WIDEST) -> Ask:
    """All that a page's URL asks of a panel that is so many `columns` of the grid wide.

    Raises BadRequest with a sentence that names the parameter.
    """
    return make_ask(
        asked,
        tenant,
        read_variables(query),
        page=read_page(query.get("page", "1")),
        sort=read_text(query, "sort") or None,
        descending=_order(query.get("order", "asc")),
        search=read_text(query, "q"),
        disable_aggregation=query.get("raw", "") in {"1", "true"},
        max_points=points_of_width(columns),
    )


def make_ask(asked: PageRange, tenant: Tenant, variables: Mapping[str, Value], **state: Any) -> Ask:
    """What is asked of a panel over a range, whatever its parameters are called: `state` is as in Ask. Raises BadRequest."""
    try:
        time_range = asked.read()
    except BadTimeRange as error:
        raise BadRequest(str(error)) from error
    return Ask(
        time_range=time_range,
        variables=variables,
        zone=asked.zone,
        tenant_zone=ZoneInfo(tenant.time_zone),
        now=asked.now,
        not_before=asked.begun,
        row_limit=tenant.row_limit or settings.PANEL_ROW_LIMIT,
        **state,
    )


def read_page(text: str) -> int:
    if not re.fullmatch(r"\d{1,7}", text, re.ASCII) or not 1 <= int(text) <= LAST_PAGE:
        raise BadRequest("“page” must be a whole number from 1.")
    return int(text)


def refresh_seconds(query: QueryDict, *, default: int) -> int:
    """How often to refresh; 0 never. Raises BadRequest."""
    text = query.get("refresh", "")
    if not text:
        return default
    if not re.fullmatch(r"\d{1,5}", text, re.ASCII):
        raise BadRequest("“refresh” must be a number of seconds, or 0.")
    seconds = int(text)
    return max(FASTEST_SECONDS, seconds) if seconds else 0


def refresh_of(user: User, dashboard_seconds: int) -> int:
    """How often a dashboard refreshes for a viewer where the URL says nothing: as the viewer prefers, else as it says itself."""
    seconds = user.refresh_seconds
    if seconds is None:
        return dashboard_seconds
    return max(FASTEST_SECONDS, seconds) if seconds else 0


def panel_state(query: Mapping[str, str], slug: str) -> dict[str, str]:
    """A table's own page, order and search in a dashboard's URL: `error_logs.page=2`."""
    return {name: query[f"{slug}.{name}"] for name in _PANEL_STATE if query.get(f"{slug}.{name}")}


def own_values(query: QueryDict) -> dict[str, str]:
    """The variables that a panel is repeated by, each with the value it has there. Raises BadRequest."""
    names = query.get(OWN, "").split()
    if not names:
        return {}
    if len(names) > MOST_OWN or not all(_VARIABLE.fullmatch(f"var-{name}") for name in names):
        raise BadRequest(f"“{OWN}” must be names of variables.")
    return {name: read_text(query, f"var-{name}") for name in names}


def shared_state(query: QueryDict) -> Parameters:
    """What a dashboard's URL says to all its panels."""
    kept: Parameters = {name: query.get(name, "") for name in ("from", "to", "tz", "refresh", "raw") if query.get(name)}
    return kept | {f"var-{name}": value for name, value in read_variables(query).items()}


def with_query(path: str, parameters: Mapping[str, Parameter] | Sequence[tuple[str, str]]) -> str:
    """A URL; a parameter of several values stands there as often."""
    text = urlencode(parameters, doseq=True)
    return f"{path}?{text}" if text else path


def stepped(time_range: TimeRange, *, by: float) -> tuple[str, str]:
    """The range moved by a part of its length: -0.5 is half of it back."""
    start, stop = _closed(time_range)
    shift = (stop - start) * by
    return (start + shift).isoformat(timespec="seconds"), (stop + shift).isoformat(timespec="seconds")


def widened(time_range: TimeRange, now: datetime) -> tuple[str, str]:
    """A range twice as long about the same middle, not past now."""
    start, stop = _closed(time_range)
    half = (stop - start) / 2
    end = min(stop + half, max(now, stop))
    return (end - 4 * half).isoformat(timespec="seconds"), end.isoformat(timespec="seconds")


def _closed(time_range: TimeRange) -> tuple[datetime, datetime]:
    """The ends; an open one is taken six hours from the other."""
    now = datetime.now(UTC)
    stop = time_range.stop or (time_range.start + timedelta(hours=6) if time_range.start else now)
    return time_range.start or stop - timedelta(hours=6), stop


def read_variables(query: QueryDict) -> Parameters:
    """The values of `var-…`, by their names; of one that stands there several times, all of them. Raises BadRequest."""
    found: Parameters = {}
    for name, values in query.lists():
        match = _VARIABLE.fullmatch(name)
        if match is not None:
            texts = tuple(_checked(name, str(value)) for value in values)
            found[match[1]] = texts[0] if len(texts) == 1 else texts
    if sum(len(value) for value in found.values() if isinstance(value, tuple)) > MOST_VALUES:
        raise BadRequest(f"At most {MOST_VALUES:,} values of variables can be given.")
    return found


def read_text(query: QueryDict, name: str) -> str:
    return _checked(name, query.get(name, ""))


def seen_version(fields: QueryDict, name: str) -> int | None:
    """The version that a form was filled in on; None where it says none."""
    text = fields.get(name, "")
    return int(text) if re.fullmatch(r"[0-9]{1,9}", text) else None


def needed_version(fields: QueryDict, name: str) -> int:
    """The version that is to be changed. Raises BadRequest where a form says none: whom it would overwrite is not known."""
    seen = seen_version(fields, name)
    if seen is None:
        raise BadRequest("Nothing is saved: the form does not say which version it changes. Please load the page again.")
    return seen


def _checked(name: str, text: str) -> str:
    if len(text) > LONGEST_VALUE or "\x00" in text:
        raise BadRequest(f"“{name}” is too long or holds a NUL character.")
    return text


def _order(text: str) -> bool:
    if text not in {"asc", "desc"}:
        raise BadRequest("“order” must be asc or desc.")
    return text == "desc"
