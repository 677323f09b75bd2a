"""An installation to measure: its own embedded PostgreSQL, the data set, and gunicorn as `make run` starts it."""

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
from pathlib import Path

import psycopg
from psycopg import sql

from paneldash.embedded import EmbeddedServer
from paneldash.home import default_home

ROOT = Path(__file__).resolve().parent.parent
HOME = default_home(ROOT) / "bench"
CENTRAL, DATA, READER = "bench_central", "bench_data", "bench_reader"
PASSWORD = "a password for benchmarks only"


def prepare() -> EmbeddedServer:
    """Start the server and make the data set unless it is there. Sets the environment for Django."""
    server = EmbeddedServer(HOME)
    server.start()
    server.create_database(CENTRAL)
    server.create_database(DATA)
    with psycopg.connect(server.url(DATA), autocommit=True) as owner:
        if not owner.execute("SELECT to_regclass('health')::text").fetchone()[0]:
            print("Making the data set (6 million rows, about a minute) …", flush=True)
            owner.execute(Path(__file__).with_name("data.sql").read_text())
            for table in ("metrics", "logs", "health"):
                owner.execute(sql.SQL("VACUUM (ANALYZE) {}").format(sql.Identifier(table)))
    os.environ |= {
        "DATABASE_URL": server.url(CENTRAL),
        "SECRET_KEY": secrets.token_urlsafe(50),
        "TENANT_CREDENTIAL_KEYS": secrets.token_urlsafe(32),
        "TENANT_ALLOW_LOCAL_HOSTS": "true",
        "LOG_LEVEL": "WARNING",
        "DJANGO_SETTINGS_MODULE": "paneldash.settings",
    }
    return server


def make_reader(server: EmbeddedServer) -> str:
    """A fresh password for the role that may only read the data set."""
    password = secrets.token_urlsafe(16)
    role = sql.Identifier(READER)
    with psycopg.connect(server.url(DATA), autocommit=True) as owner:
        verb = "ALTER" if owner.execute("SELECT 1 FROM pg_roles WHERE rolname = %s", [READER]).fetchone() else "CREATE"
        owner.execute(sql.SQL("{} ROLE {} LOGIN PASSWORD {}").format(sql.SQL(verb), role, sql.Literal(password)))
        owner.execute(sql.SQL("GRANT SELECT ON ALL TABLES IN SCHEMA public TO {}").format(role))
    return password


@contextmanager
def serving() -> Iterator[int]:
    """gunicorn with the product's own configuration on a free port; answers the port."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    command = [
        sys.executable,
        "-m",
        "gunicorn",
        "--config",
        "paneldash/gunicorn_config.py",
        "--bind",
        f"127.0.0.1:{port}",
    ]
    process = subprocess.Popen([*command, "paneldash.wsgi"], cwd=ROOT)
    try:
        _wait_for(port)
        yield port
    finally:
        process.send_signal(signal.SIGTERM)
        process.wait(timeout=40)


def _wait_for(port: int) -> None:
    for _ in range(100):
        try:
            connection = http.client.HTTPConnection("127.0.0.1", port, timeout=2)
            connection.request("GET", "/live")
            if connection.getresponse().status == 200:
                return
        except OSError:
            time.sleep(0.2)
    raise SystemExit("gunicorn did not answer within 20 s")
