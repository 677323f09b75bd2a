"""Panels and dashboards are made, changed and deleted by those who own them, and nobody overwrites what others did."""

import json

import pytest
from django.test import Client

from dashboards.models import Dashboard, Panel

KPI = {"type": "kpi", "title": "One", "data_source": {"sql": "SELECT 1 AS value"}}
BOARD = {"name": "Board", "panels": [{"id": "one", "position": {"width": 12}}]}


@pytest.fixture
def send():
    """What the API answers to a user's change: `send(ada, "put", "/panels/one?tenant_id=acme", {…}, if_match='"1"')`."""

    def ask(user, method, path, body=None, **headers):
        client = Client()
        client.force_login(user)
        sent = {} if body is None else {"data": json.dumps(body), "content_type": "application/json"}
        return getattr(client, method)(
            f"/api/v1{path}", **sent, headers={name.replace("_", "-"): text for name, text in headers.items()}
        )

    return ask


@pytest.fixture
def own(send, ada):
    """A panel of Acme's own, made through the API."""
    answer = send(ada, "post", "/panels", {"tenant_id": "acme", "panel_id": "one", "document": KPI})
    assert answer.status_code == 201, answer.content
    return answer


@pytest.fixture
def board(own, send, ada):
    answer = send(ada, "post", "/dashboards", {"tenant_id": "acme", "slug": "board", "document": BOARD})
    assert answer.status_code == 201, answer.content
    return answer


def test_what_is_made_is_answered_whole(own, ada):
    made = own.json()
    assert (made["panel_id"], made["panel_type"], made["title"], made["version"]) == ("one", "kpi", "One", 1)
    assert (made["tenant_id"], made["is_shared"], made["updated_by"]) == ("acme", False, ada.email)
    assert made["document"] == KPI


def test_it_is_read_as_it_was_made(own, send, ada):
    assert send(ada, "get", "/panels/one?tenant_id=acme").json() == own.json()


def test_a_viewer_is_not_told_the_query(own, send, bob):
    seen = send(bob, "get", "/panels/one?tenant_id=acme").json()
    assert (seen["document"], seen["updated_by"]) == (None, None)
    assert "SELECT" not in json.dumps(seen)


def test_a_viewer_is_not_told_what_a_dashboard_asks(own, send, ada, bob):
    source = {"data_source": {"sql": "SELECT secret FROM servers"}}
    asks = {"variables": [{"name": "server", "kind": "query", **source}], "annotations": [{"name": "deploys", **source}]}
    made = send(ada, "post", "/dashboards", {"tenant_id": "acme", "slug": "asks", "document": {**BOARD, **asks}})
    assert made.status_code == 201, made.content
    assert "SELECT" in send(ada, "get", "/dashboards/asks?tenant_id=acme").content.decode()
    seen = send(bob, "get", "/dashboards/asks?tenant_id=acme")
    assert (seen.json()["document"]["variables"], seen.json()["document"]["annotations"]) == ([], [])
    assert "SELECT" not in seen.content.decode()


def test_a_dashboards_sql_is_judged_as_a_panels(send, ada):
    variable = {"name": "server", "kind": "query", "data_source": {"sql": "DELETE FROM servers"}}
    made = send(
        ada, "post", "/dashboards", {"tenant_id": "acme", "slug": "asks", "document": {"name": "A", "variables": [variable]}}
    )
    assert made.status_code == 422
    assert made.json()["errors"][0]["path"] == "variables[0].data_source.sql"


def test_the_second_of_one_id_is_refused(own, send, ada):
    again = send(ada, "post", "/panels", {"tenant_id": "acme", "panel_id": "one", "document": KPI})
    assert (again.status_code, again.json()["detail"]) == (409, "There is a panel “one” already.")


@pytest.mark.parametrize(
    ("document", "path"),
    [
        ({**KPI, "display": {"decimals": 99}}, "display.decimals"),
        ({**KPI, "type": "speech"}, "type"),
        ({**KPI, "data_source": {"sql": "DELETE FROM orders"}}, "data_source"),
        ({**KPI, "color": "red"}, "color"),
    ],
)
def test_a_document_is_judged_as_everywhere(send, ada, document, path):
    answer = send(ada, "post", "/panels", {"tenant_id": "acme", "panel_id": "one", "document": document})
    assert (answer.status_code, answer.json()["errors"][0]["path"]) == (422, path)
    assert not Panel.objects.exists()


def test_a_change_is_the_next_version(own, send, ada):
    answer = send(ada, "put", "/panels/one?tenant_id=acme", {"version": 1, "document": {**KPI, "title": "Two"}})
    assert (answer.status_code, answer.json()["title"], answer.json()["version"]) == (200, "Two", 2)


def test_a_part_of_a_document_is_changed(own, send, ada):
    changed = {"version": 1, "document": {"title": "Two", "display": {"unit": "bytes"}}}
    document = send(ada, "patch", "/panels/one?tenant_id=acme", changed).json()["document"]
    assert document == {**KPI, "title": "Two", "display": {"unit": "bytes"}}
    taken = {"version": 2, "document": {"display": None}}
    assert send(ada, "patch", "/panels/one?tenant_id=acme", taken).json()["document"] == {**KPI, "title": "Two"}


@pytest.mark.parametrize("method", ["put", "patch"])
@pytest.mark.parametrize("kind", ["panels/one", "dashboards/board"])
def test_a_stale_write_says_by_whom_it_was_overtaken(board, send, ada, root, kind, method):
    path, document = f"/{kind}?tenant_id=acme", KPI if kind.startswith("panels") else BOARD
    first = send(root, "get", path)
    assert send(root, method, path, {"document": document}, if_match=first["ETag"]).status_code == 200
    late = send(ada, method, path, {"version": 1, "document": document})
    assert late.status_code == 409
    assert (late.json()["version"], late.json()["changed_by"]) == (2, root.email)
    assert late.json()["changed_at"]
    assert root.email in late.json()["detail"]
    assert send(ada, method, path, {"document": document}, if_match=first["ETag"]).status_code == 409
    assert send(ada, "delete", path, if_match=first["ETag"]).status_code == 409
    assert send(ada, "get", path).json()["version"] == 2


def test_a_change_names_its_version(own, send, ada):
    answer = send(ada, "put", "/panels/one?tenant_id=acme", {"document": KPI})
    assert (answer.status_code, answer.json()["errors"][0]["path"]) == (422, "version")
    assert send(ada, "put", "/panels/one?tenant_id=acme", {"document": KPI}, if_match="*").status_code == 200


def test_the_tag_of_one_panel_is_not_good_for_another(own, send, ada):
    send(ada, "post", "/panels", {"tenant_id": "acme", "panel_id": "two", "document": KPI})
    other = send(ada, "get", "/panels/two?tenant_id=acme")["ETag"]
    assert send(ada, "put", "/panels/one?tenant_id=acme", {"document": KPI}, if_match=other).status_code == 409


def test_what_is_deleted_is_gone(board, send, ada):
    for path in ("/dashboards/board?tenant_id=acme", "/panels/one?tenant_id=acme"):
        assert send(ada, "delete", path).status_code == 204
        assert send(ada, "get", path).status_code == 404
        assert send(ada, "delete", path).status_code == 404


def test_an_editor_does_not_change_what_is_shared(make_panel, send, ada):
    make_panel("shared", **KPI)
    path = "/panels/shared?tenant_id=acme"
    assert send(ada, "put", path, {"version": 1, "document": KPI}).status_code == 403
    assert send(ada, "delete", path).status_code == 403
    assert send(ada, "put", "/panels/shared", {"version": 1, "document": KPI}).status_code == 403
    assert send(ada, "post", "/panels", {"panel_id": "new", "document": KPI}).status_code == 403
    assert Panel.objects.get().version == 1


def test_platform_admins_keep_what_is_shared(send, root, acme, globex, ada, eve):
    made = send(root, "post", "/panels", {"panel_id": "cpu", "document": KPI, "shared_with": ["acme"]})
    assert (made.status_code, made.json()["shared_with"], made.json()["tenant_id"]) == (201, ["acme"], None)
    assert send(ada, "get", "/panels/cpu?tenant_id=acme").json()["shared_with"] is None
    assert send(eve, "get", "/panels/cpu?tenant_id=globex").status_code == 404
    assert send(root, "patch", "/panels/cpu", {"version": 1, "shared_with": None}).json()["shared_with"] is None
    assert send(eve, "get", "/panels/cpu?tenant_id=globex").status_code == 200


@pytest.mark.parametrize(("shared_with", "path"), [(["nobody"], "shared_with[0]"), ([], "shared_with")])
def test_it_is_shared_with_tenants_there_are(send, root, shared_with, path):
    answer = send(root, "post", "/panels", {"panel_id": "cpu", "document": KPI, "shared_with": shared_with})
    assert (answer.status_code, answer.json()["errors"][0]["path"]) == (422, path)
    assert not Panel.objects.exists()


def test_a_tenants_own_is_shared_with_nobody(send, ada, globex):
    body = {"tenant_id": "acme", "panel_id": "one", "document": KPI, "shared_with": ["globex"]}
    assert send(ada, "post", "/panels", body).status_code == 422


def test_a_dashboard_is_answered_with_its_places(board, send, ada):
    made = board.json()
    assert (made["slug"], made["title"], made["panel_count"], made["version"]) == ("board", "Board", 1, 1)
    assert made["document"]["panels"][0]["position"] == {"row": 0, "col": 0, "width": 12, "height": 4}
    assert send(ada, "get", "/dashboards/board?tenant_id=acme").json() == made


def test_places_are_changed_with_their_dashboard(board, send, ada):
    send(ada, "post", "/panels", {"tenant_id": "acme", "panel_id": "two", "document": KPI})
    panels = [{"id": "two", "position": {"col": 6}, "time_range": "1h"}, {"id": "one"}]
    answer = send(ada, "patch", "/dashboards/board?tenant_id=acme", {"version": 1, "document": {"panels": panels}})
    assert answer.json()["version"] == 2
    placed = Dashboard.objects.get().placements.values_list("panel_slug", "col", "width", "time_range")
    assert sorted(placed) == [("one", 0, 6, ""), ("two", 6, 6, "1h")]


@pytest.mark.parametrize(
    ("panels", "path"),
    [
        ([{"id": "one"}, {"id": "one", "position": {"row": 9}}], "panels[1].id"),
        ([{"id": "one"}, {"id": "two", "position": {"row": 3}}], "panels[1].position"),
        ([{"id": "one", "position": {"col": 8, "width": 6}}], "panels[0].position"),
        ([{"id": "theirs"}], "panels[0].id"),
    ],
)
def test_panels_stand_beside_each_other_and_are_the_tenants(board, make_panel, globex, send, ada, panels, path):
    make_panel("two", **KPI)
    make_panel("theirs", tenant=globex, **KPI)
    answer = send(ada, "patch", "/dashboards/board?tenant_id=acme", {"version": 1, "document": {"panels": panels}})
    assert (answer.status_code, answer.json()["errors"][0]["path"]) == (422, path)
    assert Dashboard.objects.get().version == 1


def test_one_panel_is_moved(board, make_panel, send, ada):
    place = "/dashboards/board/panels/one/position?tenant_id=acme"
    moved = send(ada, "patch", place, {"version": 1, "col": 2, "width": 6})
    assert moved.json()["version"] == 2
    position = {"row": 0, "col": 2, "width": 6, "height": 4}
    assert [panel["position"] for panel in moved.json()["document"]["panels"]] == [position]
    assert send(ada, "patch", place, {"version": 1, "row": 3}).status_code == 409
    outside = send(ada, "patch", place, {"version": 2, "col": 11})
    assert (outside.status_code, outside.json()["errors"][0]["path"]) == (422, "panels[0].position")
    assert send(ada, "patch", place.replace("/one/", "/other/"), {"version": 2, "row": 3}).status_code == 404
    assert Dashboard.objects.get().placements.get().col == 2


def test_what_is_sent_beyond_the_limit_is_too_large(own, send, ada):
    body = {"tenant_id": "acme", "panel_id": "big", "document": {**KPI, "description": "x" * 2_100_000}}
    assert send(ada, "post", "/panels", body).status_code == 413


def test_the_page_shows_what_a_program_has_made(board, client, bob):
    client.force_login(bob)
    page = client.get("/t/acme/d/board/")
    assert "One" in page.content.decode()
