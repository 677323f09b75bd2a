"""What one process counts in one minute, and how it travels: as JSON, panels by what they took, the dearest of them."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any, Self

import orjson

MOST_PANELS = 100


@dataclass(slots=True)
class TenantMinute:
    """`at_once` is the most queries at the same moment; `results` are counted by how they were come by, `away` by why not."""

    queries: int = 0
    ms: int = 0
    at_once: int = 0
    results: Counter[str] = field(default_factory=Counter)
    away: Counter[str] = field(default_factory=Counter)

    def __iadd__(self, other: Self) -> Self:
        self.queries += other.queries
        self.ms += other.ms
        self.at_once = max(self.at_once, other.at_once)
        self.results += other.results
        self.away += other.away
        return self


@dataclass(slots=True)
class PanelMinute:
    """How often a panel's queries were asked, what that took, and the longest."""

    asked: int = 0
    ms: int = 0
    longest_ms: int = 0

    def __iadd__(self, other: Self) -> Self:
        self.asked += other.asked
        self.ms += other.ms
        self.longest_ms = max(self.longest_ms, other.longest_ms)
        return self


@dataclass(slots=True)
class Minute:
    """Tenants by their key, panels by their tenant's and their own. `connections` are those of `worker`, who counted this."""

    tenants: dict[int, TenantMinute] = field(default_factory=dict)
    panels: dict[tuple[int, int], PanelMinute] = field(default_factory=dict)
    worker: str = ""
    connections: dict[str, int] = field(default_factory=dict)

    def tenant(self, tenant: int) -> TenantMinute:
        return self.tenants.setdefault(tenant, TenantMinute())

    def panel(self, tenant: int, panel: int) -> PanelMinute:
        return self.panels.setdefault((tenant, panel), PanelMinute())

    def to_bytes(self) -> bytes:
        """As JSON, with the MOST_PANELS that took the most time."""
        dearest = sorted(self.panels.items(), key=lambda item: item[1].ms, reverse=True)[:MOST_PANELS]
        return orjson.dumps(
            {
                "worker": self.worker,
                "connections": self.connections,
                "tenants": [
                    [tenant, one.queries, one.ms, one.at_once, one.results, one.away] for tenant, one in self.tenants.items()
                ],
                "panels": [[*key, one.asked, one.ms, one.longest_ms] for key, one in dearest],
            }
        )

    @classmethod
    def from_bytes(cls, data: bytes) -> Self:
        """Of `to_bytes`. Raises KeyError, TypeError and ValueError for what is not."""
        read: dict[str, Any] = orjson.loads(data)
        return cls(
            tenants={
                tenant: TenantMinute(queries, ms, at_once, Counter(results), Counter(away))
                for tenant, queries, ms, at_once, results, away in read["tenants"]
            },
            panels={(tenant, panel): PanelMinute(*counts) for tenant, panel, *counts in read["panels"]},
            worker=read["worker"],
            connections=read["connections"],
        )


def summed(minutes: Iterable[Minute]) -> Minute:
    """All of them as one; `at_once` is the most of a single process. Of each worker's connections those of its last minute."""
    whole, connections = Minute(), {}
    for minute in minutes:
        connections[minute.worker] = minute.connections
        for tenant, one in minute.tenants.items():
            mine = whole.tenant(tenant)
            mine += one
        for key, panel in minute.panels.items():
            its = whole.panel(*key)
            its += panel
    for figures in connections.values():
        for name, number in figures.items():
            whole.connections[name] = whole.connections.get(name, 0) + number
    whole.connections["workers"] = len(connections)
    return whole
