"""`$__interval` and its like: what a range and a panel's width make of them, by Grafana's arithmetic; and who asks."""

from collections.abc import Mapping

from datasources.intervals import Intervals, seconds

OF_RANGE = frozenset({"__range", "__range_s", "__range_ms", "__from", "__to"})
OF_STEP = frozenset({"__interval", "__interval_ms", "__rate_interval", "__rate_interval_ms"})
TENANT = "__tenant"
NAMES = OF_RANGE | OF_STEP | {TENANT}


def macros_of_tenant(slug: str) -> Mapping[str, str]:
    """Macros stand before variables: no address can say that somebody else asks."""
    return {TENANT: slug}


def macros_of(intervals: Intervals, *, start: float, stop: float) -> Mapping[str, str]:
    """The text each stands for; `start` and `stop` in epoch seconds."""
    return {
        "__interval": intervals.interval,
        "__interval_ms": str(intervals.step_ms),
        "__rate_interval": intervals.rate_interval,
        "__rate_interval_ms": str(intervals.rate_interval_ms),
        "__range": intervals.range,
        "__range_s": str(seconds(intervals.range_ms)),
        "__range_ms": str(intervals.range_ms),
        "__from": str(round(start * 1_000)),
        "__to": str(round(stop * 1_000)),
    }
