"""The builder's doors: who is let in, what is begun there, and what is read."""

from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from dashboards.builder.making import slug_from
from dashboards.checks import check_queries
from dashboards.models import Dashboard, Panel, Placement
from dashboards.panels import PANEL_TYPES
from dashboards.panels.document import read_document

EDIT = "/t/acme/d/board/edit/"
NUMBER = {"type": "kpi", "title": "One", "data_source": {"sql": "SELECT 1 AS value"}}


@pytest.fixture
def one(acme: Any) -> Panel:
    return Panel.objects.create(slug="one", title="One", panel_type="kpi", document=NUMBER, scope="tenant", tenant=acme)


@pytest.fixture
def board(acme: Any, one: Panel) -> Dashboard:
    made = Dashboard.objects.create(slug="board", name="Board", scope="tenant", tenant=acme)
    Placement.objects.create(dashboard=made, panel_slug="one")
    return made


@pytest.fixture
def shared(db: None) -> Dashboard:
    return Dashboard.objects.create(slug="board", name="Shared", tags=["a"])


def test_an_editor_builds_the_tenants_own(board: Dashboard, ada: Any, client: Client) -> None:
    client.force_login(ada)
    page = client.get(EDIT)
    assert page.status_code == 200
    assert page.context["board"]["document"]["panels"][0]["id"] == "one"


@pytest.mark.parametrize("path", [EDIT, f"{EDIT}panels/one/", "/t/acme/new/"])
def test_a_viewer_does_not(board: Dashboard, bob: Any, client: Client, path: str) -> None:
    client.force_login(bob)
    assert client.get(path).status_code == 403
    assert client.post(path, {"name": "Mine"}).status_code in {403, 405}
    assert Dashboard.objects.count() == 1


def test_a_viewer_is_offered_nothing_to_edit(board: Dashboard, bob: Any, client: Client) -> None:
    client.force_login(bob)
    assert b"/edit/" not in client.get("/t/acme/d/board/").content
    assert b"/new/" not in client.get("/t/acme/").content


def test_an_editor_makes_a_shared_one_the_tenants_own(shared: Dashboard, one: Panel, ada: Any, acme: Any, client: Client) -> None:
    Placement.objects.create(dashboard=shared, panel_slug="one", width=5)
    client.force_login(ada)
    page = client.get(EDIT)
    assert b"Make it ours" in page.content
    assert b"builder-publish" not in page.content
    assert b'id="board"' not in page.content
    assert client.post(EDIT)["Location"] == EDIT
    own = Dashboard.objects.get(tenant=acme)
    assert (own.tenant, own.tags, own.changed_by) == (acme, ["a"], "ada@example.com")
    assert own.placements.get().width == 5
    shared.refresh_from_db()
    assert (shared.version, shared.tenant) == (1, None)


def test_a_shared_one_with_what_tenants_may_not_read_is_not_copied(shared: Dashboard, ada: Any, client: Client) -> None:
    sql = "SELECT datname FROM pg_stat_database"
    shared.variables = [{"name": "database", "kind": "query", "data_source": {"sql": sql}}]
    shared.save()
    client.force_login(ada)
    answer = client.post(EDIT)
    assert answer.status_code == 422
    assert b"variables[0]" in answer.content
    assert Dashboard.objects.count() == 1


def test_nobody_builds_another_persons_private_one(board: Dashboard, ada: Any, root: Any, client: Client) -> None:
    Dashboard.objects.filter(pk=board.pk).update(private_to=ada)
    client.force_login(root)
    for path in (EDIT, f"{EDIT}panels/one/"):
        assert client.get(path).status_code == 404
    assert client.post(f"{EDIT}document/", {"text": "name: x"}).status_code == 404


def test_a_platform_admin_builds_a_shared_one(shared: Dashboard, acme: Any, globex: Any, root: Any, client: Client) -> None:
    shared.scope = "chosen"
    shared.save()
    shared.shared_with.set([acme, globex])
    client.force_login(root)
    board = client.get(EDIT).context["board"]
    assert (board["tenant"], board["sharedWith"]) == (None, ["acme", "globex"])
    assert client.post(EDIT).status_code == 405


def test_a_new_dashboard_is_made_by_its_name(acme: Any, ada: Any, client: Client) -> None:
    client.force_login(ada)
    answer = client.post("/t/acme/new/", {"name": "Orders & stock", "folder": "Shop"})
    assert answer["Location"] == "/t/acme/d/orders-stock/edit/"
    made = Dashboard.objects.get()
    assert (made.tenant, made.name, made.folder, made.changed_by) == (acme, "Orders & stock", "Shop", "ada@example.com")
    assert made.state == "draft"
    assert b"builder-publish" in client.get("/t/acme/d/orders-stock/edit/").content


@pytest.mark.parametrize("given", [{"name": "Board"}, {"name": ""}, {"name": "東京"}, {"name": "x", "slug": "No Id"}])
def test_what_cannot_be_made_says_why(board: Dashboard, ada: Any, client: Client, given: dict[str, str]) -> None:
    client.force_login(ada)
    answer = client.post("/t/acme/new/", given)
    assert answer.status_code == 422
    assert b'class="field-error"' in answer.content
    assert Dashboard.objects.count() == 1


@pytest.mark.parametrize(("name", "slug"), [("Größe", "grosse"), (" CPU / RAM ", "cpu-ram"), ("東京", ""), ("a" * 80, "a" * 63)])
def test_an_id_comes_from_the_name(name: str, slug: str) -> None:
    assert slug_from(name) == slug


def test_a_panel_is_drawn_before_it_stands_there(board: Dashboard, acme: Any, ada: Any, client: Client) -> None:
    other = {**NUMBER, "title": "Other", "time_range": "7d"}
    Panel.objects.create(slug="other", title="Other", panel_type="kpi", document=other, scope="tenant", tenant=acme)
    client.force_login(ada)
    drawn = client.get(f"{EDIT}panels/other/?width=3&time_range=2d&from=now-1h&to=now")
    assert b'data-panel="other"' in drawn.content
    assert b"/t/acme/d/board/edit/panels/other/?" in drawn.content
    assert b"width=3" in drawn.content
    assert client.get(f"{EDIT}panels/none/").status_code == 404


@pytest.mark.parametrize("query", ["width=0", "width=13", "width=x", "width=٣", "time_range=ever"])
def test_a_placement_that_makes_no_sense_is_drawn_as_wide_as_the_page(
    board: Dashboard, ada: Any, client: Client, query: str
) -> None:
    client.force_login(ada)
    assert b"width=12" in client.get(f"{EDIT}panels/one/?{query}").content


def test_a_text_is_read_as_a_document(board: Dashboard, ada: Any, client: Client) -> None:
    client.force_login(ada)
    text = "dashboard:\n  name: Other\n  panels:\n    - {id: one, position: {row: 2}}\n    - {id: none, position: {row: 9}}\n"
    answer = client.post(f"{EDIT}document/", {"text": text}).json()
    assert answer["document"]["panels"][0]["position"] == {"row": 2, "col": 0, "width": 6, "height": 4}
    assert answer["panels"] == {"one": {"title": "One", "kind": "kpi", "heading": False, "ownRange": False}}
    again = client.post(f"{EDIT}document/", {"text": answer["text"]}).json()
    assert again == answer


@pytest.mark.parametrize(
    ("text", "path"),
    [
        ("name: [", "line 1, column 8"),
        ("{}", "name"),
        ("name: x\npanels: [{id: one, position: {col: 12}}]", "panels[0].position.col"),
    ],
)
def test_a_mistake_in_a_text_is_told_at_its_path(board: Dashboard, ada: Any, client: Client, text: str, path: str) -> None:
    client.force_login(ada)
    answer = client.post(f"{EDIT}document/", {"text": text})
    assert answer.status_code == 422
    assert answer.json()["errors"][0]["path"] == path


def test_opening_the_builder_costs_as_much_for_twenty_panels_as_for_one(
    board: Dashboard, acme: Any, ada: Any, client: Client
) -> None:
    client.force_login(ada)
    counts = []
    for number in (1, 20):
        for more in range(1, number):
            slug = f"p{more}"
            Panel.objects.create(slug=slug, title=slug, panel_type="kpi", document=NUMBER, scope="tenant", tenant=acme)
            Placement.objects.create(dashboard=board, panel_slug=slug, row=more)
        with CaptureQueriesContext(
            connection,
        ) as asked:
            assert client.get(EDIT).status_code == 200
        counts.append(len(asked))
    assert counts[1] <= counts[0]


def test_viewers_pages_load_nothing_of_the_builder(board: Dashboard, ada: Any, client: Client) -> None:
    client.force_login(ada)
    assert b"builder" not in client.get("/t/acme/d/board/").content


def test_a_new_panel_may_be_of_any_type(board: Dashboard, ada: Any, client: Client) -> None:
    client.force_login(ada)
    page = client.get(EDIT)
    assert {name for name, _, _ in page.context["types"]} == set(PANEL_TYPES) == set(page.context["beginnings"])
    for document in page.context["beginnings"].values():
        assert check_queries(read_document({**document, "title": "New"}), is_shared=False) == []


def test_a_panel_that_stands_there_only_for_now_is_edited_too(board: Dashboard, acme: Any, ada: Any, client: Client) -> None:
    Panel.objects.create(slug="two", title="Two", panel_type="kpi", document=NUMBER, scope="tenant", tenant=acme)
    client.force_login(ada)
    page = client.get("/t/acme/d/board/panels/two/edit/?back=builder").content.decode()
    assert f'href="{EDIT}"' in page
    assert client.get("/t/acme/d/nowhere/panels/two/edit/").status_code == 404
