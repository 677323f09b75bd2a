from collections.abc import Callable, Iterator
from datetime import datetime
from threading import Barrier, Event

import pytest
from django.test import Client
from pytest_django.fixtures import Settings

from paneldash import health, probing
from paneldash.pools import PoolFigures
from paneldash.probing import Question


@pytest.fixture(autouse=True)
def _just_started(monkeypatch: pytest.MonkeyPatch) -> None:
    """Too short a time ago to miss a worker."""
    monkeypatch.setattr(health, "STARTED", health.monotonic())


CONNECTIONS = {"open_connections", "idle_connections", "in_use_connections", "wait_count"}


@pytest.mark.django_db
@pytest.mark.parametrize("path", ["/api/v1/health", "/health"])
def test_health_has_the_promised_shape(client: Client, path: str) -> None:
    response = client.get(path)
    answer = response.json()
    assert response.status_code == 200
    assert answer["status"] == "healthy"
    assert datetime.fromisoformat(answer["timestamp"]).tzinfo is not None
    assert (answer["version"], answer["uptime_s"] >= 0) == ("0.1.0", True)
    assert answer["checks"]["cache"] == {"status": "pass"}
    assert answer["checks"]["database"]["status"] == "pass"
    assert answer["checks"]["database"]["response_time_ms"] > 0
    assert set(answer["checks"]["database"]["details"]) == CONNECTIONS


def test_health_is_unhealthy_without_the_central_database(client: Client, central_database_down: None) -> None:
    response = client.get("/api/v1/health")
    answer = response.json()
    assert (response.status_code, answer["status"]) == (503, "unhealthy")
    assert answer["checks"]["database"]["status"] == "fail"


def test_ready_says_no_without_the_central_database_and_live_stays(client: Client, central_database_down: None) -> None:
    assert client.get("/ready").status_code == 503
    assert client.get("/live").status_code == 200


@pytest.fixture
def nobody_answers(monkeypatch: pytest.MonkeyPatch) -> Iterator[Event]:
    """Every part that a probe asks hangs until it is let go."""
    let_go = Event()
    monkeypatch.setattr(probing, "READY_SECONDS", 0.1)
    for part in ("_ask_database", "_ask_cache", "_ask_workers"):
        monkeypatch.setattr(health, part, let_go.wait)
    probing.thread_of.cache_clear()
    yield let_go
    let_go.set()
    probing.thread_of.cache_clear()


@pytest.mark.django_db
@pytest.mark.parametrize("path", ["/ready", "/health"])
def test_no_probe_waits_for_what_hangs(client: Client, nobody_answers: Event, path: str) -> None:
    """Without end, if it did."""
    assert client.get(path).status_code == 503
    assert not nobody_answers.is_set()


def test_questions_asked_together_have_one_deadline(nobody_answers: Event) -> None:
    first, second = Question("one", nobody_answers.wait), Question("two", nobody_answers.wait)
    assert first.answer(otherwise=False) is False
    assert second.seconds_left < probing.READY_SECONDS / 2
    assert second.answer(otherwise=False) is False


@pytest.mark.django_db
def test_parts_are_asked_side_by_side(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    """None of the three is answered before all of them are asked."""
    met = Barrier(3, timeout=60)
    monkeypatch.setattr(probing, "READY_SECONDS", 60.0)
    for part in ("_ask_database", "_ask_cache", "_ask_workers"):
        monkeypatch.setattr(health, part, lambda: met.wait() >= 0)
    assert client.get("/health").json()["status"] == "healthy"


@pytest.mark.django_db
def test_ready_says_yes(client: Client) -> None:
    assert client.get("/ready").json() == {"status": "ready"}


def figures(in_use: int) -> Callable[[], PoolFigures]:
    return lambda: PoolFigures(open=10, idle=10 - in_use, most=10)


@pytest.mark.django_db
@pytest.mark.parametrize("pool", ["central_pool", "tenant_pool"])
@pytest.mark.parametrize(("in_use", "status"), [(8, "healthy"), (9, "degraded")])
def test_more_than_four_fifths_of_a_pool_in_use_is_degraded(
    client: Client, monkeypatch: pytest.MonkeyPatch, pool: str, in_use: int, status: str
) -> None:
    monkeypatch.setattr(health, pool, figures(in_use))
    response = client.get("/health")
    assert (response.status_code, response.json()["status"]) == (200, status)


@pytest.mark.django_db
def test_full_disk_is_degraded(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(health, "LEAST_FREE_BYTES", 10**30)
    assert client.get("/health").json()["status"] == "degraded"


@pytest.mark.django_db
def test_no_place_for_temporary_files_is_degraded(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    """As in a container whose root is read-only and whose /tmp is part of it."""

    def no_folder() -> str:
        raise FileNotFoundError("No usable temporary directory found")

    monkeypatch.setattr(health.tempfile, "gettempdir", no_folder)
    assert client.get("/health").json()["checks"]["disk"] == {"status": "warn"}


@pytest.mark.django_db
def test_cache_that_fails_is_degraded(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(health, "_ask_cache", lambda: False)
    assert client.get("/health").json()["status"] == "degraded"


@pytest.mark.django_db
def test_shared_store_that_is_down_is_degraded(client: Client, store_down: None) -> None:
    answer = client.get("/health").json()
    assert (answer["status"], answer["checks"]["cache"]) == ("degraded", {"status": "fail"})


@pytest.mark.django_db
def test_figures_are_json(client: Client) -> None:
    pools = client.get("/metrics/health").json()["pools"]
    assert set(pools["database"]) == set(pools["tenants"]) == CONNECTIONS | {"max_connections"}


@pytest.mark.django_db
@pytest.mark.parametrize("path", ["/api/v1/health", "/health", "/ready", "/live", "/metrics", "/metrics/health"])
def test_probes_tell_no_names(client: Client, settings: Settings, acme: object, path: str) -> None:
    central = settings.DATABASES["default"]
    body = client.get(path).content.decode()
    secrets = [central["HOST"], central["PASSWORD"], "acme"]
    assert not [secret for secret in secrets if secret in body]


@pytest.mark.django_db
@pytest.mark.parametrize("path", ["/health", "/ready", "/live", "/metrics", "/metrics/health"])
def test_probes_only_read(client: Client, path: str) -> None:
    assert client.post(path).status_code == 405


@pytest.mark.django_db
@pytest.mark.parametrize("path", ["/live", "/ready", "/health", "/api/v1/health"])
def test_probes_may_ask_by_any_name_and_pages_may_not(client: Client, path: str) -> None:
    assert client.get(path, headers={"host": "10.0.0.5:8000"}).status_code == 200
    assert client.get("/accounts/login/", headers={"host": "10.0.0.5:8000"}).status_code == 400


def test_live_asks_nobody_who_asks(client: Client, central_database_down: None) -> None:
    assert client.get("/live", headers={"cookie": "sessionid=abcdefgh"}).status_code == 200
    assert client.get("/health", headers={"cookie": "sessionid=abcdefgh"})["Content-Type"] == "application/json"
