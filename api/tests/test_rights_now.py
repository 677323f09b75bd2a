"""Rights are those of this moment for programs too: what was taken away is gone with the next call, from elsewhere within seconds."""

import time
from collections.abc import Callable
from typing import Any

import pytest
from django.conf import settings
from django.db import connection
from django.test import Client

from dashboards.models import Panel
from tenants import known
from tenants.models import Membership, Tenant, User

DATA = "/api/v1/panels/answer/data?tenant_id=acme"


@pytest.fixture
def call(client: Client, ada: User, acme: Tenant, make_panel: Callable[..., Panel]) -> Callable[[], Any]:
    """Ada's program, asking again for a panel that is shared with Acme by name."""
    panel = make_panel("answer", type="kpi", data_source={"sql": "SELECT 42 AS value"})
    panel.scope = Panel.Scope.CHOSEN
    panel.save()
    panel.shared_with.add(acme)
    client.force_login(ada)
    assert client.get(DATA).json()["data"]["value"] == 42
    return lambda: client.get(DATA)


HERE: dict[str, tuple[Callable[[], object], int]] = {
    "the membership": (lambda: Membership.objects.all().delete(), 403),
    "the tenant": (lambda: Tenant.objects.filter(slug="acme").update(is_active=False), 403),
    "the account": (lambda: User.objects.filter(email="ada@example.com").update(is_active=False), 401),
    "the panel": (lambda: Panel.objects.all().delete(), 404),
    "the panel's sharing": (lambda: Panel.objects.get().shared_with.clear(), 404),
    "the panel's name": (lambda: Panel.objects.update(slug="other"), 404),
}


@pytest.mark.parametrize("what", HERE)
def test_the_next_call_does_without(call: Callable[[], Any], what: str) -> None:
    take, status = HERE[what]
    take()
    assert call().status_code == status


def test_signing_out_ends_a_programs_session_at_once(call: Callable[[], Any], client: Client) -> None:
    cookie = client.cookies[settings.SESSION_COOKIE_NAME].value
    client.logout()
    client.cookies[settings.SESSION_COOKIE_NAME] = cookie
    assert call().status_code == 401


def test_a_lower_role_holds_at_once(call: Callable[[], Any]) -> None:
    assert "query_executed" in call().json()["data"]
    Membership.objects.update(role="viewer")
    assert "query_executed" not in call().json()["data"]


ELSEWHERE = {
    "DELETE FROM tenants_membership": 403,
    "UPDATE tenants_tenant SET is_active = false": 403,
    "UPDATE tenants_user SET is_active = false": 401,
    "UPDATE tenants_user SET password = 'other'": 401,
    "DELETE FROM tenants_session": 401,
    "UPDATE tenants_session SET expire_date = '2020-01-01Z'": 401,
    "UPDATE dashboards_panel SET slug = 'other'": 404,
    "DELETE FROM dashboards_panel_shared_with": 404,
}


@pytest.mark.parametrize("change", ELSEWHERE)
def test_a_change_elsewhere_takes_effect_when_what_is_known_is_old(
    client: Client, call: Callable[[], Any], monkeypatch: pytest.MonkeyPatch, change: str
) -> None:
    monkeypatch.setattr(known, "KEPT_SECONDS", 0.5)
    known.forget_all()
    assert call().status_code == 200
    with connection.cursor() as cursor:
        cursor.execute(change)
    deadline = time.monotonic() + 30
    while (status := call().status_code) == 200 and time.monotonic() < deadline:
        time.sleep(0.05)
    assert status == ELSEWHERE[change]
