"""The toolbar of a dashboard: its range in words, the quick ranges, and where its buttons lead."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from django.http import QueryDict

from dashboards.asking import REFRESH_CHOICES, PageRange, stepped, widened, with_query
from dashboards.ranges import QUICK, range_label
from datasources.timerange import BadTimeRange, TimeRange
from tenants.zones import ZONES

KIOSK = "kiosk"  # the page's chrome is left out


@dataclass(frozen=True, slots=True)
class Toolbar:
    """All that templates/_toolbar.html shows. Its fields are named as in the URL; `start` and `stop` stand as typed."""

    start: str
    stop: str
    from_input: str
    to_input: str
    label: str
    tz: str
    zones: list[str]
    refresh: int
    refresh_choices: list[tuple[int, str, str, bool]]
    quick: list[tuple[str, str, bool]]
    earlier_url: str
    later_url: str
    zoom_out_url: str
    hidden: list[tuple[str, str]]
    error: str
    variables: list[tuple[str, str, str]]


def make_toolbar(path: str, query: QueryDict, asked: PageRange, *, refresh: int, pickers: Collection[str] = ()) -> Toolbar:
    """The toolbar of the page at `path`. A range that cannot be read is shown as typed, with the reason.

    Variables that have no picker can be typed beside the range.
    """
    time_range, error = _read(asked)
    said = _said(query)
    kept = [(name, value) for name, value in said if name not in {"from", "to"}]
    loose = {name for name, _ in said if name.startswith("var-") and name[4:] not in pickers}

    def at(ends: tuple[str, str]) -> str:
        return with_query(path, [*kept, ("from", ends[0]), ("to", ends[1])])

    return Toolbar(
        start=asked.start,
        stop=asked.stop,
        from_input=_input(time_range.start, asked.zone),
        to_input=_input(time_range.stop, asked.zone),
        label=range_label(asked),
        tz=asked.zone.key,
        zones=zones(),
        refresh=refresh,
        refresh_choices=_refresh_choices(path, said, refresh),
        quick=[(label, at((start, stop)), (start, stop) == (asked.start, asked.stop)) for label, start, stop in QUICK],
        earlier_url=at(stepped(time_range, by=-0.5)),
        later_url=at(stepped(time_range, by=0.5)),
        zoom_out_url=at(widened(time_range, asked.now)),
        hidden=[(name, value) for name, value in kept if name not in {"tz", "refresh"} and name not in loose],
        error=error,
        variables=[(name[4:], name[4:], value) for name, value in said if name in loose],
    )


def _read(asked: PageRange) -> tuple[TimeRange, str]:
    """The range, or why it cannot be read."""
    try:
        return asked.read(), ""
    except BadTimeRange as reason:
        return TimeRange(), str(reason)


def _said(query: QueryDict) -> list[tuple[str, str]]:
    """What the address says; of what it says without a value, variables alone and the kiosk."""
    said = [(name, str(value)) for name, values in query.lists() for value in values if name != KIOSK]
    kept = [(name, value) for name, value in said if value or name.startswith("var-")]
    return [*kept, (KIOSK, "1")] if KIOSK in query else kept


def _refresh_choices(path: str, said: list[tuple[str, str]], refresh: int) -> list[tuple[int, str, str, bool]]:
    others = [(name, value) for name, value in said if name != "refresh"]

    def at(seconds: int) -> str:
        return with_query(path, [*others, ("refresh", str(seconds))])

    choices = sorted({*REFRESH_CHOICES, refresh})
    return [(seconds, refresh_label(seconds), at(seconds), seconds == refresh) for seconds in choices]


def refresh_label(seconds: int) -> str:
    if not seconds:
        return "Off"
    return f"{seconds // 60} min" if seconds % 60 == 0 else f"{seconds} s"


def zones() -> list[str]:
    """The zones to offer: regions and cities, and UTC."""
    return ["UTC", *sorted(name for name in ZONES if "/" in name and not name.startswith(("Etc/", "SystemV/")))]


def _input(moment: datetime | None, zone: ZoneInfo) -> str:
    return moment.astimezone(zone).strftime("%Y-%m-%dT%H:%M:%S") if moment else ""
