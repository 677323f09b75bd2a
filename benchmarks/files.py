"""A million rows as CSV over HTTP, beside COPY through the same driver; and what the worker's memory does meanwhile."""

import socket
import threading
from datetime import datetime

import psutil

from benchmarks.report import Figure, Report
from benchmarks.scene import path
from benchmarks.timing import in_turns
from tenants.connections import connect
from tenants.models import Tenant

ROWS, ROUNDS, WARM_UP = 1_000_000, 5, 1
COPY = "COPY (SELECT ts, severity, service, message FROM logs ORDER BY ts DESC) TO STDOUT (FORMAT csv)"
LEAST_OF_COPY = 50.0  # % of its rows a second
MOST_GROWTH_MIB = 10.0
LOOKED_EVERY_SECONDS = 0.05


def measure(port: int, gunicorn: psutil.Process, session_key: str, now: datetime, report: Report) -> None:
    report.heading(f"CSV of {ROWS:,} rows: medians of {ROUNDS} turns")
    address = path("lines", now).replace("/lines/?", "/lines/csv/?")
    works = {"copy": _copy, "zstd": lambda: _download(port, session_key, address, "zstd")}
    works["plain"] = lambda: _download(port, session_key, address, "identity")
    with _Sizes(gunicorn) as sizes:
        times = in_turns(works, rounds=ROUNDS, warm_up=WARM_UP)
    floor = ROWS / times["copy"].median * 1_000
    report.add(Figure("files", "COPY by the driver", floor, "rows/s"))
    for name, title in (("plain", "CSV, not compressed"), ("zstd", "CSV, as a browser asks for it")):
        part = times["copy"].median / times[name].median * 100
        report.add(Figure("files", f"{title}, of that", part, "%", 100.0, LEAST_OF_COPY, at_least=True))
    report.add(Figure("files", "growth of the worker after its first file", sizes.growth_mib(), "MiB", None, MOST_GROWTH_MIB))


def _copy() -> None:
    connection = connect(Tenant.objects.get(slug="tenant-000"))
    try:
        with connection.cursor().copy(COPY) as rows:
            for _ in rows:
                pass
    finally:
        connection.close()


def _download(port: int, session_key: str, address: str, encoding: str) -> None:
    """The whole file, read by a bare socket: the reader shares the machine with the server."""
    asked = f"GET {address} HTTP/1.1\r\nHost: 127.0.0.1\r\nCookie: sessionid={session_key}\r\nAccept-Encoding: {encoding}\r\n"
    with socket.create_connection(("127.0.0.1", port), timeout=120) as wire:
        wire.sendall(f"{asked}Connection: close\r\n\r\n".encode())
        last = b""
        while part := wire.recv(262_144):
            last = (last + part)[-5:]
    if last != b"0\r\n\r\n":
        raise SystemExit("The file broke off.")


class _Sizes:
    """The workers' resident memory, looked at all the time."""

    def __init__(self, gunicorn: psutil.Process) -> None:
        self._workers = gunicorn.children()
        self._sizes: dict[int, list[float]] = {worker.pid: [] for worker in self._workers}
        self._is_over = threading.Event()

    def growth_mib(self) -> float:
        """From the worker's largest in the first third of the files to its largest in the last."""
        thirds = [(sizes[: len(sizes) // 3], sizes[-len(sizes) // 3 :]) for sizes in self._sizes.values()]
        return max(max(last) - max(first) for first, last in thirds)

    def _look(self) -> None:
        while not self._is_over.wait(LOOKED_EVERY_SECONDS):
            for worker in self._workers:
                self._sizes[worker.pid].append(worker.memory_info().rss / 2**20)

    def __enter__(self) -> "_Sizes":
        self._thread = threading.Thread(target=self._look, daemon=True)
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._is_over.set()
        self._thread.join()
