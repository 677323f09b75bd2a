"""Time ranges in words, and the quick ones to choose from."""

import re

from dashboards.asking import PageRange
from datasources.timerange import BadTimeRange

QUICK = (
    ("Last 15 minutes", "now-15m", "now"),
    ("Last hour", "now-1h", "now"),
    ("Last 6 hours", "now-6h", "now"),
    ("Last 24 hours", "now-24h", "now"),
    ("Today", "now/d", "now"),
    ("Yesterday", "now-1d/d", "now-1d/d"),
    ("Last 7 days", "now-7d", "now"),
    ("This week", "now/w", "now"),
    ("Last 30 days", "now-30d", "now"),
    ("Last 90 days", "now-90d", "now"),
)
_UNITS = {"s": "second", "m": "minute", "h": "hour", "d": "day", "w": "week", "M": "month", "y": "year"}
_BACK = re.compile(rf"now-(\d+)([{''.join(_UNITS)}])", re.ASCII)


def range_label(asked: PageRange) -> str:
    """`Last 6 hours`, `Yesterday`, or the two ends, an open one as `…`; as typed where that cannot be read."""
    named = next((label for label, *ends in QUICK if ends == [asked.start, asked.stop]), None)
    if named is not None:
        return named
    back = _BACK.fullmatch(asked.start)
    if back is not None and asked.stop == "now":
        count = int(back[1])
        return f"Last {count} {_UNITS[back[2]]}{'' if count == 1 else 's'}"
    try:
        time_range = asked.read()
    except BadTimeRange:
        return f"{asked.start or '…'} – {asked.stop or '…'}"
    ends = [f"{end.astimezone(asked.zone):%-d %b %Y %H:%M}" if end else "…" for end in (time_range.start, time_range.stop)]
    return " – ".join(ends)
