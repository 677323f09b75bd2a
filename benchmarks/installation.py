"""An installation to measure: its own embedded PostgreSQL, the data set, and gunicorn as `make run` starts it."""

import contextlib
import http.client
import os
import secrets
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

import django
import psutil
import psycopg
from psycopg import sql

from paneldash.embedded import EmbeddedServer
from paneldash.environment import ROOT
from paneldash.home import default_home
from paneldash.local import fill_in_settings

HOME = default_home(ROOT) / "bench"
STARTING_SECONDS = 20
CENTRAL, DATA, READER = "bench_central", "bench_data", "bench_reader"


@contextmanager
def prepared(*, log_level: str = "WARNING") -> Iterator[EmbeddedServer]:
    """The server while the block runs, with the data set, made unless it is there, an empty central database, and Django."""
    server = EmbeddedServer(HOME)
    server.start()
    try:
        _make_databases(server)
        os.environ |= {"DATABASE_URL": server.url(CENTRAL), "PANELDASH_HOME": str(HOME), "LOG_LEVEL": log_level}
        os.environ["DJANGO_SETTINGS_MODULE"] = "paneldash.settings"
        os.environ["TENANT_POOL_TOTAL"] = "60"  # all tenants' data are on the one embedded server
        fill_in_settings(HOME)
        django.setup()
        yield server
    finally:
        server.stop()


def _make_databases(server: EmbeddedServer) -> None:
    server.create_database(DATA)
    with psycopg.connect(server.url(DATA), autocommit=True) as owner:
        owner.execute(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(CENTRAL)))
        if not owner.execute("SELECT to_regclass('health')::text").fetchone()[0]:
            print("Making the data set (6 million rows, about a minute) …", flush=True)
            owner.execute(Path(__file__).with_name("data.sql").read_text())
            for table in ("metrics", "logs", "health"):
                owner.execute(sql.SQL("VACUUM (ANALYZE) {}").format(sql.Identifier(table)))
        if owner.execute("SELECT max(recorded_at) < now() + interval '20 minutes' FROM metrics").fetchone()[0]:
            owner.execute(Path(__file__).with_name("top_up.sql").read_text())
            owner.execute("VACUUM (ANALYZE) metrics")
    server.create_database(CENTRAL)


def newest(server: EmbeddedServer) -> datetime:
    """Now: ranges are counted from there. There are data up to it and half an hour on, however old the data set is."""
    with psycopg.connect(server.url(DATA)) as owner:
        found = owner.execute("SELECT max(recorded_at) FROM metrics WHERE recorded_at < now()").fetchone()
    assert found is not None
    return found[0].astimezone(UTC)


def make_reader(server: EmbeddedServer) -> str:
    """A fresh password for the role that may only read the data set."""
    password = secrets.token_urlsafe(16)
    role = sql.Identifier(READER)
    with psycopg.connect(server.url(DATA), autocommit=True) as owner:
        verb = "ALTER" if owner.execute("SELECT 1 FROM pg_roles WHERE rolname = %s", [READER]).fetchone() else "CREATE"
        owner.execute(sql.SQL("{} ROLE {} LOGIN PASSWORD {}").format(sql.SQL(verb), role, sql.Literal(password)))
        owner.execute(sql.SQL("GRANT SELECT ON ALL TABLES IN SCHEMA public TO {}").format(role))
    return password


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as probe:
        return int(probe.getsockname()[1])


@contextmanager
def serving(application: str = "paneldash.wsgi", **environment: str) -> Iterator[tuple[int, psutil.Process]]:
    """gunicorn with the product's own configuration on a free port; answers the port and gunicorn, whose children work."""
    port = free_port()
    command = [sys.executable, "-m", "gunicorn", "--config", "paneldash/gunicorn_config.py", "--bind", f"127.0.0.1:{port}"]
    process = subprocess.Popen([*command, application], cwd=ROOT, env=os.environ | environment)
    try:
        wait_for(port, "/live", STARTING_SECONDS)
        yield port, psutil.Process(process.pid)
    finally:
        process.send_signal(signal.SIGTERM)
        process.wait(timeout=40)


def wait_for(port: int, path: str, seconds: float) -> None:
    """Until something there answers 200. Ends the run where it does not in time."""
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=2)
        with contextlib.suppress(OSError, http.client.HTTPException):
            connection.request("GET", path)
            if connection.getresponse().status == 200:
                return
        connection.close()
        time.sleep(0.2)
    raise SystemExit(f"The server did not answer within {seconds:.0f} s.")
