"""Servers of the tests' own, to be stopped, frozen, killed and started again."""

import contextlib
import os
import signal
import socket
import subprocess
import time
from collections.abc import Callable
from pathlib import Path
from typing import Protocol

import psutil
import psycopg
from redis import Redis
from redis.exceptions import RedisError

from datasources.store.base import Backend
from datasources.store.postgres import PostgresBackend
from datasources.store.redis import RedisBackend
from paneldash.central.pool import CentralPool
from paneldash.embedded import EmbeddedServer


def wait_until(is_so: Callable[[], object], seconds: float = 20.0) -> None:
    deadline = time.monotonic() + seconds
    while not is_so():
        assert time.monotonic() < deadline
        time.sleep(0.01)


class Server(Protocol):
    def start(self) -> None: ...
    def stop(self) -> None: ...
    def kill(self) -> None: ...
    def freeze(self) -> None: ...
    def thaw(self) -> None: ...
    def backend(self, *, patience_seconds: float = 10.0, whole_bytes: int = 10_000_000) -> Backend: ...


class RedisServer:
    def __init__(self, folder: Path, *options: str) -> None:
        self.folder, self.options = folder, options
        self.process: subprocess.Popen[bytes] | None = None
        with socket.create_server(("127.0.0.1", 0)) as probe:
            self.port = int(probe.getsockname()[1])
        self.url = f"redis://127.0.0.1:{self.port}/0"

    def start(self) -> None:
        fixed = ["--port", str(self.port), "--bind", "127.0.0.1", "--save", "", "--dir", str(self.folder)]
        self.process = subprocess.Popen(["redis-server", *fixed, *self.options], stdout=subprocess.DEVNULL)
        wait_until(self._answers)

    def stop(self) -> None:
        self._end(signal.SIGTERM)

    def kill(self) -> None:
        self._end(signal.SIGKILL)

    def freeze(self) -> None:
        assert self.process
        self.process.send_signal(signal.SIGSTOP)

    def thaw(self) -> None:
        if self.process:
            self.process.send_signal(signal.SIGCONT)

    def backend(self, *, patience_seconds: float = 10.0, whole_bytes: int = 10_000_000) -> RedisBackend:
        return RedisBackend(self.url, patience_seconds=patience_seconds)

    def client(self) -> Redis:
        return Redis.from_url(self.url)

    def _end(self, number: int) -> None:
        if self.process:
            self.process.send_signal(number)
            self.process.send_signal(signal.SIGCONT)
            self.process.wait(20)
            self.process = None

    def _answers(self) -> bool:
        try:
            return bool(self.client().ping())
        except RedisError:
            return False


class PostgresServer:
    """A server with the store's tables in its own first database."""

    def __init__(self, home: Path, tables: str) -> None:
        self.embedded = EmbeddedServer(home, durable=False)
        self.pools: list[CentralPool] = []
        self.embedded.start()
        with self.connect() as owner:
            owner.execute("DROP SCHEMA public CASCADE; CREATE SCHEMA public")
            owner.execute(tables)
            owner.execute("CHECKPOINT")  # a server without fsync forgets in a crash what it did a moment ago

    def start(self) -> None:
        self.embedded.start()

    def stop(self) -> None:
        self.thaw()
        self.embedded.stop()

    def kill(self) -> None:
        os.kill(self._main().pid, signal.SIGKILL)
        wait_until(lambda: not self.embedded.is_running())

    def freeze(self) -> None:
        self._signal(signal.SIGSTOP)

    def thaw(self) -> None:
        self._signal(signal.SIGCONT)

    def backend(self, *, patience_seconds: float = 10.0, whole_bytes: int = 10_000_000) -> PostgresBackend:
        address = self.embedded.url("postgres")
        pool = CentralPool(
            conninfo=address, kwargs={"autocommit": True}, min_size=2, max_size=8, timeout=10, num_workers=2, open=True
        )
        pool.wait(10)
        self.pools.append(pool)
        return PostgresBackend(whole_bytes=whole_bytes, pool=lambda: pool, patience_seconds=patience_seconds)

    def connect(self) -> psycopg.Connection:
        return psycopg.connect(self.embedded.url("postgres"), autocommit=True)

    def close(self) -> None:
        for pool in self.pools:
            pool.close(timeout=1)
        self.pools.clear()
        self.stop()

    def _main(self) -> psutil.Process:
        return psutil.Process(int((self.embedded.data / "postmaster.pid").read_text().split("\n")[0]))

    def _signal(self, number: int) -> None:
        with contextlib.suppress(psutil.NoSuchProcess, FileNotFoundError):
            main = self._main()
            for process in [main, *main.children(recursive=True)]:
                process.send_signal(number)
