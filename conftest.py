"""Every test has a real PostgreSQL, and finds nothing that another one has left. The fixtures to ask for are in the plugins."""

import contextlib
import os
import secrets
import time
from collections.abc import Iterator
from pathlib import Path

import django
import psycopg
import pytest
from hypothesis import HealthCheck, settings

from paneldash.embedded import EmbeddedServer
from paneldash.home import default_home

pytest_plugins = ["tenants.tests.cast", "datasources.tests.asked"]
PASSWORD = "correct horse battery staple"
WORKER = os.environ.get("PYTEST_XDIST_WORKER", "")
# How long an example takes says more about the machine than about us.
settings.register_profile(
    "house", deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture]
)
settings.load_profile("house")
# A superuser may switch off the triggers that refuse it; each partition has its own.
FORGET_EVENTS = """DO $$ DECLARE
  parts regclass[] := ARRAY(SELECT 'audit_event'::regclass UNION ALL
                            SELECT inhrelid FROM pg_inherits WHERE inhparent = 'audit_event'::regclass);
  part regclass;
BEGIN
  FOREACH part IN ARRAY parts LOOP EXECUTE format('ALTER TABLE %s DISABLE TRIGGER audit_no_truncate', part); END LOOP;
  TRUNCATE audit_event;
  FOREACH part IN ARRAY parts LOOP EXECUTE format('ALTER TABLE %s ENABLE ALWAYS TRIGGER audit_no_truncate', part); END LOOP;
END $$"""
_server = EmbeddedServer(default_home(Path(__file__).parent) / "test", durable=False)
_running = contextlib.ExitStack()


def _prepare() -> None:
    """Have the server running, then let Django read its settings; the last of parallel runs stops it."""
    _running.enter_context(_server.use())
    if not WORKER:
        _settle()
    Path(os.environ["STATIC_ROOT"]).mkdir(parents=True, exist_ok=True)
    django.setup()
    from audit import waiting
    from datasources.load import counting
    from datasources.store import base

    counting.SENT_EVERY_SECONDS = waiting.SENT_EVERY_SECONDS = 3_600.0  # nothing is stored behind a test's back
    base.PATIENCE_SECONDS = 10.0  # a busy machine is not a store that is down
    _look_for_static_files_once()


def _look_for_static_files_once() -> None:
    """Not for each test's client, which makes the middleware anew: 50 ms each, a third of what most tests took."""
    from whitenoise.middleware import WhiteNoiseMiddleware

    look, found = WhiteNoiseMiddleware.add_files_from_finders, {}

    def add_files_from_finders(middleware: WhiteNoiseMiddleware) -> None:
        if not found:
            look(middleware)
            found.update(middleware.files)
        middleware.files.update(found)

    WhiteNoiseMiddleware.add_files_from_finders = add_files_from_finders


def _settle() -> None:
    """The settings of the whole run: a parallel run's workers find them in their environment, keys included."""
    os.environ |= {
        "DATABASE_URL": _server.url("postgres"),
        "SECRET_KEY": secrets.token_urlsafe(50),
        "TENANT_CREDENTIAL_KEYS": secrets.token_urlsafe(32),
        "TENANT_ALLOW_LOCAL_HOSTS": "true",
        "DEBUG": "false",
        "HTTPS": "false",
        "EMAIL_URL": "memorymail://",
        "API_RATE_WRONG": "0",  # all tests call from one address
        "ENV_FILE": os.devnull,
        "STATIC_ROOT": str(_server.home / "static"),
        "DJANGO_SETTINGS_MODULE": "paneldash.settings",
    }


_prepare()  # now, not in a hook: conftests below this one import models while they are collected


def pytest_unconfigure() -> None:
    _running.close()


@pytest.fixture(autouse=True)
def _no_alias_left() -> Iterator[None]:
    """pytest-django forbids connections to aliases that are known before a test begins."""
    yield
    from tenants import connections

    connections.close_all()


@pytest.fixture(autouse=True)
def _nothing_known() -> None:
    """A test's rows are rolled back, and nobody tells."""
    from audit import refusals, statements
    from audit.waiting import queue
    from tenants.known import forget_all
    from tenants.tokens import refusing

    forget_all()
    queue.empty()
    for seldom in (refusals.seldom, refusals.tries, statements.panel_runs, statements.refusals, refusing.told):
        seldom.forget()


@pytest.fixture(autouse=True)
def _no_event_left(request: pytest.FixtureRequest) -> Iterator[None]:
    """What a test commits is emptied after it, but for the events, which nobody may delete and the next test would find."""
    yield
    marker = request.node.get_closest_marker("django_db")
    if "transactional_db" in request.fixturenames or "live_server" in request.fixturenames or (marker and marker.kwargs):
        from django.db import connection

        with psycopg.connect(_server.url(str(connection.settings_dict["NAME"])), autocommit=True) as superuser:
            if superuser.execute("SELECT FROM audit_event LIMIT 1").fetchone() is not None:
                superuser.execute(FORGET_EVENTS)


@pytest.fixture(autouse=True)
def _no_use_written(monkeypatch: pytest.MonkeyPatch) -> None:
    """The thread that writes when a token was used would outlive its test. Whose test it is calls `write_use`."""
    from tenants.tokens.used import uses

    monkeypatch.setattr(uses, "note", lambda token: None)


@pytest.fixture(autouse=True)
def _no_mail_under_way() -> Iterator[None]:
    """One test's mail must not arrive in the next one's outbox."""
    yield
    wait_for_mail()


def wait_for_mail() -> None:
    """Until no mail is under way: it is sent while nobody waits."""
    from tenants import mail

    deadline = time.monotonic() + 30
    while mail._unsent:
        assert time.monotonic() < deadline
        time.sleep(0.005)


@pytest.fixture(scope="session")
def embedded_server() -> EmbeddedServer:
    return _server
