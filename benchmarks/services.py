"""What stands beside PanelDash on a large installation: Redis, and PgBouncer before the tenants' databases."""

import os
import shutil
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import psycopg
from psycopg.rows import dict_row

from benchmarks.installation import DATA, READER, free_port
from paneldash.embedded import EmbeddedServer
from paneldash.home import server_user

SERVER_CONNECTIONS = 60  # of PgBouncer to the one server that is all tenants' here
STATISTICS_USER = "bench_statistics"
STARTING_SECONDS = 20
CONFIGURATION = """\
[databases]
{databases}
[pgbouncer]
listen_addr = 127.0.0.1
listen_port = {port}
unix_socket_dir =
auth_type = scram-sha-256
auth_file = {users}
stats_users = {statistics}
pool_mode = transaction
default_pool_size = 2
max_user_connections = {connections}
max_client_conn = 4000
server_idle_timeout = 5
ignore_startup_parameters = options,extra_float_digits
logfile = {log}
"""


@contextmanager
def redis() -> Iterator[str]:
    """A Redis that keeps nothing on disk; answers its address, as CACHE_URL takes it."""
    port = free_port()
    options = ["--port", str(port), "--bind", "127.0.0.1", "--save", "", "--maxmemory", "256mb"]
    with _running([_binary("redis-server"), *options, "--maxmemory-policy", "allkeys-lru"], port):
        yield f"redis://127.0.0.1:{port}/0"


@contextmanager
def bouncer(server: EmbeddedServer, names: Sequence[str], password: str) -> Iterator["Bouncer"]:
    """PgBouncer, by which each of `names` leads to the data set, a database of its own for all that PgBouncer knows."""
    port, user = free_port(), server_user()
    with tempfile.TemporaryDirectory() as folder:
        users, file = Path(folder, "users"), Path(folder, "pgbouncer.ini")
        users.write_text(f'"{READER}" "{password}"\n"{STATISTICS_USER}" "{password}"\n')
        one = f"host={server.socket_folder} port=5432 dbname={DATA}"
        file.write_text(
            CONFIGURATION.format(
                databases="\n".join(f"{name} = {one}" for name in names),
                port=port,
                users=users,
                statistics=STATISTICS_USER,
                connections=SERVER_CONNECTIONS,
                log=Path(folder, "log"),
            )
        )
        if user is not None:
            for path in (Path(folder), users, file):
                os.chown(path, user.pw_uid, user.pw_gid)
        as_user = ["-u", user.pw_name] if user is not None else []
        with _running([_binary("pgbouncer"), "-q", *as_user, str(file)], port):
            yield Bouncer(port, password)


class Bouncer:
    def __init__(self, port: int, password: str) -> None:
        self.port, self.password = port, password

    def transactions(self) -> dict[str, int]:
        """How many each database has had."""
        return {row["database"]: int(row["total_xact_count"]) for row in self._show("STATS")}

    def connections(self) -> tuple[int, int]:
        """Those of clients to PgBouncer, and of PgBouncer to the server."""
        used = {row["list"]: int(row["items"]) for row in self._show("LISTS")}
        return used["used_clients"] - 1, used["used_servers"]  # one of the clients is who asks here

    def _show(self, what: str) -> list[dict[str, Any]]:
        """Its console knows the simple protocol alone."""
        address = f"host=127.0.0.1 port={self.port} user={STATISTICS_USER} password={self.password} dbname=pgbouncer"
        with psycopg.connect(address, autocommit=True, row_factory=dict_row) as console:
            return psycopg.ClientCursor(console, row_factory=dict_row).execute(f"SHOW {what}").fetchall()


@contextmanager
def _running(command: list[str], port: int) -> Iterator[None]:
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL)
    try:
        _wait_for(port, command[0])
        yield
    finally:
        process.terminate()
        process.wait(20)


def _wait_for(port: int, name: str) -> None:
    deadline = time.monotonic() + STARTING_SECONDS
    while time.monotonic() < deadline:
        try:
            socket.create_connection(("127.0.0.1", port), timeout=1).close()
        except OSError:
            time.sleep(0.05)
        else:
            return
    raise SystemExit(f"{Path(name).name} did not start within {STARTING_SECONDS} s.")


def _binary(name: str) -> str:
    """Debian keeps PgBouncer where only root looks."""
    found = shutil.which(name) or shutil.which(name, path="/usr/sbin:/usr/local/sbin")
    if found is None:
        raise SystemExit(f"{name} is missing. On Debian and Ubuntu: apt-get install redis-server pgbouncer")
    return found
