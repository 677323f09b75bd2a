"""The admin's page Load: who costs how much and what is slow, for platform admins alone."""

import re
from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from dashboards.models import Panel
from datasources import store
from datasources.load import load
from datasources.load.counting import Counting

PAGE = reverse("admin:load")


@pytest.fixture(autouse=True)
def _counted_nothing(db: None, monkeypatch: pytest.MonkeyPatch) -> None:
    """The minutes of this test alone."""
    monkeypatch.setattr("datasources.load.counting.places", lambda number: f"load:{id(monkeypatch)}:{number}")
    monkeypatch.setattr("datasources.load.reading.places", lambda number: f"load:{id(monkeypatch)}:{number}")
    load._start_empty()


@pytest.fixture
def page(client: Client, root: Any) -> Callable[..., str]:
    client.force_login(root)
    return lambda query="": client.get(PAGE + query).content.decode()


@pytest.fixture
def busy(acme: Any, globex: Any) -> Panel:
    """Globex costs more than Acme; Acme has the slowest panel."""
    panel = Panel.objects.create(slug="slow", title="Slow one", panel_type="kpi", document={})
    load.worked(acme.pk, 1_000)
    load.worked(globex.pk, 60_000)
    load.panel(acme.pk, panel.pk, 4_321)
    for how in ("asked", "known", "known", "last"):
        load.result(acme.pk, how)
    load.away(globex.pk, "budget")
    return panel


def test_the_dearest_tenant_comes_first(page: Callable[..., str], busy: Panel) -> None:
    body = page()
    assert re.findall(r"<bdi>(Acme|Globex)</bdi></a>", body) == ["Globex", "Acme"]
    assert "75.0 %" in body
    assert "known 2, stale 1" in body
    assert "budget 1" in body


def test_the_slowest_panels_lead_to_their_definitions(page: Callable[..., str], busy: Panel) -> None:
    body = page()
    assert "4,321 ms" in body
    assert reverse("admin:dashboards_panel_change", args=[busy.pk]) in body


def test_tenants_are_found_by_name_and_id(page: Callable[..., str], busy: Panel) -> None:
    assert re.findall(r"<bdi>(Acme|Globex)</bdi></a>", page("?q=ACM")) == ["Acme"]
    assert "No tenant of this name" in page("?q=nobody")


def test_a_panel_that_is_gone_is_left_out(page: Callable[..., str], busy: Panel) -> None:
    busy.delete()
    assert "Slowest panels" not in page()


def test_where_nobody_looks_it_says_so(page: Callable[..., str]) -> None:
    assert "Nobody has looked at a panel" in page()


def test_a_store_that_is_down_is_told(page: Callable[..., str], busy: Panel, settings: Any) -> None:
    store.close_store()
    settings.CACHE_URL = "redis://127.0.0.1:1/0"
    try:
        body = page()
    finally:
        store.close_store()
    assert "The shared store is down" in body
    assert "Globex" in body


def test_a_workers_minutes_that_are_missing_are_told(page: Callable[..., str], acme: Any) -> None:
    other = Counting()
    other.worked(acme.pk, 1)
    other.send()
    store.store().delete(other._places.values())
    assert "The figures of 1 minute of workers" in page()


def test_it_asks_again_by_itself_with_what_is_searched_for(page: Callable[..., str]) -> None:
    body = page()
    assert 'hx-trigger="every 10s"' in body
    assert 'hx-include="#load-q"' in body


def test_it_is_named_on_the_index_and_beside_every_page(page: Callable[..., str], client: Client) -> None:
    for name in ("admin:index", "admin:tenants_tenant_changelist"):
        assert PAGE in client.get(reverse(name)).content.decode()


def test_nobody_else_opens_it(client: Client, make_user: Callable[..., Any], acme: Any) -> None:
    assert client.get(PAGE)["Location"].endswith(f"?next={PAGE}")
    client.force_login(make_user("zoe", admin=acme))
    assert client.get(PAGE, follow=True).status_code == 403


def test_a_hostile_name_is_text(page: Callable[..., str], busy: Panel, acme: Any) -> None:
    acme.name = "<img src=x onerror=alert(1)>"
    acme.save()
    assert "<img src=x" not in page()
    assert "<img src=x" not in page("?q=%3Cimg src=x")
