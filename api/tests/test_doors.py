"""Every operation of the description, tried by those it is closed to: whoever adds one is asked here who may use it."""

import json
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.utils import timezone

from api.urls import api
from conftest import PASSWORD
from dashboards.models import Annotation, Dashboard, Favorite, Panel, Placement, SavedTemplate
from datasources.models import DataSource
from tenants.models import Membership, Tenant, User

KPI = {"type": "kpi", "title": "Secret", "data_source": {"sql": "SELECT 1 AS value"}}
METHODS = ("get", "head", "options", "post", "put", "patch", "delete")
OWN = {"/me", "/me/preferences", "/auth/tokens", "/auth/tokens/{token_id}"}  # of one's account, whoever one is
FAVORITE = "/dashboards/{slug}/favorite"  # of whoever sees the dashboard
HOME = "/tenants/{tenant_id}/home"  # the one thing of a tenant that its own admins say
PATHS = {
    path.removeprefix("/api/v1"): set(methods) for path, methods in api.get_openapi_schema(path_prefix="/api/")["paths"].items()
}
OPERATIONS = [(method, path) for path, methods in sorted(PATHS.items()) for method in sorted(methods)]
WRITES = [(method, path) for method, path in OPERATIONS if method != "get"]
ABOUT_A_TENANT = [(method, path) for method, path in OPERATIONS if path not in OWN | {"/tenants"}]
BODIES: dict[tuple[str, str], Any] = {
    ("post", "/tenants"): {"tenant_id": "new", "name": "N", "host": "h", "database": "d", "user": "u", "password": "p"},
    ("patch", "/tenants/{tenant_id}"): {"name": "Changed"},
    ("post", "/tenants/{tenant_id}/test"): None,
    ("post", "/tenants/{tenant_id}/members"): {"email": "new@example.com", "role": "admin"},
    ("patch", "/tenants/{tenant_id}/members/{user_id}"): {"role": "admin"},
    ("delete", "/tenants/{tenant_id}/members/{user_id}"): None,
    ("post", "/panels"): {"tenant_id": "acme", "panel_id": "new", "document": KPI},
    ("put", "/panels/{panel_id}"): {"version": 1, "document": KPI},
    ("patch", "/panels/{panel_id}"): {"version": 1, "document": {"title": "Changed"}},
    ("delete", "/panels/{panel_id}"): None,
    ("post", "/dashboards"): {"tenant_id": "acme", "slug": "new", "document": {"name": "New"}},
    ("put", "/dashboards/{slug}"): {"version": 1, "document": {"name": "Changed"}},
    ("patch", "/dashboards/{slug}"): {"version": 1, "document": {"name": "Changed"}},
    ("delete", "/dashboards/{slug}"): None,
    ("post", "/dashboards/{slug}/annotations"): {"text": "New"},
    ("patch", "/dashboards/{slug}/annotations/{annotation_id}"): {"text": "Changed"},
    ("delete", "/dashboards/{slug}/annotations/{annotation_id}"): None,
    ("put", FAVORITE): None,
    ("delete", FAVORITE): None,
    ("put", HOME): {"dashboard": "board"},
    ("patch", "/dashboards/{slug}/panels/{panel_id}/position"): {"version": 1, "row": 8},
    ("post", "/panels/{panel_id}/restore"): {"restore": 1, "version": 1},
    ("post", "/dashboards/{slug}/restore"): {"restore": 1, "version": 1},
    ("post", "/panels/{panel_id}/clone"): {"tenant_id": "acme", "panel_id": "new"},
    ("post", "/dashboards/{slug}/clone"): {"tenant_id": "acme", "slug": "new"},
    ("post", "/datasources"): {
        "tenant_id": "acme", "source_id": "new", "kind": "postgres", "name": "New",
        "settings": {"host": "db.example.com", "database": "d", "user": "u"},
    },
    ("patch", "/datasources/{source_id}"): {"version": 1, "name": "Changed"},
    ("delete", "/datasources/{source_id}"): None,
    ("put", "/datasources/{source_id}/default"): None,
    ("post", "/datasources/{source_id}/test"): None,
    ("post", "/datasources/{source_id}/test-query"): {"tenant_id": "acme", "sql": "SELECT 1"},
    ("post", "/import"): {"tenant_id": "acme", "text": "id: new\ndashboard: {name: New}\n"},
    ("post", "/panels/{panel_id}/test"): {"sample": True},
    ("post", "/dashboards/{slug}/test"): {"sample": True},
    ("post", "/templates"): {"tenant_id": "acme", "panel_id": "secret", "name": "Kept"},
    ("patch", "/templates/{template_id}"): {"name": "Changed", "version": 1},
    ("delete", "/templates/{template_id}"): None,
    ("post", "/templates/{template_id}/use"): {"tenant_id": "acme"},
    ("patch", "/me"): {"name": "Changed"},
    ("patch", "/me/preferences"): {"theme": "dark"},
    ("post", "/auth/tokens"): {"name": "new"},
    ("delete", "/auth/tokens/{token_id}"): None,
}  # fmt: skip


@pytest.fixture
def things(acme: Tenant, make_user: Any) -> dict[str, Any]:
    """One of each of Acme's, under the names that paths have for them."""
    own = {"scope": "tenant", "tenant": acme}
    Panel.objects.create(slug="secret", title="Secret", panel_type="kpi", document=KPI, **own)
    board = Dashboard.objects.create(slug="board", name="Secret board", **own)
    Placement.objects.create(dashboard=board, panel_slug="secret")
    mark = Annotation.objects.create(tenant=acme, dashboard=board, text="Secret", start=timezone.now(), made_by="ada")
    member = make_user("mia", admin=acme)
    where = {"host": "secret.example.com", "database": "d", "user": "u"}
    DataSource.objects.create(slug="more", name="Secret source", kind="postgres", settings=where, tenant=acme)
    kept = [{"id": "secret", "document": KPI}]
    SavedTemplate.objects.create(slug="kept", name="Secret template", tenant=acme, panels=kept)
    names = {"template_id": "kept", "tenant_id": "acme", "panel_id": "secret", "slug": "board", "source_id": "more", "number": 1}
    return {**names, "user_id": member.pk, "token_id": "0123456789", "annotation_id": mark.pk}


def everything() -> str:
    """All that a call could change, in one query."""
    models = (Tenant, Membership, Panel, Dashboard, Placement, Annotation, Favorite, DataSource, SavedTemplate)
    whole = [f"SELECT row_to_json(it)::text AS line FROM {model._meta.db_table} it" for model in models]
    accounts = f"SELECT row(id, email, name, theme, password)::text FROM {User._meta.db_table}"
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT string_agg(line, chr(10) ORDER BY line) FROM ({' UNION ALL '.join([*whole, accounts])}) all_lines"
        )
        return str(cursor.fetchone()[0])


def call(client: Client, method: str, path: str, things: dict[str, Any], tenant: str = "acme", **headers: str) -> Any:
    address = "/api/v1" + path.format(**{**things, "tenant_id": tenant})
    if "{tenant_id}" not in path and (method != "post" or "{" in path):
        address += f"?tenant_id={tenant}"
    body = BODIES.get((method, path))
    if body is not None and "tenant_id" in body and path != "/tenants":
        body = {**body, "tenant_id": tenant}
    sent = {} if body is None else {"data": json.dumps(body), "content_type": "application/json"}
    return getattr(client, method)(address, **sent, headers=headers)


def test_every_write_has_a_body_here():
    assert set(WRITES) == set(BODIES)
    assert len(OPERATIONS) >= 31


@pytest.mark.parametrize("path", sorted(PATHS))
def test_nobody_is_let_in_by_any_method(things, path):
    before = everything()
    for method in METHODS:
        answer = call(Client(), method, path, things)
        assert answer.status_code == (401 if method in PATHS[path] else 405), method
        if method != "head":
            assert answer.json()["detail"]
    assert everything() == before


@pytest.mark.parametrize(("method", "path"), ABOUT_A_TENANT)
def test_a_stranger_cannot_tell_a_tenant_from_one_that_does_not_exist(things, eve, method, path):
    client, before = Client(), everything()
    client.force_login(eve)
    known, unknown = (call(client, method, path, things, tenant) for tenant in ("acme", "nobody"))
    assert known.status_code == unknown.status_code == 403
    assert known.content == unknown.content
    assert everything() == before


@pytest.mark.parametrize(("method", "path"), ABOUT_A_TENANT)
def test_what_a_tenant_has_is_not_reached_through_another(things, eve, token_for, method, path):
    """The ids of Acme's things, asked for as Globex's: as if there were none."""
    before = everything()
    answer = call(Client(), method, path, things, "globex", Authorization=f"Bearer {token_for(eve)}")
    if method == "get" and path in {"/tenants/{tenant_id}", HOME}:
        assert answer.json() == {"dashboard": None} if path == HOME else answer.json()["tenant_id"] == "globex"
        return
    if method == "post" and path in {"/panels", "/dashboards"}:
        assert answer.status_code == 201
        assert not Panel.objects.filter(slug="new", tenant__slug="acme").exists()
        return
    if path == "/import":
        assert answer.json()["changes"][0]["act"] == "create"  # what it would make in Globex
    else:
        assert answer.status_code in {403, 404} or (method == "get" and "{" not in path), answer.content
    assert b"ecret" not in answer.content
    assert everything() == before


@pytest.mark.parametrize(("method", "path"), [one for one in WRITES if one[1] not in OWN | {FAVORITE}])
def test_a_viewer_writes_nothing(things, bob, token_for, method, path):
    signed_in, before = Client(), everything()
    signed_in.force_login(bob)
    assert call(signed_in, method, path, things).status_code == 403
    for scope in ("write", "read"):
        headers = {"Authorization": f"Bearer {token_for(bob, scope=scope)}"}
        assert call(Client(), method, path, things, **headers).status_code == 403, scope
    assert everything() == before


@pytest.mark.parametrize(("method", "path"), [one for one in WRITES if one != ("post", "/auth/tokens")])
def test_a_reading_token_writes_nothing_whoever_it_is_of(things, root, token_for, method, path):
    headers = {"Authorization": f"Bearer {token_for(root, scope='read')}"}
    before = everything()
    assert call(Client(), method, path, things, **headers).status_code == 403
    assert everything() == before


@pytest.mark.parametrize(("method", "path"), [one for one in WRITES if one != ("post", "/auth/tokens")])
def test_a_session_changes_nothing_without_its_csrf_token(things, root, method, path):
    client = Client(enforce_csrf_checks=True)
    client.force_login(root)
    before = everything()
    assert call(client, method, path, things).status_code == 403
    assert everything() == before


@pytest.mark.parametrize(("method", "path"), [one for one in WRITES if one[1].startswith("/tenants")])
def test_an_editor_does_not_run_the_tenant(things, ada, method, path):
    client, before = Client(), everything()
    client.force_login(ada)
    assert call(client, method, path, things).status_code == 403
    assert everything() == before


@pytest.mark.parametrize(
    ("method", "path"), [one for one in WRITES if "{tenant_id}" in one[1] and "members" not in one[1] and one[1] != HOME]
)
def test_a_tenants_admin_does_not_change_the_tenant_itself(things, method, path):
    client, before = Client(), everything()
    client.force_login(User.objects.get(email="mia@example.com"))
    assert call(client, method, path, things).status_code == 403
    assert everything() == before


@pytest.mark.parametrize("path", ["/panels?tenant_id=globex", "/panels/theirs?tenant_id=globex", "/tenants/globex", "/panels"])
def test_a_token_of_one_tenant_leads_to_no_other(things, root, globex, token_for, acme, path):
    answer = Client().get(f"/api/v1{path}", headers={"Authorization": f"Bearer {token_for(root, tenant=acme)}"})
    assert answer.status_code in {403, 404, 422}


def test_a_token_of_one_tenant_keeps_nothing_shared(things, root, token_for, acme):
    headers = {"Authorization": f"Bearer {token_for(root, tenant=acme)}"}
    sent = {"data": json.dumps({"panel_id": "new", "document": KPI}), "content_type": "application/json"}
    assert Client().post("/api/v1/panels", **sent, headers=headers).status_code == 403


@pytest.mark.parametrize("field", ["default_tenant_id", "home_dashboard"])
def test_what_one_prefers_is_ones_own(things, eve, globex, field):
    client = Client()
    client.force_login(eve)
    body = (
        {"default_tenant_id": "acme"}
        if field == "default_tenant_id"
        else {"default_tenant_id": "globex", "home_dashboard": "board"}
    )
    answer = client.patch("/api/v1/me/preferences", json.dumps(body), content_type="application/json")
    assert answer.status_code == (403 if field == "default_tenant_id" else 422)
    eve.refresh_from_db()
    assert (eve.default_tenant, eve.home_dashboard) == (None, "")


def test_no_answer_holds_the_password_of_a_tenant(things, root, acme_database):
    client = Client()
    client.force_login(root)
    for method, path in OPERATIONS:
        if method == "get":
            answer = call(client, method, path, things)
            body = answer.getvalue() if answer.streaming else answer.content
            assert acme_database["password"].encode() not in body
            assert b"password" not in body.replace(b"password_", b""), path
    assert PASSWORD not in everything()
