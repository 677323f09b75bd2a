"""Workers and jobs at /metrics and /health. These ask from a thread of their own, which sees what is committed."""

from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone
from procrastinate.contrib.django import app

from paneldash import health
from paneldash.models import JobRun, Worker
from paneldash.tests.test_metrics import value

FORGET = "paneldash.forget_finished_jobs"


def metrics(client: Client) -> str:
    return client.get("/metrics").content.decode()


def test_jobs_and_workers_are_counted(client: Client, queue: None) -> None:
    Worker.objects.create(host="secret.example", pid=1, version="1")
    app.configure_task("x", queue="x").defer()
    JobRun.objects.create(task=FORGET, host="a", started_at=timezone.now(), succeeded_at=timezone.now() - timedelta(minutes=10))
    text = metrics(client)
    assert value(text, "paneldash_workers_alive") == 1
    assert value(text, 'paneldash_jobs{state="todo"}') == 1
    assert value(text, 'paneldash_jobs{state="failed"}') == 0
    assert 600 <= value(text, f'paneldash_job_success_age_seconds{{job="{FORGET}"}}') < 660
    assert value(text, 'paneldash_job_success_age_seconds{job="tenants.forget_expired_sessions"}') == float("inf")
    assert "secret.example" not in text


def test_without_the_central_database_the_other_figures_are_there(client: Client, central_database_down: None) -> None:
    text = metrics(client)
    assert "paneldash_requests_total" in text
    assert "paneldash_jobs" not in text


@pytest.mark.parametrize(("minutes", "status"), [(1, "healthy"), (4, "degraded")])
def test_health_is_degraded_when_no_worker_has_been_there_for_minutes(
    client: Client, queue: None, minutes: int, status: str
) -> None:
    Worker.objects.create(host="a", pid=1, version="1", seen_at=timezone.now() - timedelta(minutes=minutes))
    answer = client.get("/health")
    assert (answer.status_code, answer.json()["status"]) == (200, status)
    assert answer.json()["checks"]["worker"]["silent_s"] == pytest.approx(60 * minutes, abs=30)


def test_a_worker_that_stopped_is_gone_from_then_on(client: Client, queue: None) -> None:
    ago = timezone.now() - timedelta(minutes=9)
    Worker.objects.create(host="a", pid=1, version="1", seen_at=ago, stopped_at=timezone.now())
    assert client.get("/health").json()["checks"]["worker"]["status"] == "pass"


def test_where_there_was_never_a_worker_health_waits_before_it_complains(
    client: Client, queue: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    for seconds, status in ((10, "pass"), (1_000, "warn")):
        monkeypatch.setattr(health, "STARTED", health.monotonic() - seconds)
        assert client.get("/health").json()["checks"]["worker"]["status"] == status
