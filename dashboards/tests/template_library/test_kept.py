"""Templates that people have made: kept, found, used, renamed and deleted by those who may, at the pages and in the API."""

import json
from typing import Any

import pytest
from django.test import Client

from audit.models import Event
from dashboards.models import Dashboard, Panel, SavedTemplate
from tenants.models import Tenant

KPI = {"type": "kpi", "title": "Orders", "data_source": {"table": "orders", "columns": {"value": "id"}, "aggregate": "count"}}
STATISTICS = {"type": "kpi", "title": "Size", "data_source": {"sql": "SELECT pg_database_size(current_database()) AS value"}}


@pytest.fixture
def board(acme: Tenant) -> Dashboard:
    own = {"scope": "tenant", "tenant": acme}
    Panel.objects.create(slug="orders", title="Orders", panel_type="kpi", document=KPI, **own)
    board = Dashboard.objects.create(slug="shop", name="Shop", description="Of a shop", **own)
    board.placements.create(panel_slug="orders", width=4, height=3)
    return board


@pytest.fixture
def editor(client: Client, ada: Any, board: Dashboard) -> Client:
    client.force_login(ada)
    return client


def test_a_dashboard_is_kept_found_and_made_again(editor: Client, acme: Tenant) -> None:
    assert "Of a shop" in editor.get("/t/acme/d/shop/template/").content.decode()
    kept = editor.post("/t/acme/d/shop/template/", {"name": "Any shop", "about": "Counts orders"})
    assert kept["Location"] == "/t/acme/templates/any-shop/"
    Panel.objects.filter(slug="orders").delete()
    page = editor.get(kept["Location"]).content.decode()
    assert "<code>orders</code>" in page
    assert "Rename" in page
    listed = editor.get("/t/acme/templates/", {"q": "counts"}).content.decode()
    assert "Our own" in listed
    made = editor.post(kept["Location"], {"name": "A second shop"})
    assert made["Location"] == "/t/acme/d/any-shop/edit/"
    again = Dashboard.objects.get(slug="any-shop")
    assert (again.name, again.state) == ("A second shop", "draft")
    assert again.placements.get().panel_slug == "orders"
    assert Panel.objects.get(slug="orders", tenant=acme).document["data_source"]["table"] == "orders"
    assert Event.objects.filter(action="create", object_type="dashboards.savedtemplate", tenant="acme").exists()


def test_a_panel_is_kept_and_renamed_and_deleted(editor: Client) -> None:
    editor.post("/t/acme/panels/orders/template/", {"name": "node"})
    row = SavedTemplate.objects.get()
    assert row.slug == "node-2"  # the product has a template of that id
    assert editor.post("/t/acme/templates/node-2/change/", {"name": "Mine", "about": ""}).status_code == 422
    change = {"name": "Orders of a day", "about": "", "seen_version": 1}
    assert editor.post("/t/acme/templates/node-2/change/", change).status_code == 302
    assert "Orders of a day" in editor.get("/t/acme/templates/node-2/delete/").content.decode()
    assert editor.post("/t/acme/templates/node-2/delete/", {"seen_version": 1}).status_code == 409
    editor.post("/t/acme/templates/node-2/delete/", {"seen_version": 2})
    assert not SavedTemplate.objects.exists()


def test_the_second_of_two_who_rename_it_is_told_and_may_save_over_it(editor: Client) -> None:
    editor.post("/t/acme/panels/orders/template/", {"name": "Orders"})
    url = "/t/acme/templates/orders/change/"
    assert 'name="seen_version" value="1"' in editor.get(url).content.decode()
    assert editor.post(url, {"name": "Theirs", "about": "of a day", "seen_version": 1}).status_code == 302
    late = editor.post(url, {"name": "Mine", "about": "", "seen_version": 1})
    page = late.content.decode()
    assert late.status_code == 409
    assert "ada@example.com has changed it" in page
    assert "Theirs" in page
    assert 'value="Mine"' in page
    assert SavedTemplate.objects.get().name == "Theirs"
    assert editor.post(url, {"name": "Mine", "about": "", "seen_version": 1, "over": 2, "do": "over"}).status_code == 302
    assert (SavedTemplate.objects.get().name, SavedTemplate.objects.get().version) == ("Mine", 3)


def test_a_name_given_in_the_admin_is_a_version_too(editor: Client, root: Any) -> None:
    editor.post("/t/acme/panels/orders/template/", {"name": "Orders"})
    row = SavedTemplate.objects.get()
    editor.force_login(root)
    assert editor.post(f"/admin/dashboards/savedtemplate/{row.pk}/change/", {"name": "Named", "about": ""}).status_code == 302
    row.refresh_from_db()
    assert (row.name, row.version, row.changed_by) == ("Named", 2, root.email)


def test_the_audit_is_told_what_was_renamed_and_not_its_version(editor: Client) -> None:
    editor.post("/t/acme/panels/orders/template/", {"name": "Orders"})
    editor.post("/t/acme/templates/orders/change/", {"name": "Sales", "about": "", "seen_version": 1})
    event = Event.objects.get(action="change", object_type="dashboards.savedtemplate")
    assert (event.before, event.after) == ({"name": "Orders"}, {"name": "Sales"})


def test_a_tag_tells_what_the_source_has_too(editor: Client, acme: Tenant) -> None:
    editor.post("/t/acme/panels/orders/template/", {"name": "Orders"})
    url = "/api/v1/templates/orders?tenant_id=acme"
    tag = editor.get(url)["ETag"]
    assert editor.get(url, headers={"if-none-match": tag}).status_code == 304
    acme.port = 1
    acme.save()
    assert editor.get(url, headers={"if-none-match": tag}).json()["problem"]
    renamed = editor.patch(url, {"name": "Sales"}, content_type="application/json", headers={"if-match": tag})
    assert renamed.json()["version"] == 2


def test_another_tenant_does_not_see_it(editor: Client, eve: Any) -> None:
    editor.post("/t/acme/panels/orders/template/", {"name": "Secret orders"})
    stranger = Client()
    stranger.force_login(eve)
    assert "Secret orders" not in stranger.get("/t/globex/templates/").content.decode()
    for page in ("", "change/", "delete/"):
        assert stranger.post(f"/t/globex/templates/secret-orders/{page}", {"name": "Mine"}).status_code == 404
    assert SavedTemplate.objects.get().name == "Secret orders"


def test_one_of_all_is_made_and_changed_by_platform_admins_alone(editor: Client, ada: Any, root: Any, eve: Any) -> None:
    editor.post("/t/acme/panels/orders/template/", {"name": "Not of all", "for_all": "on"})
    assert SavedTemplate.objects.get().tenant_id is not None
    editor.force_login(root)
    editor.post("/t/acme/panels/orders/template/", {"name": "Of all", "for_all": "on"})
    assert Event.objects.filter(action="export", tenant="acme", details__what="kept as a template of all").exists()
    editor.force_login(eve)
    assert "Of all" in editor.get("/t/globex/templates/").content.decode()
    assert editor.post("/t/globex/templates/of-all/delete/", {}).status_code == 403
    assert editor.post("/t/globex/templates/of-all/", {}).status_code == 302
    assert Panel.objects.filter(slug="orders", tenant__slug="globex").exists()


def test_what_only_the_platform_may_ask_is_kept_by_platform_admins(editor: Client, root: Any, ada: Any) -> None:
    Panel.objects.create(slug="size", title="Size", panel_type="kpi", document=STATISTICS)
    refused = editor.post("/t/acme/panels/size/template/", {"name": "Size"})
    assert refused.status_code == 422
    assert b"It cannot be a template" in refused.content
    editor.force_login(root)
    assert editor.post("/t/acme/panels/size/template/", {"name": "Size", "for_all": "on"}).status_code == 302
    editor.force_login(ada)
    assert editor.get("/t/acme/templates/size/").status_code == 404


def test_programs_do_all_of_it(editor: Client) -> None:
    def call(method: str, path: str, body: Any = None) -> Any:
        sent = {} if body is None else {"data": json.dumps(body), "content_type": "application/json"}
        return getattr(editor, method)(f"/api/v1/templates{path}", **sent)

    made = call("post", "", {"tenant_id": "acme", "dashboard": "shop", "name": "Any shop"})
    assert (made.status_code, made.json()["template_id"], made.json()["owner"]) == (201, "any-shop", "tenant")
    assert call("post", "", {"tenant_id": "acme", "name": "Nothing"}).status_code == 422
    assert call("post", "", {"tenant_id": "acme", "panel_id": "orders", "name": "x", "for_all": True}).status_code == 403
    listed = call("get", "?tenant_id=acme&q=shop").json()
    assert [one["template_id"] for one in listed["items"]] == ["any-shop"]
    needs = call("get", "/training-job?tenant_id=acme").json()["needs"]
    assert [(one["name"], one["is_there"]) for one in needs] == [("training_runs", False), ("training_steps", False)]
    assert call("patch", "/any-shop?tenant_id=acme", {"name": "Shops"}).status_code == 422
    renamed = call("patch", "/any-shop?tenant_id=acme", {"name": "Shops", "version": 1})
    assert (renamed.json()["name"], renamed.json()["version"]) == ("Shops", 2)
    assert renamed["ETag"] == call("get", "/any-shop?tenant_id=acme")["ETag"]
    late = call("patch", "/any-shop?tenant_id=acme", {"name": "Mine", "version": 1})
    assert (late.status_code, late.json()["version"], late.json()["changed_by"]) == (409, 2, "ada@example.com")
    assert call("patch", "/node?tenant_id=acme", {"name": "Mine"}).status_code == 403
    used = call("post", "/any-shop/use", {"tenant_id": "acme", "slug": "shops"})
    assert used.json() == {"dashboard": "shops", "panels": ["orders-2"]}
    assert call("post", "/any-shop/use", {"tenant_id": "acme", "slug": "shops"}).status_code == 409
    assert not Panel.objects.filter(slug="orders-3").exists()
    onto = call("post", "/training-loss/use", {"tenant_id": "acme", "dashboard": "shop", "values": {"steps": "ml.steps"}})
    assert onto.json() == {"dashboard": "shop", "panels": ["training-loss"]}
    assert call("post", "/training-loss/use", {"tenant_id": "acme", "values": {"steps": "a b"}}).status_code == 422
    assert call("post", "/training-loss/use", {"tenant_id": "acme", "source": "none"}).status_code == 422
    assert call("delete", "/any-shop?tenant_id=acme").status_code == 204
