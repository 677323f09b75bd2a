"""Programs read what a panel or dashboard was, compare and restore it: editors, and each thing's own."""

import json
from typing import Any

import pytest
from django.test import Client

from dashboards.models import Dashboard, Panel

KPI = {"type": "kpi", "title": "One", "data_source": {"sql": "SELECT 1 AS value"}}
BOARD = {"name": "One", "panels": [{"id": "one", "position": {"width": 12}}]}


@pytest.fixture
def send():
    def ask(user: Any, method: str, path: str, body: Any = None, **headers: str) -> Any:
        client = Client()
        client.force_login(user)
        sent = {} if body is None else {"data": json.dumps(body), "content_type": "application/json"}
        given = {name.replace("_", "-"): text for name, text in headers.items()}
        return getattr(client, method)(f"/api/v1{path}", **sent, headers=given)

    return ask


@pytest.fixture
def both(send, ada):
    """A panel and a dashboard of Acme's, in their second version."""
    send(ada, "post", "/panels", {"tenant_id": "acme", "panel_id": "one", "document": KPI})
    send(ada, "post", "/dashboards", {"tenant_id": "acme", "slug": "one", "document": BOARD})
    send(ada, "patch", "/panels/one?tenant_id=acme", {"version": 1, "document": {"title": "Two"}})
    send(ada, "patch", "/dashboards/one?tenant_id=acme", {"version": 1, "document": {"name": "Two", "panels": []}})


@pytest.mark.parametrize("kind", ["panels", "dashboards"])
def test_versions_are_listed_newest_first(both, send, ada, kind):
    answer = send(ada, "get", f"/{kind}/one/versions?tenant_id=acme").json()
    assert answer["count"] == 2
    assert [(one["version"], one["changed_by"], one["changed_through"], one["is_current"]) for one in answer["items"]] == [
        (2, ada.email, "API", True), (1, ada.email, "API", False),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("kind", "differing"),
    [
        ("panels", ["title: One → Two"]),
        (
            "dashboards",
            [
                "name: One → Two",
                'panels[one]: {"id": "one", "position": {"row": 0, "col": 0, "width": 12, "height": 4}} → (none)',
            ],
        ),
    ],
)
def test_two_versions_are_compared_field_by_field(both, send, ada, kind, differing):
    found = send(ada, "get", f"/{kind}/one/versions/1/differences?tenant_id=acme").json()
    assert (found["version"], found["to"]) == (1, 2)
    assert [one["text"] for one in found["items"]] == differing
    assert send(ada, "get", f"/{kind}/one/versions/2/differences?tenant_id=acme&to=2").json()["items"] == []


def test_a_version_is_read_with_its_document(both, send, ada):
    assert send(ada, "get", "/panels/one/versions/1?tenant_id=acme").json()["document"] == KPI
    assert send(ada, "get", "/dashboards/one/versions/1?tenant_id=acme").json()["document"]["panels"][0]["id"] == "one"


def test_what_is_restored_is_answered_as_it_is_then(both, send, ada):
    panel = send(ada, "post", "/panels/one/restore?tenant_id=acme", {"restore": 1, "version": 2})
    assert (panel.status_code, panel.json()["title"], panel.json()["version"]) == (200, "One", 3)
    tag = send(ada, "get", "/dashboards/one?tenant_id=acme")["ETag"]
    board = send(ada, "post", "/dashboards/one/restore?tenant_id=acme", {"restore": 1}, if_match=tag)
    assert (board.json()["title"], board.json()["panel_count"], board.json()["version"]) == ("One", 1, 3)


@pytest.mark.parametrize("kind", ["panels", "dashboards"])
def test_restoring_says_by_whom_it_was_overtaken(both, send, ada, root, kind):
    send(root, "post", f"/{kind}/one/restore?tenant_id=acme", {"restore": 1, "version": 2})
    late = send(ada, "post", f"/{kind}/one/restore?tenant_id=acme", {"restore": 1, "version": 2})
    assert (late.status_code, late.json()["changed_by"], late.json()["version"]) == (409, root.email, 3)
    assert send(ada, "post", f"/{kind}/one/restore?tenant_id=acme", {"restore": 1}).status_code == 422


@pytest.mark.parametrize("kind", ["panels", "dashboards"])
def test_what_is_not_there_is_not_found(both, send, ada, kind):
    for path in ("/versions/9", "/versions/1/differences?to=9", "/versions/9/differences"):
        tenant = f"{'&' if '?' in path else '?'}tenant_id=acme"
        assert send(ada, "get", f"/{kind}/one{path}{tenant}").status_code == 404
    assert send(ada, "post", f"/{kind}/one/restore?tenant_id=acme", {"restore": 9, "version": 2}).status_code == 404
    assert send(ada, "get", f"/{kind}/two/versions?tenant_id=acme").status_code == 404
    assert send(ada, "get", f"/{kind}/one/versions/99999999999999?tenant_id=acme").status_code == 422


PATHS = ("/versions", "/versions/1", "/versions/1/differences")


@pytest.mark.parametrize("kind", ["panels", "dashboards"])
def test_viewers_and_strangers_see_no_versions(both, send, bob, eve, kind):
    for user in (bob, eve):
        for path in PATHS:
            answer = send(user, "get", f"/{kind}/one{path}?tenant_id=acme")
            assert answer.status_code == 403
            assert b"SELECT" not in answer.content
        assert send(user, "post", f"/{kind}/one/restore?tenant_id=acme", {"restore": 1, "version": 2}).status_code == 403
    assert Panel.objects.get().version == Dashboard.objects.get().version == 2


def test_an_editor_reads_versions_of_what_is_shared_and_does_not_restore_them(send, root, ada, acme, globex):
    body = {"panel_id": "cpu", "document": KPI, "shared_with": ["acme", "globex"]}
    assert send(root, "post", "/panels", body).status_code == 201
    changed = {"version": 1, "document": {"title": "Two"}, "shared_with": ["acme"]}
    assert send(root, "patch", "/panels/cpu", changed).status_code == 200
    seen = send(ada, "get", "/panels/cpu/versions/1/differences?tenant_id=acme").json()["items"]
    assert [one["path"] for one in seen] == ["title"]
    told = send(root, "get", "/panels/cpu/versions/1/differences").json()["items"]
    assert [one["path"] for one in told] == ["shared_with[1]", "title"]
    body = {"restore": 1, "version": 2}
    assert send(ada, "post", "/panels/cpu/restore?tenant_id=acme", body).status_code == 403
    assert send(ada, "post", "/panels/cpu/restore", body).status_code == 403
    restored = send(root, "post", "/panels/cpu/restore", body).json()
    assert (restored["title"], restored["shared_with"]) == ("One", ["acme"])


def test_a_list_of_versions_takes_as_many_queries_for_many_as_for_one(both, send, ada, django_assert_max_num_queries):
    for number in range(8):
        send(ada, "patch", "/panels/one?tenant_id=acme", {"version": 2 + number, "document": {"title": str(number)}})
    client = Client()
    client.force_login(ada)
    with django_assert_max_num_queries(3):  # who asks, the panel, its versions
        assert client.get("/api/v1/panels/one/versions?tenant_id=acme").json()["count"] == 10
