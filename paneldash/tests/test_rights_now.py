"""Rights are those of this moment: a page that polls loses what was taken away with its next request. Case 118."""

from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client

from dashboards.models import Dashboard, Panel, Placement, Shared
from tenants.models import Membership, Tenant, User

FRAGMENT = "/t/acme/d/board/panels/one/"
HTMX = {"HX-Request": "true", "HX-Current-URL": "http://testserver/t/acme/d/board/"}


@pytest.fixture
def board(acme: Tenant) -> Dashboard:
    """A dashboard and a panel that are shared with Acme by name."""
    document = {"type": "kpi", "title": "One", "data_source": {"sql": "SELECT 1 AS value"}}
    panel = Panel.objects.create(slug="one", title="One", panel_type="kpi", scope="chosen", document=document)
    dashboard = Dashboard.objects.create(slug="board", name="Board", scope="chosen")
    for shared in (panel, dashboard):
        shared.shared_with.add(acme)
    Placement.objects.create(dashboard=dashboard, panel_slug="one")
    return dashboard


@pytest.fixture
def poll(client: Client, ada: User, board: Dashboard) -> Callable[[], Any]:
    """Ada's browser, asking for the panel again."""
    Tenant.objects.create(slug="other", name="Other", host="/nowhere", database="other", user="other")
    client.force_login(ada)
    assert client.get(FRAGMENT, headers=HTMX).status_code == 200
    return lambda: client.get(FRAGMENT, headers=HTMX)


def switch_off(row: Tenant | User) -> None:
    row.is_active = False
    row.save()


TAKEN: dict[str, tuple[Callable[[], Any], int]] = {
    "the membership": (lambda: Membership.objects.all().delete(), 404),
    "the panel's sharing": (lambda: Panel.objects.get().shared_with.clear(), 404),
    "the dashboard's sharing": (lambda: Dashboard.objects.get().shared_with.clear(), 404),
    "the placement": (lambda: Placement.objects.all().delete(), 404),
    "the panel": (lambda: Panel.objects.all().delete(), 404),
    "the panels' sharing, in bulk": (lambda: Panel.objects.update(scope="tenant", tenant=Tenant.objects.get(slug="other")), 404),
    "the dashboards' names, in bulk": (lambda: Dashboard.objects.filter(slug="board").update(slug="other"), 404),
    "the placements, in bulk": (lambda: Placement.objects.update(panel_slug="other"), 404),
    "the dashboard's placements": (lambda: Dashboard.objects.get().placements.update(panel_slug="other"), 404),
    "the tenant": (lambda: switch_off(Tenant.objects.get(slug="acme")), 404),
    "the account": (lambda: switch_off(User.objects.get(email="ada@example.com")), 401),
}


@pytest.mark.parametrize("what", TAKEN)
def test_the_next_poll_does_without(poll: Callable[[], Any], what: str) -> None:
    take, status = TAKEN[what]
    take()
    response = poll()
    assert response.status_code == status
    if status == 401:
        assert response["HX-Redirect"].startswith("/accounts/login/?next=%2Ft%2Facme%2Fd%2Fboard%2F")


def test_a_lower_role_holds_at_once(client: Client, poll: Callable[[], Any]) -> None:
    assert client.get(f"{FRAGMENT}inspect/").status_code == 200
    membership = Membership.objects.get(user__email="ada@example.com")
    membership.role = "viewer"
    membership.save()
    assert client.get(f"{FRAGMENT}inspect/").status_code == 403


def test_what_one_tenant_shares_another_does_not_see(client: Client, eve: User, board: Dashboard) -> None:
    client.force_login(eve)
    for path in ("/t/globex/d/board/", "/t/globex/d/board/panels/one/"):
        assert client.get(path).status_code == 404
    assert client.get("/api/v1/panels/one/data?tenant_id=globex").status_code == 404
    assert client.get("/api/v1/panels?tenant_id=globex").json()["count"] == 0


def test_a_panel_may_not_be_reached_over_another_tenants_dashboard(
    client: Client, eve: User, board: Dashboard, globex: Tenant
) -> None:
    """Cases 1, 7: Globex's own dashboard of the same name does not open Acme's panel."""
    own = Dashboard.objects.create(slug="board", name="Mine", scope=Shared.Scope.TENANT, tenant=globex)
    Placement.objects.create(dashboard=own, panel_slug="one")
    client.force_login(eve)
    assert client.get("/t/globex/d/board/").status_code == 200
    assert client.get("/t/globex/d/board/panels/one/").status_code == 404
