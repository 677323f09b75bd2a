"""What is open and how large the workers are, looked at every second while viewers look at panels."""

import threading
from dataclasses import dataclass, field
from types import TracebackType
from typing import Self

import psutil
import psycopg

from benchmarks.services import Bouncer

EVERY_SECONDS = 1.0


@dataclass(frozen=True, slots=True)
class Sight:
    """Connections to PgBouncer, from it, and to the central database; of all workers the most threads and MiB."""

    clients: int
    servers: int
    central: int
    threads: int
    mib: float


@dataclass
class Witness:
    bouncer: Bouncer
    hosts: list[psutil.Process]
    central_url: str
    sights: list[Sight] = field(default_factory=list)
    is_over: threading.Event = field(default_factory=threading.Event)

    def __enter__(self) -> Self:
        self.thread = threading.Thread(target=self._watch, daemon=True)
        self.thread.start()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self.is_over.set()
        self.thread.join(10)

    def most(self, what: str) -> int:
        return max((getattr(sight, what) for sight in self.sights), default=0)

    def growth_mib(self) -> float:
        """Of the largest worker over the second half."""
        sizes = [sight.mib for sight in self.sights] or [0.0]
        return max(0.0, sizes[-1] - sizes[len(sizes) // 2])

    def _watch(self) -> None:
        with psycopg.connect(self.central_url, autocommit=True) as central:
            while not self.is_over.wait(EVERY_SECONDS):
                workers = [worker for host in self.hosts for worker in host.children()]
                clients, servers = self.bouncer.connections()
                here = "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()"
                found = central.execute(here).fetchone()
                self.sights.append(
                    Sight(
                        clients=clients,
                        servers=servers,
                        central=found[0] if found else 0,
                        threads=max(worker.num_threads() for worker in workers),
                        mib=max(worker.memory_info().rss for worker in workers) / 2**20,
                    )
                )
