"""Every door of the product, tried by those it is closed to: a URL without a word here fails the build."""

import re
from collections.abc import Iterator
from typing import Any

import pytest
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver
from django.utils import timezone

from dashboards.models import Annotation, Dashboard, Panel, Placement, SavedTemplate

OPEN = {"health", "ready", "live", "figures", "metrics"}
OPEN_IN_ADMIN = {"/admin/login/", "/admin/logout/"}  # the way in and out
# What is one's own to say, whatever one's role; and what is only sent.
OWN = ("/favorite/", "/home/")
SENT = (
    *OWN,
    "/edit/<slug:part>/",
    "/edit/form/",
    "/edit/preview/",
    "/home/of-all/",
    "/query/run/",
    "/test/run/",
    "/query/format/",
    "/restore/",
    "/state/",
)
METHODS = ("get", "head", "options", "post", "put", "patch", "delete")


def patterns(resolver: URLResolver | None = None, prefix: str = "") -> Iterator[tuple[str, URLPattern]]:
    for entry in (resolver or get_resolver()).url_patterns:
        path = prefix + str(entry.pattern)
        if isinstance(entry, URLResolver):
            yield from patterns(entry, path)
        else:
            yield path, entry


def tenant_patterns() -> list[str]:
    return sorted(path for path, _ in patterns() if "<slug:tenant>" in path)


def filled(path: str, tenant: str) -> str:
    values = {"dashboard": "board", "panel": "secret", "source": "metrics", "kind": "postgres", "tenant": tenant}
    values |= {"variable": "region", "template": "kept"}
    return "/" + re.sub(r"<\w+:(\w+)>", lambda found: values.get(found[1], "1"), path)


def without_chance(body: bytes, tenant: bytes) -> bytes:
    """The page without its CSRF token, its request id and the name that was asked for."""
    return re.sub(rb"[0-9A-Za-z]{64}|[0-9a-f]{32}", b"", body).replace(tenant, b"")


@pytest.fixture
def board(acme: Any) -> Dashboard:
    document = {"type": "kpi", "title": "Secret", "data_source": {"sql": "SELECT 1 AS value"}}
    own = {"scope": "tenant", "tenant": acme}
    Panel.objects.create(slug="secret", title="Secret", panel_type="kpi", document=document, **own)
    region = {"name": "region", "kind": "custom", "options": ["secret-eu", "secret-us"]}
    dashboard = Dashboard.objects.create(slug="board", name="Acme's board", variables=[region], **own)
    Placement.objects.create(dashboard=dashboard, panel_slug="secret")
    Annotation.objects.create(pk=1, tenant=acme, dashboard=dashboard, text="Secret", start=timezone.now(), made_by="ada")
    SavedTemplate.objects.create(slug="kept", name="Secret", tenant=acme, panels=[{"id": "secret", "document": document}])
    return dashboard


def test_the_walk_finds_the_tenants_doors():
    assert len(tenant_patterns()) >= 7


@pytest.mark.parametrize("method", METHODS)
@pytest.mark.parametrize("path", tenant_patterns())
def test_a_stranger_cannot_tell_a_tenant_from_one_that_does_not_exist(board, eve, client: Client, path, method):
    client.force_login(eve)
    known, unknown = (getattr(client, method)(filled(path, tenant)) for tenant in ("acme", "nobody"))
    assert known.status_code == unknown.status_code == 404
    assert without_chance(known.content, b"acme") == without_chance(unknown.content, b"nobody")


@pytest.mark.parametrize("path", tenant_patterns())
def test_nobody_signed_in_is_sent_to_the_sign_in(board, client: Client, path):
    response = client.get(filled(path, "acme"))
    assert response.status_code == 302
    assert response["Location"].startswith("/accounts/login/?next=")


@pytest.mark.parametrize("path", tenant_patterns())
def test_a_fragment_without_a_session_leads_htmx_to_the_sign_in(board, client: Client, path):
    response = client.get(filled(path, "acme"), headers={"HX-Request": "true", "HX-Current-URL": "http://testserver/t/acme/"})
    assert response["HX-Redirect"] == "/accounts/login/?next=%2Ft%2Facme%2F"


@pytest.mark.parametrize("method", ["post", "put", "patch", "delete"])
@pytest.mark.parametrize("path", tenant_patterns())
def test_pages_only_answer_to_reading(board, bob, client: Client, path, method):
    client.force_login(bob)
    is_own = method == "post" and path.endswith(OWN)
    assert getattr(client, method)(filled(path, "acme")).status_code in ({302} if is_own else {403, 405})


@pytest.mark.parametrize("path", tenant_patterns())
def test_a_member_is_let_in_and_nothing_is_kept_in_caches(board, ada, client: Client, path):
    client.force_login(ada)
    response = client.get(filled(path, "acme"))
    is_for_admins = "audit" in path or "sources" in path
    expected = {403} if is_for_admins else {200, 404, 422} if "points" in path else {200}  # ada is an editor
    if path.endswith("/names/"):
        expected = {422}  # it is not said of what
    if ("annotations" in path and path.endswith("/delete/")) or path.endswith("/edit/document/"):
        expected = {405}
    if path.endswith(SENT):
        expected = {405}
    assert response.status_code in expected
    assert "no-store" in response["Cache-Control"]


def test_a_viewer_does_not_inspect(board, bob, client: Client):
    client.force_login(bob)
    assert client.get("/t/acme/d/board/panels/secret/inspect/").status_code == 403


@pytest.mark.parametrize("slug", ["*", "%2e%2e", "0", "-1", "null", "[]", "1e3", "٣", "9" * 40, "secret%20", ":panel"])
def test_odd_ids_are_not_found(board, bob, client: Client, slug):
    client.force_login(bob)
    assert client.get(f"/t/acme/d/board/panels/{slug}/").status_code == 404


def test_every_other_door_is_known_to_be_open_or_asks_for_a_session(client: Client, db):
    """Doors outside a tenant: the probes are open, accounts and admin have doors of their own, the rest asks to sign in."""
    for path, pattern in patterns():
        is_own = path.startswith(("admin/", "accounts/", "api/")) or "<" in path or pattern.name in OPEN
        if not is_own:
            assert client.get(f"/{path}").status_code == 302, path


@pytest.mark.parametrize("method", METHODS)
def test_the_admin_is_closed_to_every_tenant_role(ada, client: Client, acme, method):
    from paneldash.tests.doors import doors

    ada.memberships.update(role="admin")
    client.force_login(ada)
    behind = [path for path in doors() if path.startswith("/admin/") and path not in OPEN_IN_ADMIN]
    assert {"/admin/jobs/", "/admin/load/"} <= set(behind)
    answers = {path: getattr(client, method)(path) for path in behind}
    assert {path: answer.status_code for path, answer in answers.items() if answer.status_code not in {302, 403, 404}} == {}
    assert {answer["Location"].partition("?")[0] for answer in answers.values() if answer.status_code == 302} == {"/admin/login/"}
