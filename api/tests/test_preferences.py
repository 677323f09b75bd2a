"""What somebody prefers, set by a program or a page, and kept by the pages."""

import json
from typing import Any

import pytest
from django.test import Client

from dashboards.models import Dashboard, Placement


@pytest.fixture
def prefer(client: Client) -> Any:
    """Change what a user prefers: `prefer(bob, theme="dark")`."""

    def ask(user: Any, *, status: int = 200, **chosen: Any) -> Any:
        client.force_login(user)
        answer = client.patch("/api/v1/me/preferences", json.dumps(chosen), content_type="application/json")
        assert answer.status_code == status, answer.content
        return answer.json()

    return ask


@pytest.fixture
def board(db: None) -> Dashboard:
    board = Dashboard.objects.create(slug="board", name="Board", refresh_interval=30)
    Placement.objects.create(dashboard=board, panel_slug="one")
    return board


def test_nothing_is_chosen_at_first(client, bob):
    client.force_login(bob)
    me = client.get("/api/v1/me").json()
    assert (me["email"], me["is_platform_admin"]) == (bob.email, False)
    assert me["preferences"] == client.get("/api/v1/me/preferences").json()
    nothing = {"theme": "system", "time_zone": "", "default_tenant_id": None, "home_dashboard": None, "refresh": None}
    assert me["preferences"] == nothing


def test_what_is_not_named_stays(prefer, bob, acme):
    prefer(bob, theme="dark", refresh=60)
    assert prefer(bob, time_zone="Europe/Paris")["theme"] == "dark"
    assert prefer(bob, refresh=None)["refresh"] is None


@pytest.mark.parametrize(
    "wrong",
    [
        {"theme": "pink"},
        {"time_zone": "Mars"},
        {"refresh": -1},
        {"refresh": 86_401},
        {"home_dashboard": "board"},
        {"font": "Arial"},
    ],
)
def test_what_cannot_be_is_refused_at_its_place(prefer, bob, wrong):
    assert prefer(bob, status=422, **wrong)["errors"][0]["path"] == next(iter(wrong))


def test_one_changes_ones_name(client, bob):
    client.force_login(bob)
    assert client.patch("/api/v1/me", '{"name": " Bob B. "}', content_type="application/json").json()["name"] == "Bob B."


def test_the_home_page_leads_to_the_tenant_one_begins_with(prefer, make_user, acme, globex, client):
    user = make_user("many", viewer=acme, editor=globex)
    client.force_login(user)
    assert client.get("/").status_code == 200
    prefer(user, default_tenant_id="globex")
    assert client.get("/")["Location"] == "/t/globex/"


def test_the_home_page_leads_to_the_dashboard_one_begins_with(prefer, bob, board, client):
    prefer(bob, default_tenant_id="acme", home_dashboard="board")
    assert client.get("/")["Location"] == "/t/acme/d/board/"
    board.delete()
    assert client.get("/")["Location"] == "/t/acme/"


def test_another_tenant_takes_the_dashboard_back(prefer, make_user, acme, globex, board):
    user = make_user("many", viewer=acme, editor=globex)
    prefer(user, default_tenant_id="acme", home_dashboard="board")
    assert prefer(user, default_tenant_id="globex")["home_dashboard"] is None


def test_who_has_left_a_tenant_is_not_led_there(prefer, make_user, acme, globex, client):
    user = make_user("many", viewer=acme, editor=globex)
    prefer(user, default_tenant_id="acme")
    user.memberships.get(tenant=acme).delete()
    assert client.get("/")["Location"] == "/t/globex/"


def test_the_pages_have_the_theme_of_the_account(prefer, bob, board, client):
    prefer(bob, theme="dark")
    assert 'data-account-theme="dark"' in client.get("/t/acme/").content.decode()
    client.logout()
    assert "data-account-theme" not in client.get("/accounts/login/").content.decode()


def test_the_pages_refresh_as_one_prefers(prefer, bob, board, client):
    prefer(bob, refresh=300)
    assert client.get("/t/acme/d/board/").context["toolbar"].refresh == 300
    assert client.get("/t/acme/d/board/?refresh=10").context["toolbar"].refresh == 10
    prefer(bob, refresh=0)
    assert client.get("/t/acme/d/board/").context["toolbar"].refresh == 0


def test_a_token_of_one_tenant_does_not_change_the_account(token_for, bob, acme, globex):
    bob.memberships.create(tenant=globex, role="viewer")
    bob.default_tenant = globex
    bob.save()
    headers = {"Authorization": f"Bearer {token_for(bob, tenant=acme)}"}
    for path in ("/api/v1/me", "/api/v1/me/preferences"):
        sent = json.dumps({"name": "x"} if path.endswith("me") else {"theme": "dark"})
        assert Client().patch(path, sent, content_type="application/json", headers=headers).status_code == 403
    assert Client().get("/api/v1/me/preferences", headers=headers).json()["default_tenant_id"] is None
