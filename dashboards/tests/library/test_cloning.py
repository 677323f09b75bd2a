"""A dashboard made again: with the same panels or copies of them, beside itself or in another tenant, by editors of both."""

import json
from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client

from audit.models import Event
from dashboards.models import Dashboard, Panel
from dashboards.tests.library.conftest import KPI
from tenants.models import Membership, Role, Tenant, User

CLONE = "/t/acme/d/board/clone/"


@pytest.fixture
def both(ada: User, globex: Tenant) -> User:
    """Ada, who edits at Globex too."""
    Membership.objects.create(user=ada, tenant=globex, role="editor")
    return ada


@pytest.fixture
def send() -> Callable[..., Any]:
    def to(user: User, path: str, **fields: Any) -> Any:
        client = Client()
        client.force_login(user)
        return client.post(path, {"name": "Copy", "slug": "copy", "tenant": "acme", **fields})

    return to


@pytest.fixture
def call() -> Callable[..., Any]:
    def to(user: User, path: str, **body: Any) -> Any:
        client = Client()
        client.force_login(user)
        return client.post(f"/api/v1{path}", json.dumps(body), content_type="application/json")

    return to


def placed(board: Dashboard) -> list[str]:
    return [place.panel_slug for place in board.placements.all()]


def test_a_copy_shows_the_same_panels(board: Dashboard, ada: User, send: Callable) -> None:
    answer = send(ada, CLONE)
    assert (answer.status_code, answer["Location"]) == (302, "/t/acme/d/copy/")
    copy = Dashboard.objects.get(slug="copy")
    assert (copy.name, copy.version, copy.changed_through, placed(copy)) == ("Copy", 1, "cloning board", ["answer"])
    assert (copy.variables, copy.state, copy.private_to) == (board.variables, "published", None)
    assert Panel.objects.count() == 1


def test_a_copy_has_panels_of_its_own_where_that_is_asked(
    board: Dashboard, ada: User, send: Callable, make_panel: Callable, acme: Tenant
) -> None:
    make_panel("answer-2", acme)
    assert send(ada, CLONE, with_panels="on").status_code == 302
    assert placed(Dashboard.objects.get(slug="copy")) == ["answer-3"]
    own = Panel.objects.get(slug="answer-3")
    assert (own.document, own.tenant, own.changed_through) == (KPI, acme, "cloning answer")


def test_into_another_tenant_go_copies(board: Dashboard, both: User, send: Callable, globex: Tenant) -> None:
    lacking = send(both, CLONE, tenant="globex")
    assert lacking.status_code == 422
    assert "panels[0].id: the tenant has no panel “answer”: clone the panels too" in lacking.content.decode()
    assert send(both, CLONE, tenant="globex", with_panels="on")["Location"] == "/t/globex/d/copy/"
    copy = Dashboard.objects.get(slug="copy")
    assert (copy.tenant, placed(copy), copy.changed_through) == (globex, ["answer"], "cloning")
    assert Panel.objects.get(slug="answer", tenant=globex).document == KPI


def test_a_shared_panel_needs_no_copy_elsewhere(
    make_panel: Callable, make_board: Callable, both: User, send: Callable, acme: Tenant, globex: Tenant
) -> None:
    make_panel("shared")
    make_board("board", acme, ("shared",))
    assert send(both, CLONE, tenant="globex").status_code == 302
    assert placed(Dashboard.objects.get(slug="copy")) == ["shared"]


def test_a_copy_of_a_shared_panel_covers_up_none(
    make_panel: Callable, make_board: Callable, ada: User, send: Callable, acme: Tenant
) -> None:
    make_panel("shared")
    make_board("board", None, ("shared",))
    assert send(ada, CLONE, with_panels="on").status_code == 302
    assert placed(Dashboard.objects.get(slug="copy")) == ["shared-2"]
    assert Panel.objects.find(acme, "shared").is_shared  # type: ignore[union-attr]


def test_a_shared_panel_that_no_tenant_may_have_is_named(
    make_panel: Callable, make_board: Callable, ada: User, send: Callable, acme: Tenant
) -> None:
    make_panel("sizes", data_source={"sql": "SELECT count(*) AS value FROM pg_stat_activity"})
    make_board("board", None, ("sizes",))
    answer = send(ada, CLONE, with_panels="on")
    assert answer.status_code == 422
    assert "sizes: data_source" in answer.content.decode()
    assert Dashboard.objects.count() == Panel.objects.count() == 1
    assert send(ada, CLONE).status_code == 302


def test_an_id_is_taken_once(board: Dashboard, ada: User, send: Callable, call: Callable) -> None:
    answer = send(ada, CLONE, slug="board")
    assert answer.status_code == 422
    assert "There is a dashboard “board” already." in answer.content.decode()
    assert call(ada, "/dashboards/board/clone?tenant_id=acme", slug="board").status_code == 409
    assert send(ada, CLONE, slug="Not an id").status_code == 422


@pytest.mark.parametrize(("before", "after"), [("published", "published"), ("draft", "draft"), ("archived", "draft")])
def test_what_not_all_see_has_a_copy_that_not_all_see(
    board: Dashboard, ada: User, send: Callable, before: str, after: str
) -> None:
    Dashboard.objects.update(state=before, private_to=ada)
    send(ada, CLONE)
    copy = Dashboard.objects.get(slug="copy")
    assert (copy.state, copy.private_to) == (after, ada)


def test_a_place_whose_panel_has_gone_stays_empty(board: Dashboard, panel: Panel, ada: User, send: Callable) -> None:
    panel.delete()
    assert send(ada, CLONE).status_code == 302
    assert placed(Dashboard.objects.get(slug="copy")) == ["answer"]


@pytest.mark.parametrize("path", [CLONE, "/t/acme/panels/answer/clone/"])
def test_only_editors_of_both_tenants_clone(
    board: Dashboard, both: User, bob: User, eve: User, send: Callable, globex: Tenant, path: str
) -> None:
    assert send(bob, path).status_code == 403
    assert send(eve, path, tenant="globex").status_code == 404
    Membership.objects.filter(tenant=globex).update(role=Role.VIEWER)
    assert send(both, path, tenant="globex", with_panels="on").status_code == 422
    Membership.objects.filter(tenant=globex).update(role=Role.EDITOR)
    Membership.objects.filter(tenant__slug="acme").update(role=Role.VIEWER)
    assert send(both, path, tenant="globex", with_panels="on").status_code == 403
    assert Dashboard.objects.count() == Panel.objects.count() == 1


def test_a_panel_is_cloned_alone(board: Dashboard, both: User, send: Callable, globex: Tenant) -> None:
    answer = send(both, "/t/acme/panels/answer/clone/", tenant="globex", name="Theirs")
    assert answer["Location"] == "/t/globex/panels/copy/"
    copy = Panel.objects.get(slug="copy")
    assert (copy.title, copy.tenant, copy.document) == ("Theirs", globex, {**KPI, "title": "Theirs"})


def test_what_leaves_a_tenant_is_recorded_there(
    board: Dashboard, both: User, send: Callable, acme: Tenant, globex: Tenant
) -> None:
    send(both, CLONE)
    exported = Event.objects.filter(action="export", object="Board")
    assert not exported.exists()
    send(both, CLONE, tenant="globex", with_panels="on")
    told = exported.get()
    assert (told.tenant_id, told.object, told.details) == (acme.pk, "Board", {"what": "cloned into another tenant"})
    made = Event.objects.filter(action="create", tenant_id=globex.pk, object_type__startswith="dashboards.")
    assert {event.object for event in made} >= {"Copy", "Answer"}


def test_programs_clone_as_people_do(board: Dashboard, both: User, bob: User, eve: User, call: Callable, globex: Tenant) -> None:
    path = "/dashboards/board/clone?tenant_id=acme"
    made = call(both, path, slug="theirs", tenant_id="globex", with_panels=True)
    assert (made.status_code, made.json()["tenant_id"], made.json()["title"]) == (201, "globex", "Board")
    lacking = call(both, path, slug="third", tenant_id="globex")
    assert lacking.status_code == 201  # the panel is there by now
    assert call(both, "/panels/answer/clone?tenant_id=acme", panel_id="two").json()["tenant_id"] == "acme"
    for user in (bob, eve):
        assert call(user, path, slug="mine").status_code == 403
        assert call(user, "/panels/answer/clone?tenant_id=acme", panel_id="mine").status_code == 403
    assert call(eve, path, slug="mine", tenant_id="globex").status_code == 403
    Membership.objects.filter(user=both, tenant=globex).update(role="viewer")
    assert call(both, path, slug="fourth", tenant_id="globex").status_code == 403
    assert call(both, path, slug="fourth", tenant_id="nobody").status_code == 403


def test_a_token_of_one_tenant_clones_into_no_other(board: Dashboard, both: User, acme: Tenant, token_for: Callable) -> None:
    secret = token_for(both, tenant=acme)
    answer = Client().post(
        "/api/v1/dashboards/board/clone?tenant_id=acme", '{"slug": "x", "tenant_id": "globex", "with_panels": true}',
        content_type="application/json", headers={"Authorization": f"Bearer {secret}"},
    )  # fmt: skip
    assert answer.status_code == 403


@pytest.fixture
def act(ada: User) -> Callable[..., Any]:
    def to(user: User = ada, version: int = 1, **fields: Any) -> Any:
        client = Client()
        client.force_login(user)
        return client.post("/t/acme/d/board/state/", {"seen_version": version, **fields}, follow=True)

    return to


def test_a_dashboard_is_published_archived_and_made_private(board: Dashboard, act: Callable, ada: User, root: User) -> None:
    assert "It is a draft" in act(state="draft").content.decode()
    assert "It is archived" in act(version=2, state="archived").content.decode()
    assert "Nobody else sees it now" in act(version=3, private="true").content.decode()
    stored = Dashboard.objects.get()
    assert (stored.state, stored.private_to, stored.version) == ("archived", ada, 4)
    assert act(root, version=4, private="false").status_code == 404
    assert "It is public within the tenant" in act(version=4, private="false").content.decode()
    assert "has changed it" in act(version=1, state="draft").content.decode()
    assert "cannot be read" in act(version=5, state="lost").content.decode()
    assert Dashboard.objects.get().version == 5


def test_viewers_change_no_state(board: Dashboard, act: Callable, bob: User, eve: User) -> None:
    assert act(bob, state="draft").status_code == 403
    assert act(eve, state="draft").status_code == 404
    Dashboard.objects.update(scope="all", tenant=None)
    assert act(state="draft").status_code == 403


def test_a_dashboard_is_deleted_after_a_question(board: Dashboard, ada: User, bob: User, change: Callable) -> None:
    client, path = Client(), "/t/acme/d/board/delete/"
    client.force_login(bob)
    assert client.post(path, {"seen_version": 1}).status_code == 403
    client.force_login(ada)
    assert "its panels stay" in client.get(path).content.decode()
    change(board, name="Other")
    assert client.post(path, {"seen_version": 1}).status_code == 409
    assert client.post(path, {"seen_version": 2})["Location"] == "/t/acme/dashboards/"
    assert not Dashboard.objects.exists()
    assert Panel.objects.exists()
