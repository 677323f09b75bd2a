"""The admin's page Jobs, for platform admins alone."""

import re
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from audit.models import Event
from paneldash.models import JobError, JobRun, Worker
from paneldash.tests.jobs.test_tasks import put, state_of

PAGE = reverse("admin:jobs")
SESSIONS = "tenants.forget_expired_sessions"
pytestmark = pytest.mark.django_db


@pytest.fixture
def operator(client: Client, root: Any) -> Client:
    client.force_login(root)
    return client


def page(client: Client) -> str:
    return re.sub(r"\s+", " ", client.get(PAGE).content.decode())


def test_without_a_worker_it_says_so_and_since_when(operator: Client) -> None:
    assert "No worker runs." in page(operator)
    Worker.objects.create(host="a", pid=1, version="1", seen_at=timezone.now() - timedelta(minutes=9))
    assert "the last one was there 9 minutes ago" in page(operator)


def test_workers_that_are_alive_are_shown(operator: Client) -> None:
    Worker.objects.create(host="alive.example", pid=4711, version="1")
    Worker.objects.create(host="stopped.example", pid=2, version="1", stopped_at=timezone.now())
    Worker.objects.create(host="silent.example", pid=3, version="1", seen_at=timezone.now() - timedelta(minutes=1))
    text = page(operator)
    assert "alive.example" in text
    assert "4711" in text
    assert not [host for host in ("stopped.example", "silent.example", "No worker runs") if host in text]


def test_a_job_of_the_clock_tells_its_last_and_next_run(operator: Client) -> None:
    hour = timezone.now() - timedelta(hours=1, minutes=1)
    JobRun.objects.create(task=SESSIONS, host="a", started_at=hour, succeeded_at=hour, took_ms=1_234)
    text = page(operator)
    assert "Deletes sessions that have expired." in text
    assert '<span class="verdict" data-verdict="good">done</span> 1 hour, 1 minute ago' in text
    assert "1,234 ms" in text
    assert "<code>10 * * * *</code>" in text


def test_a_job_that_failed_last_tells_when_it_was_well(operator: Client) -> None:
    now = timezone.now()
    JobRun.objects.create(task=SESSIONS, host="a", started_at=now, failed_at=now, succeeded_at=now - timedelta(hours=2))
    assert '<span class="verdict" data-verdict="refused">failed</span>' in page(operator)
    assert "last well 2 hours ago" in page(operator)


def test_a_failure_is_text_and_can_be_run_again(operator: Client, root: Any) -> None:
    job = put("failed")
    JobError.objects.create(job_id=job, at=timezone.now(), words="<img src=x onerror=alert(1)>")
    assert "&lt;img src=x" in page(operator)
    assert "<img src=x" not in page(operator)
    assert f"Job {job} will be run again." in operator.post(PAGE, {"job": job}, follow=True).content.decode()
    assert state_of(job) == "todo"
    event = Event.objects.get(object_type="job")
    assert (event.actor, event.action, event.object_id) == (root.email, "administer", str(job))
    assert event.object == "tenants.forget_expired_sessions"


@pytest.mark.parametrize("job", ["", "0", "-1", "x", "1e3", "9" * 30, "1; DROP TABLE procrastinate_jobs", "٣", "987654321"])
def test_nonsense_is_not_run_again(operator: Client, job: str) -> None:
    assert "cannot be run again" in operator.post(PAGE, {"job": job}, follow=True).content.decode()


def test_running_again_needs_a_token(root: Any) -> None:
    job, strict = put("failed"), Client(enforce_csrf_checks=True)
    strict.force_login(root)
    assert strict.post(PAGE, {"job": job}).status_code == 403
    assert state_of(job) == "failed"


def test_nobody_else_opens_it_or_runs_anything(client: Client, make_user: Callable[..., Any], acme: Any) -> None:
    job = put("failed")
    assert client.get(PAGE)["Location"].endswith(f"?next={PAGE}")
    client.force_login(make_user("zoe", admin=acme))
    for answer in (client.get(PAGE, follow=True), client.post(PAGE, {"job": job}, follow=True)):
        assert answer.status_code == 403
    assert state_of(job) == "failed"


def test_it_is_named_on_the_index_and_asks_again_by_itself(operator: Client) -> None:
    assert PAGE in operator.get(reverse("admin:index")).content.decode()
    assert 'hx-trigger="every 10s"' in page(operator)


def test_it_takes_as_many_queries_for_many_failures_as_for_one(operator: Client, django_assert_max_num_queries: Any) -> None:
    for _ in range(20):
        put("failed")
    with django_assert_max_num_queries(12):
        page(operator)
