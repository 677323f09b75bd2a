from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest
from django.test import Client
from prometheus_client import REGISTRY

from datasources.base import SqlQuery
from datasources.postgres import PostgresSource
from datasources.results import fetch
from datasources.store import store
from paneldash.environment import ROOT
from paneldash.job_figures import JobFigures


def value(text: str, start: str) -> float:
    return float(next(line for line in text.splitlines() if line.startswith(start)).rsplit(" ", 1)[1])


@pytest.mark.django_db
def test_requests_are_counted_by_view_and_status(client: Client) -> None:
    client.get("/live")
    before = client.get("/metrics").content.decode()
    client.get("/live")
    after = client.get("/metrics").content.decode()
    line = 'paneldash_requests_total{method="GET",status="200",view="live"}'
    assert value(after, line) == value(before, line) + 1
    assert 'paneldash_connections{pool="tenants",state="in_use"}' in after


@pytest.mark.django_db
def test_the_shared_store_is_counted(client: Client) -> None:
    read = 'paneldash_store_events_total{event="miss"}'
    store().get("never put")
    before = value(client.get("/metrics").content.decode(), read)
    store().get("never put")
    after = client.get("/metrics").content.decode()
    assert value(after, read) == before + 1
    assert value(after, "paneldash_store_down") == 0
    assert value(after, "paneldash_store_bytes") >= 0


@pytest.mark.django_db
def test_a_shared_store_that_is_down_is_told(client: Client, store_down: None) -> None:
    answer = client.get("/metrics").content.decode()
    assert value(answer, "paneldash_store_down") == 1
    assert value(answer, 'paneldash_store_events_total{event="error"}') >= 1


def test_results_that_could_not_be_had_are_counted_without_a_name(
    client: Client, acme: Any, spend_budget: Callable[[Any], None]
) -> None:
    def ask() -> str:
        fetch(PostgresSource(acme), {"q": SqlQuery(text="SELECT 1")}, not_before=datetime.now(UTC), or_last=True)
        return client.get("/metrics").content.decode()

    lines = ('paneldash_unavailable_total{reason="budget"}', 'paneldash_results_total{how="last"}')
    ask()
    spend_budget(acme)
    first, second = ask(), ask()
    assert [value(second, line) - value(first, line) for line in lines] == [1, 1]
    assert "acme" not in second


@pytest.mark.django_db
def test_unknown_addresses_share_one_label(client: Client) -> None:
    client.get("/no/such/page/1")
    client.get("/no/such/page/2")
    assert "no/such" not in client.get("/metrics").content.decode()


@pytest.mark.django_db
def test_every_figure_is_explained() -> None:
    told = (ROOT / "docs/operations.md").read_text()
    names = {figure.name for figure in (*REGISTRY.collect(), *JobFigures().collect()) if figure.name.startswith("paneldash_")}
    assert {name for name in names if f"`{name}" not in told} == set()
