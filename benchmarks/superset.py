"""Apache Superset beside PanelDash: its own virtual environment, its own metadata, gunicorn with as many threads."""

import json
import os
import secrets
import subprocess
import sys
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any
from urllib.parse import quote

from benchmarks.installation import DATA, HOME, READER, free_port, wait_for
from paneldash.embedded import EmbeddedServer

FOLDER = HOME / "superset"
# Newer releases of flask-caching break its import; cachetools and rich it needs and does not name.
REQUIREMENTS = ("apache-superset==6.1.0", "flask-caching==2.3.1", "cachetools", "rich", "psycopg2-binary", "gunicorn")
INSTALL_SECONDS, PREPARE_SECONDS, STARTING_SECONDS = 900, 300, 120
FEWEST_POINTS = 24 * 12 * 20
CONFIGURATION = """\
SECRET_KEY = {secret!r}
SQLALCHEMY_DATABASE_URI = "sqlite:///{folder}/superset.db"
WTF_CSRF_ENABLED = TALISMAN_ENABLED = RATELIMIT_ENABLED = False
DATA_CACHE_CONFIG = {{"CACHE_TYPE": "FileSystemCache", "CACHE_DIR": "{folder}/cache", "CACHE_DEFAULT_TIMEOUT": 86400}}
LOG_LEVEL = "ERROR"
"""


def install() -> None:
    """Make the virtual environment unless it is there. Ends the run, in a sentence, where the packages cannot be had."""
    if (FOLDER / "installed").exists():
        return
    print("Installing Apache Superset, 700 MB, into a virtual environment of its own …", flush=True)
    uv = Path(sys.executable).with_name("uv")
    python = FOLDER / "venv" / "bin" / "python"
    pip = [uv, "pip", "install", "--quiet", "--python", python] if uv.exists() else [python, "-m", "pip", "install", "--quiet"]
    try:
        subprocess.run([sys.executable, "-m", "venv", "--clear", FOLDER / "venv"], check=True)
        subprocess.run([*pip, *REQUIREMENTS], check=True, timeout=INSTALL_SECONDS)
    except (OSError, subprocess.SubprocessError) as error:
        raise SystemExit(f"Apache Superset cannot be installed here ({type(error).__name__}): no peers are measured.") from error
    (FOLDER / "installed").touch()


@contextmanager
def serving(server: EmbeddedServer, reader_password: str) -> Iterator["Superset"]:
    """Superset over the data set, started anew with an empty cache."""
    password, port = secrets.token_urlsafe(16), free_port()
    environment = _configured()
    for command in (
        ["db", "upgrade"],
        ["fab", "create-admin", "--username", "bench", "--firstname", "B", "--lastname", "B", "--email", "b@example.com"],
        ["init"],
    ):
        secret = ["--password", password] if command[0] == "fab" else []
        _run([FOLDER / "venv/bin/superset", *command, *secret], environment)
    how = ["--workers", "2", "--worker-class", "gthread", "--threads", "8", "--timeout", "120", "--log-level", "error"]
    command = [FOLDER / "venv/bin/gunicorn", *how, "--bind", f"127.0.0.1:{port}", "superset.app:create_app()"]
    process = subprocess.Popen(command, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        wait_for(port, "/health", STARTING_SECONDS)
        address = (
            f"postgresql+psycopg2://{READER}:{quote(reader_password)}@/{DATA}?host={quote(str(server.socket_folder), safe='')}"
        )
        yield Superset(port, password, address)
    finally:
        process.terminate()
        process.wait(60)


class Superset:
    """Its API as a program uses it: signed in once, with a dataset over the metrics."""

    def __init__(self, port: int, password: str, address: str) -> None:
        self.base, self.token = f"http://127.0.0.1:{port}/api/v1", ""
        who = {"username": "bench", "password": password, "provider": "db"}
        self.token = self._post("security/login", who)["access_token"]
        name = secrets.token_hex(4)
        database = self._post("database/", {"database_name": name, "sqlalchemy_uri": address})["id"]
        self.dataset = self._post("dataset/", {"database": database, "schema": "public", "table_name": "metrics"})["id"]

    def check(self, stop: datetime) -> None:
        """What is measured is what it should be: all points, and the second time from its cache."""
        first, second = self.chart(stop, force=True), self.chart(stop, force=False)
        if first["rowcount"] != second["rowcount"] or first["rowcount"] < FEWEST_POINTS or not second["is_cached"]:
            raise SystemExit(
                f"Superset answers otherwise than it should: {first['rowcount']} points, cached: {second['is_cached']}."
            )

    def chart(self, stop: datetime, *, force: bool) -> dict[str, Any]:
        """Q2, the day before `stop` in five minutes by server."""
        axis = {"timeGrain": "PT5M", "columnType": "BASE_AXIS", "sqlExpression": "recorded_at"}
        metric = {"expressionType": "SIMPLE", "column": {"column_name": "cpu_percent"}, "aggregate": "AVG", "label": "value"}
        query = {
            "granularity": "recorded_at",
            "time_range": f"{stop - timedelta(days=1):%Y-%m-%dT%H:%M:%S} : {stop:%Y-%m-%dT%H:%M:%S}",
            "columns": [{**axis, "label": "recorded_at", "expressionType": "SQL"}, "server_name"],
            "metrics": [metric],
            "row_limit": 50_000,
            "orderby": [],
        }
        asked = {"datasource": {"id": self.dataset, "type": "table"}, "queries": [query], "force": force, "result_format": "json"}
        result: dict[str, Any] = self._post("chart/data", {**asked, "result_type": "full"})["result"][0]
        return result

    def _post(self, path: str, body: dict[str, Any]) -> dict[str, Any]:
        headers = {"Content-Type": "application/json", **({"Authorization": f"Bearer {self.token}"} if self.token else {})}
        request = urllib.request.Request(f"{self.base}/{path}", json.dumps(body).encode(), headers)
        try:
            with urllib.request.urlopen(request, timeout=120) as answer:
                found: dict[str, Any] = json.load(answer)
        except urllib.error.HTTPError as error:
            raise SystemExit(f"Superset answered {error.code} to {path}: {error.read()[:300]!r}") from error
        return found


def _configured() -> dict[str, str]:
    """Its environment, with its configuration written."""
    for file in [FOLDER / "superset.db", *(FOLDER / "cache").glob("*")]:
        file.unlink(missing_ok=True)
    text = CONFIGURATION.format(secret=secrets.token_urlsafe(42), folder=FOLDER)
    (FOLDER / "superset_config.py").write_text(text)
    kept = {name: os.environ[name] for name in ("PATH", "HOME", "LANG") if name in os.environ}
    return kept | {"SUPERSET_CONFIG_PATH": str(FOLDER / "superset_config.py"), "FLASK_APP": "superset.app:create_app()"}


def _run(command: list[Any], environment: dict[str, str]) -> None:
    done = subprocess.run(command, env=environment, capture_output=True, text=True, timeout=PREPARE_SECONDS, check=False)
    if done.returncode:
        raise SystemExit(f"Superset could not be prepared: {done.stderr.strip().splitlines()[-1:] or done.returncode}")
