"""A check at the press of a button: a worker makes it, and the page says how far it is."""

from collections.abc import Callable
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.urls import reverse
from procrastinate.contrib.django import app
from procrastinate.contrib.django.models import ProcrastinateJob

from dashboards.checking.runs import SILENT, begin
from dashboards.checking.starting import start
from dashboards.models import Check, CheckRun
from dashboards.tests.checking.conftest import make_panel
from tenants.models import Tenant

PAGE = reverse("admin:checks")
NOBODY_WORKS = "No worker runs, so nothing is checked."


@pytest.fixture
def press(client: Client, root: Any) -> Callable[..., str]:
    """The page that follows the button."""
    client.force_login(root)
    return lambda **posted: client.post(PAGE, posted, follow=True).content.decode()


def worker_is_there() -> None:
    with connection.cursor() as cursor:
        cursor.execute("INSERT INTO procrastinate_workers DEFAULT VALUES")


def set_status(status: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute("UPDATE procrastinate_jobs SET status = %s", [status])


def work() -> None:
    """What a worker does with the job of the newest run."""
    job = ProcrastinateJob.objects.get(pk=CheckRun.objects.first().job_id)
    app.tasks[job.task_name](**job.args)


def test_a_worker_checks_all_tenants(press: Callable[..., str], client: Client, shops: Any) -> None:
    make_panel("answer", {"type": "kpi", "data_source": {"sql": "SELECT 1 AS value"}})
    worker_is_there()
    body = press()
    assert "The check waits for a worker." in body
    assert NOBODY_WORKS not in body
    assert not Check.objects.exists()
    work()
    assert Check.objects.filter(outcome="fine").count() == 2
    assert "2 tenants, asked for by <bdi>root@example.com</bdi>" in client.get(PAGE).content.decode()


def test_a_worker_checks_one_tenant_alone(press: Callable[..., str], shops: Any) -> None:
    make_panel("answer", {"type": "kpi", "data_source": {"sql": "SELECT 1 AS value"}})
    press(tenant="whole")
    work()
    assert [check.tenant.slug for check in Check.objects.all()] == ["whole"]


def test_without_a_worker_the_page_says_so_until_there_is_one(press: Callable[..., str], client: Client) -> None:
    assert NOBODY_WORKS in press()
    worker_is_there()
    assert NOBODY_WORKS not in client.get(PAGE).content.decode()


def test_the_page_follows_a_check_on_its_way(press: Callable[..., str], client: Client) -> None:
    press()
    set_status("doing")
    CheckRun.objects.update(tenants=40, done=3)
    body = client.get(PAGE).content.decode()
    assert "Checking: 3 of 40 tenants." in body
    assert 'hx-trigger="every 2s"' in body
    assert NOBODY_WORKS in body  # who began it is dead, and nobody is there to run it again


@pytest.mark.parametrize("status", ["todo", "doing"])
def test_one_check_at_a_time(press: Callable[..., str], status: str) -> None:
    press()
    set_status(status)
    assert "A check is on its way already." in press()
    assert CheckRun.objects.count() == 1


def test_no_check_beside_that_of_the_command_as_long_as_that_goes_on(db: None) -> None:
    run = begin("the nightly check")
    assert not start(by="else")
    CheckRun.objects.update(heard_at=run.heard_at - SILENT)
    assert start(by="else")


def test_a_check_that_failed_again_and_again_has_come_to_grief(press: Callable[..., str], client: Client) -> None:
    press()
    set_status("failed")
    body = client.get(PAGE).content.decode()
    assert "came to grief" in body
    assert "hx-trigger" not in body
    assert "The check waits for a worker." in press()


def test_a_tenant_that_goes_before_the_worker_comes_is_not_checked_nor_all_the_others(
    press: Callable[..., str], shops: tuple[Tenant, Tenant]
) -> None:
    make_panel("answer", {"type": "kpi", "data_source": {"sql": "SELECT 1 AS value"}})
    press(tenant="whole")
    job = CheckRun.objects.get().job_id
    shops[0].delete()
    work()
    assert not Check.objects.exists()
    assert not CheckRun.objects.filter(job_id=job).exists()
