"""A draft is for editors, a private dashboard its maker's, an archived one found only when asked for: at every door."""

import itertools
import json
import time
from collections.abc import Callable
from typing import Any

import pytest
from django.db import IntegrityError, connection, transaction
from django.test import Client

from dashboards.models import Dashboard, Panel
from dashboards.places import find_place
from dashboards.viewer import Viewer
from tenants import known
from tenants.models import Membership, Role, Tenant, User

BOARD = "/t/acme/d/board/"
API = "/api/v1/dashboards"
FRAGMENTS = tuple(f"{BOARD}panels/answer/{rest}" for rest in ("", "view/", "csv/", "inspect/"))
BESIDE = (f"{BOARD}values/", f"{BOARD}variables/size/", f"{BOARD}annotations/")


@pytest.fixture
def cleo(make_user: Callable, acme: Tenant) -> User:
    """Another editor of Acme's."""
    return make_user("cleo", editor=acme)


@pytest.fixture
def get() -> Callable[..., Any]:
    def ask(user: User, path: str, **parameters: str) -> Any:
        client = Client()
        client.force_login(user)
        return client.get(path, parameters)

    return ask


@pytest.fixture
def doors(get: Callable) -> Callable[[User], set[int]]:
    """The answers of everything that shows the board: pages, fragments, files, the API."""

    def ask(user: User) -> set[int]:
        programs = [f"{API}/board{rest}?tenant_id=acme" for rest in ("", "/versions", "/annotations")]
        data = "/api/v1/panels/answer/data?tenant_id=acme&dashboard=board"
        paths = (BOARD, *BESIDE, *FRAGMENTS, *programs, data)
        return {get(user, path).status_code for path in paths}

    return ask


def is_listed(get: Callable, user: User, **asked: str) -> bool:
    listed = [one["slug"] for one in get(user, API, tenant_id="acme", **asked).json()["items"]]
    if not asked:
        assert ("Board" in get(user, "/t/acme/").content.decode()) == ("board" in listed)
    return "board" in listed


def test_a_draft_is_seen_by_editors_alone(
    board: Dashboard, doors: Callable, get: Callable, ada: User, bob: User, cleo: User, root: User
) -> None:
    Dashboard.objects.update(state="draft")
    for editor in (ada, cleo, root):
        assert doors(editor) == {200}
        assert is_listed(get, editor)
    assert doors(bob) <= {403, 404}  # 403: what no viewer may, whatever it is asked of
    assert not is_listed(get, bob)
    assert not is_listed(get, bob, state="draft")
    assert not is_listed(get, bob, state="all")


def test_a_private_dashboard_is_seen_by_its_maker_alone(
    board: Dashboard, doors: Callable, get: Callable, ada: User, bob: User, cleo: User, root: User
) -> None:
    Dashboard.objects.update(private_to=ada)
    assert doors(ada) == {200}
    for other in (bob, cleo, root):
        assert doors(other) <= {403, 404}
        assert not is_listed(get, other)
        assert not is_listed(get, other, state="all")


def test_an_archived_dashboard_is_opened_and_not_found(board: Dashboard, get: Callable, bob: User) -> None:
    Dashboard.objects.update(state="archived")
    page = get(bob, BOARD)
    assert page.status_code == 200
    assert "This dashboard is archived" in page.content.decode()
    assert get(bob, FRAGMENTS[0]).status_code == 200
    assert not is_listed(get, bob)
    assert is_listed(get, bob, state="archived")
    assert is_listed(get, bob, state="all")


def test_a_stranger_sees_none_of_it(board: Dashboard, doors: Callable, eve: User) -> None:
    for state in Dashboard.State.values:
        Dashboard.objects.update(state=state)
        assert doors(eve) <= {403, 404}


def test_a_shared_draft_is_for_platform_admins(make_board: Callable, get: Callable, ada: User, root: User, acme: Tenant) -> None:
    make_board("board", beside={"state": "draft"})
    assert get(ada, BOARD).status_code == 404
    assert not is_listed(get, ada)
    assert get(root, BOARD).status_code == 200
    assert is_listed(get, root)


def test_what_a_viewer_may_not_see_covers_nothing_up(
    make_board: Callable, make_panel: Callable, get: Callable, ada: User, bob: User, acme: Tenant
) -> None:
    """Of one id the tenant's own wins over the shared one, but not with those who do not see it."""
    make_panel("answer")
    make_board("board", None, ("answer",), name="Everybody's")
    make_board("board", acme, (), name="Ada's", beside={"private_to": ada})
    assert "Ada&#x27;s" in get(ada, BOARD).content.decode()
    assert "Everybody&#x27;s" in get(bob, BOARD).content.decode()
    assert get(ada, f"{API}/board", tenant_id="acme").json()["title"] == "Ada's"
    assert [one["title"] for one in get(bob, API, tenant_id="acme").json()["items"]] == ["Everybody's"]
    assert get(bob, FRAGMENTS[0]).status_code == 200
    assert get(ada, FRAGMENTS[0]).status_code == 404  # it does not stand on hers


def test_a_query_and_a_row_say_the_same(make_board: Callable, acme: Tenant, ada: User, bob: User, root: User) -> None:
    states, scopes = Dashboard.State.values, ("tenant", "all")
    for number, (state, scope, owner) in enumerate(itertools.product(states, scopes, (None, ada, bob))):
        if owner is None or scope == "tenant":
            make_board(f"b{number}", acme if scope == "tenant" else None, beside={"state": state, "private_to": owner})
    for user, role in itertools.product((ada, bob, root), Role):
        viewer = Viewer.named(user, acme, role)
        asked = set(Dashboard.objects.seen_by(viewer).values_list("slug", flat=True))
        assert asked == {board.slug for board in Dashboard.objects.all() if board.may_be_seen_by(viewer)}
        assert len(asked) >= 4


def test_who_may_see_a_known_place_is_asked_without_a_query(
    board: Dashboard, ada: User, bob: User, acme: Tenant, django_assert_num_queries: Any
) -> None:
    Dashboard.objects.update(state="draft")
    editor, viewer = Viewer.named(ada, acme, Role.EDITOR), Viewer.named(bob, acme, Role.VIEWER)
    with django_assert_num_queries(1):
        assert find_place(acme, "board", "answer", viewer=editor) is not None
    with django_assert_num_queries(0):
        assert find_place(acme, "board", "answer", viewer=viewer) is None
        assert find_place(acme, "board", "answer", viewer=None) is not None


HERE: dict[str, Callable[[User], object]] = {
    "drafted": lambda _: Dashboard.objects.update(state="draft"),
    "made private": lambda ada: Dashboard.objects.update(private_to=ada),
}


@pytest.mark.parametrize("what", HERE)
def test_what_is_taken_from_viewers_is_gone_with_their_next_poll(
    board: Dashboard, get: Callable, ada: User, bob: User, what: str
) -> None:
    assert get(bob, FRAGMENTS[0]).status_code == 200
    HERE[what](ada)
    assert get(bob, FRAGMENTS[0]).status_code == 404


def test_a_change_elsewhere_holds_within_five_seconds(
    board: Dashboard, get: Callable, bob: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert get(bob, FRAGMENTS[0]).status_code == 200
    with connection.cursor() as cursor:  # as another process does, of which this one hears nothing
        cursor.execute("UPDATE dashboards_dashboard SET state = 'draft'")
    later = time.monotonic() + 5
    monkeypatch.setattr(known.time, "monotonic", lambda: later)
    assert get(bob, FRAGMENTS[0]).status_code == 404


def test_a_lower_role_loses_its_drafts(board: Dashboard, get: Callable, ada: User) -> None:
    Dashboard.objects.update(state="draft")
    assert get(ada, FRAGMENTS[0]).status_code == 200
    Membership.objects.update(role="viewer")
    assert get(ada, FRAGMENTS[0]).status_code == 404


def test_what_is_shared_is_nobodys_own(make_board: Callable, ada: User, db: None) -> None:
    board = make_board("board")
    board.private_to = ada
    with pytest.raises(IntegrityError), transaction.atomic():
        board.save()
    board.private_to, board.state = None, "lost"
    with pytest.raises(IntegrityError), transaction.atomic():
        board.save()


@pytest.fixture
def send() -> Callable[..., Any]:
    def ask(user: User, method: str, path: str, body: Any = None) -> Any:
        client = Client()
        client.force_login(user)
        return getattr(client, method)(path, json.dumps(body), content_type="application/json")

    return ask


def test_programs_make_and_change_states(
    panel: Panel, send: Callable, get: Callable, ada: User, bob: User, cleo: User, root: User
) -> None:
    body = {"tenant_id": "acme", "slug": "board", "document": {"name": "Board"}, "state": "draft", "is_private": True}
    made = send(ada, "post", API, body).json()
    assert (made["state"], made["is_private"]) == ("draft", True)
    path = f"{API}/board?tenant_id=acme"
    for other in (cleo, root):
        assert send(other, "patch", path, {"version": 1, "is_private": False}).status_code == 404
        assert send(other, "delete", path).status_code == 404
        assert send(other, "post", API, body).status_code == 409  # the id is taken, and that is all they learn
    changed = send(ada, "patch", path, {"version": 1, "state": "published"}).json()
    assert (changed["state"], changed["is_private"], changed["version"]) == ("published", True, 2)
    replaced = send(ada, "put", path, {"version": 2, "document": {"name": "Board"}, "is_private": False}).json()
    assert (replaced["state"], replaced["is_private"]) == ("published", False)
    assert get(bob, path).json()["title"] == "Board"
    seen = get(ada, f"{API}/board/versions/1/differences", tenant_id="acme").json()["items"]
    assert [one["text"] for one in seen] == ["state: draft → published", "private: true → false"]


def test_what_is_shared_is_not_made_private(send: Callable, root: User) -> None:
    body = {"slug": "board", "document": {"name": "Board"}, "is_private": True}
    answer = send(root, "post", API, body)
    assert (answer.status_code, answer.json()["errors"][0]["path"]) == (422, "is_private")


def test_restoring_keeps_the_state(board: Dashboard, send: Callable, ada: User, change: Callable) -> None:
    change(board, name="Other")
    Dashboard.objects.update(state="draft", private_to=ada)
    restored = send(ada, "post", f"{API}/board/restore?tenant_id=acme", {"restore": 1, "version": 2}).json()
    assert (restored["title"], restored["state"], restored["is_private"]) == ("Board", "draft", True)


def test_a_home_is_one_that_its_owner_sees(board: Dashboard, get: Callable, send: Callable, bob: User, ada: User) -> None:
    home = {"default_tenant_id": "acme", "home_dashboard": "board"}
    assert send(bob, "patch", "/api/v1/me/preferences", home).status_code == 200
    assert get(bob, "/")["Location"] == BOARD
    Dashboard.objects.update(state="draft")
    assert get(bob, "/")["Location"] == "/t/acme/"
    assert send(bob, "patch", "/api/v1/me/preferences", home).status_code == 422
    assert send(ada, "patch", "/api/v1/me/preferences", home).status_code == 200


def test_a_private_dashboard_goes_with_the_account(board: Dashboard, ada: User) -> None:
    Dashboard.objects.update(private_to=ada)
    ada.delete()
    assert not Dashboard.objects.exists()


def test_viewers_are_not_told_the_sql_of_a_dashboard(
    make_board: Callable, get: Callable, acme: Tenant, ada: User, bob: User
) -> None:
    variables = [
        {"name": "server", "kind": "query", "data_source": {"sql": "SELECT name FROM servers"}},
        {"name": "size", "kind": "custom", "options": ["small", "large"]},
    ]
    deployments = {"name": "deployed", "data_source": {"sql": "SELECT at AS time FROM deployments"}}
    make_board("board", acme, variables=variables, annotations=[deployments])
    told = {user: get(user, f"{API}/board", tenant_id="acme").json()["document"] for user in (ada, bob)}
    assert [one["name"] for one in told[ada]["variables"] + told[ada]["annotations"]] == ["server", "size", "deployed"]
    assert [one["name"] for one in told[bob]["variables"] + told[bob]["annotations"]] == ["size"]
