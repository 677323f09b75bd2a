"""The admin's page Checks: what works where, for platform admins alone."""

from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from dashboards.checking.checking import check_all
from dashboards.models import Check, CheckRun, Panel
from dashboards.tests.checking.conftest import make_panel
from tenants.models import Tenant

PAGE = reverse("admin:checks")
FINE = {"type": "kpi", "data_source": {"sql": "SELECT 1 AS value"}}


@pytest.fixture
def page(client: Client, root: Any) -> Callable[..., str]:
    client.force_login(root)
    return lambda **query: client.get(PAGE, query).content.decode()


def found(panel: Panel, tenant: Tenant, outcome: str, name: str = "", **facts: Any) -> Check:
    now = timezone.now()
    whole = {"since": now, "checked_at": now, **facts}
    return Check.objects.create(panel=panel, tenant=tenant, outcome=outcome, name=name, **whole)


@pytest.fixture
def checked(acme: Tenant, globex: Tenant) -> dict[str, Panel]:
    """`orders` lacks a column at Acme; `answer` works; nobody has checked `other`."""
    panels = {slug: make_panel(slug, FINE) for slug in ("answer", "orders", "other")}
    when = timezone.datetime(2026, 11, 14, 12, tzinfo=timezone.get_default_timezone())
    found(panels["orders"], acme, "missing_column", "orders.discount", since=when, detail="column does not exist")
    found(panels["orders"], globex, "fine")
    found(panels["answer"], acme, "fine")
    found(panels["answer"], globex, "fine")
    return panels


def test_it_says_where_what_is_missing_and_since_when(page: Callable[..., str], checked: Any) -> None:
    body = page()
    assert "runs on 1 of 2 tenants" in body
    assert "runs on 2 of 2 tenants" in body
    assert "not checked" in body
    assert "<bdi>column orders.discount is missing</bdi> at <bdi>acme</bdi> since 14 Nov 2026" in body
    assert "column does not exist" in body


def test_what_is_wrong_comes_first(page: Callable[..., str], checked: Any) -> None:
    body = page()
    assert body.find("<code>orders</code>") < body.find("<code>answer</code>") < body.find("<code>other</code>")


@pytest.mark.parametrize(
    ("query", "shown"),
    [
        ({"panel": "ORD"}, {"orders"}),
        ({"tenant": "acme"}, {"orders", "answer"}),
        ({"tenant": "globex", "outcome": "problem"}, set()),
        ({"outcome": "problem"}, {"orders"}),
        ({"outcome": "missing_column"}, {"orders"}),
        ({"outcome": "missing_table"}, set()),
        ({"outcome": "fine"}, {"answer", "orders"}),
        ({"outcome": "nonsense", "page": "x", "panel": "\x00"}, {"answer", "orders", "other"}),
    ],
)
def test_it_is_filtered(page: Callable[..., str], checked: Any, query: dict[str, str], shown: set[str]) -> None:
    body = page(**query)
    assert {slug for slug in checked if f"<code>{slug}</code>" in body} == shown
    assert ("No panel is like this." in body) == (not shown)


def test_one_tenant_alone_is_counted_alone(page: Callable[..., str], checked: Any) -> None:
    assert "runs on 0 of 1 tenant<" in page(tenant="acme", panel="orders")


def test_tenants_that_are_away_are_named(page: Callable[..., str], checked: Any, acme: Tenant) -> None:
    Check.objects.filter(tenant=acme).update(away_since=timezone.now())
    body = page()
    assert "1 tenant could not be reached" in body
    assert "the database cannot be reached</bdi> at <bdi>acme</bdi>" in body
    assert {slug for slug in checked if f"<code>{slug}</code>" in page(outcome="away")} == {"answer", "orders"}


def test_many_tenants_are_told_together(page: Callable[..., str], make_tenant: Any, acme_database: dict) -> None:
    panel = make_panel("orders", FINE)
    for number in range(6):
        found(panel, make_tenant(f"t{number}", acme_database), "missing_table", "logs")
    body = page()
    assert "<bdi>table logs is missing</bdi> at <bdi>t0, t1, t2 and 3 more</bdi>" in body
    assert "t0, t1, t2, t3, t4, t5" in body


def test_its_queries_do_not_grow_with_panels_and_tenants(
    client: Client,
    page: Callable[..., str],
    checked: Any,
    make_tenant: Any,
    acme_database: dict,
    django_assert_max_num_queries: Any,
) -> None:
    for number in range(5):
        tenant, panel = make_tenant(f"t{number}", acme_database), make_panel(f"p{number}", FINE)
        found(panel, tenant, "missing_table", "logs")
    page()
    with django_assert_max_num_queries(10):
        page()


def test_no_post_without_a_token(root: Any) -> None:
    client = Client(enforce_csrf_checks=True)
    client.force_login(root)
    assert client.post(PAGE).status_code == 403
    assert not CheckRun.objects.exists()


def test_an_unknown_tenant_starts_nothing(client: Client, page: Callable[..., str]) -> None:
    assert "There is no such tenant." in client.post(PAGE, {"tenant": "nobody\x00"}, follow=True).content.decode()
    assert not CheckRun.objects.exists()


@pytest.mark.parametrize("method", ["get", "post"])
def test_nobody_else_opens_it(client: Client, make_user: Callable[..., Any], acme: Any, method: str) -> None:
    assert getattr(client, method)(PAGE)["Location"].endswith(f"?next={PAGE}")
    client.force_login(make_user("zoe", admin=acme))
    assert getattr(client, method)(PAGE, follow=True).status_code == 403
    assert not CheckRun.objects.exists()


def test_hostile_names_are_text(page: Callable[..., str], acme: Tenant) -> None:
    acme.name = "<img src=x onerror=alert(1)>"
    acme.save()
    panel = make_panel("answer", FINE, scope="tenant", tenant=acme)
    found(panel, acme, "missing_column", "<script>alert(1)</script>", detail="<svg onload=x>")
    body = page()
    for text in ("<img src=x", "<script>alert", "<svg onload"):
        assert text not in body


def test_it_is_named_beside_every_page(page: Callable[..., str], client: Client) -> None:
    page()
    assert PAGE in client.get(reverse("admin:index")).content.decode()


def test_a_check_that_breaks_is_seen_to_have_come_to_grief(shops: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_: Any, **__: Any) -> None:
        raise RuntimeError

    monkeypatch.setattr("dashboards.checking.checking.store", broken)
    with pytest.raises(RuntimeError):
        check_all()
    assert CheckRun.objects.get().finished_at is None
