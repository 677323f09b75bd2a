"""How a Prometheus is found just now: whether it answers, what it is, and how many of its targets are up."""

import time
from collections.abc import Callable
from typing import Any

from datasources.errors import SourceError
from datasources.kinds.base import Status
from datasources.prometheus.source import PrometheusSource

SECONDS = 5.0


def status_of(source: PrometheusSource) -> Status:
    """Whether it answers within SECONDS, and what it says of itself. What goes wrong is in the answer, for editors."""
    started = time.perf_counter()
    try:
        source.api("query", [("query", "vector(1)")], seconds=SECONDS, only_get=False)
    except SourceError as error:
        return Status(is_connected=False, error=f"{error.sentence} {f'({error.detail})' if error.detail else ''}".strip())
    latency_ms = (time.perf_counter() - started) * 1_000
    targets = _of(source, "targets", _targets, [("state", "active")])
    facts = (("Targets", targets),) if targets else ()
    return Status(is_connected=True, version=_of(source, "status/buildinfo", _version), latency_ms=latency_ms, facts=facts)


def _of(source: PrometheusSource, path: str, read: Callable[[Any], str], fields: list[tuple[str, str]] | None = None) -> str:
    """What not every server has: Mimir and Thanos know no targets."""
    try:
        return read(source.api(path, fields or [], seconds=SECONDS).get("data"))
    except (SourceError, KeyError, TypeError, AttributeError):
        return ""


def _version(said: Any) -> str:
    name = str(said.get("application") or "Prometheus")[:40]
    return f"{name} {str(said['version'])[:40]}"


def _targets(said: Any) -> str:
    """`12 of 13 up`; nothing of a server that asks none itself."""
    found = said["activeTargets"]
    return "" if not found else f"{sum(one['health'] == 'up' for one in found)} of {len(found)} up"
