"""What one process changes, the others forget: told over the central database."""

import queue
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import psycopg
import pytest
from django.contrib.auth import login
from django.db import connection, transaction
from django.http import HttpRequest
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from procrastinate.contrib.django.utils import connector_params

from tenants import telling
from tenants.hearing import hear
from tenants.models import Membership, Tenant, User
from tenants.sessions import SessionStore

pytestmark = pytest.mark.django_db
CHANGES: dict[str, Callable[[Any, Any], object]] = {
    "a membership that ends": lambda ada, acme: Membership.objects.get(user=ada).delete(),
    "a tenant that is switched off": lambda ada, acme: Tenant.objects.filter(pk=acme.pk).update(is_active=False),
    "two changes at once": lambda ada, acme: (acme.save(), ada.save()),
    "people let in together": lambda ada, acme: User.objects.bulk_create([User(email="new@example.com")]),
}
QUIET: dict[str, Callable[[Any, Any], object]] = {
    "a sign-in": lambda ada, acme: sign_in(ada),
    "a test of a connection": lambda ada, acme: Tenant.objects.update(tested_at=timezone.now(), test_summary="good"),
}


def sign_in(user: Any) -> SessionStore:
    request = HttpRequest()
    session = request.session = SessionStore()
    login(request, user, backend="django.contrib.auth.backends.ModelBackend")
    session.save()
    return session


@pytest.fixture
def told(django_capture_on_commit_callbacks: Any) -> Callable[[Callable[[], object]], int]:
    """How often others are told of a change."""

    def count(change: Callable[[], object]) -> int:
        connection.run_on_commit = []  # what the fixtures made is not committed before
        with CaptureQueriesContext(connection) as asked, django_capture_on_commit_callbacks(execute=True):
            change()
        return sum("pg_notify" in query["sql"] for query in asked)

    return count


@pytest.mark.parametrize("change", CHANGES)
def test_others_are_told_once_of_what_a_transaction_changes(told: Any, ada: Any, acme: Any, change: str) -> None:
    assert told(lambda: CHANGES[change](ada, acme)) == 1


def test_others_are_told_of_what_a_session_says_later_and_of_its_end(told: Any, ada: Any) -> None:
    session = SessionStore(sign_in(ada).session_key)
    session["seen"] = True
    assert [told(session.save), told(session.flush)] == [1, 1]


@pytest.mark.parametrize("change", QUIET)
def test_nobody_is_told_of_what_nothing_rests_on(told: Any, ada: Any, acme: Any, change: str) -> None:
    assert told(lambda: QUIET[change](ada, acme)) == 0


def test_nobody_is_told_of_what_is_rolled_back(told: Any, acme: Any) -> None:
    def undone() -> None:
        with transaction.atomic():
            acme.save()
            transaction.set_rollback(True)

    assert told(undone) == 0


@pytest.fixture
def connect() -> Callable[[], psycopg.Connection]:
    return lambda: psycopg.connect(**connector_params("default"), autocommit=True)


def test_what_others_change_is_forgotten_and_what_this_process_changes_is_not_again(
    connect: Callable[[], psycopg.Connection],
) -> None:
    forgotten: queue.Queue[None] = queue.Queue()
    with connect() as speaker, connect() as listener, ThreadPoolExecutor(1) as ears:
        lost = ears.submit(hear, listener, forget=lambda: forgotten.put(None))
        forgotten.get(timeout=30)  # as it begins to listen
        for teller in (telling._me, "another process"):
            speaker.execute("SELECT pg_notify(%s, %s)", [telling.CHANNEL, teller])
        forgotten.get(timeout=30)
        assert forgotten.empty()
        speaker.execute("SELECT pg_terminate_backend(%s)", [listener.info.backend_pid])
        assert isinstance(lost.exception(30), psycopg.OperationalError)


def test_who_cannot_tell_says_so_and_goes_on(told: Any, acme: Any, monkeypatch: pytest.MonkeyPatch, caplog: Any) -> None:
    monkeypatch.setattr(telling, "CHANNEL", "")  # which PostgreSQL refuses
    assert told(acme.save) == 1
    assert "not told" in caplog.text
