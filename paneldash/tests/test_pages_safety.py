"""Every page there is, looked at as a browser does: headers that protect it, and texts that stay texts."""

import re
from typing import Any

import pytest
from django.test import Client

from conftest import PASSWORD
from dashboards.models import Dashboard, Panel
from paneldash.tests.doors import doors
from paneldash.tests.hostile import EVALUATED, NAME, PANELS, hostile
from paneldash.tests.pages import Page, html_of, texts_in
from tenants.models import Tenant, User

__all__ = ["hostile"]
PROBES = ("/api/v1/health", "/health", "/ready", "/live", "/metrics")
BOARD = "/t/acme/d/board/"
FRAMEWORK = ("/admin/", "/api/docs")  # pages whose markup is not ours


@pytest.fixture
def operator(client: Client, root: User) -> Client:
    client.force_login(root)
    return client


def every_page(board: Dashboard) -> list[str]:
    """The product's URLs, each of the dashboard's panels in turn."""
    known = {"tenant": "acme", "dashboard": "board", "pk": Tenant.objects.get().pk, "app_label": "tenants"}
    things = {"tenants/user": User.objects.first(), "tenants/tenant": board.tenant, "dashboards/dashboard": board}
    paths = {path for slug in PANELS for path in doors(**known, panel=slug, panel_id=slug)}
    for model, thing in {**things, "dashboards/panel": Panel.objects.get(slug="rows")}.items():
        paths |= {path.replace(f"{model}/1/", f"{model}/{thing.pk}/") for path in paths}
    asked = {f"{BOARD}panels/series/points/?at=now&label=x", f"{BOARD}panels/rows/?q=<x-evil>&sort=label"}
    return sorted((paths | asked) - {"/accounts/logout/", "/admin/logout/"})


def test_every_answer_protects_itself(operator: Client, hostile: Dashboard) -> None:
    """Cases G5, G6, 61, 117."""
    seen = 0
    for path in every_page(hostile):
        response = operator.get(path)
        policy = response["Content-Security-Policy"]
        assert "frame-ancestors 'none'" in policy, path
        assert "default-src 'none'" in policy
        assert "unsafe" not in policy
        assert response["X-Frame-Options"] == "DENY"
        assert response["X-Content-Type-Options"] == "nosniff"
        assert response["Referrer-Policy"] == "same-origin"
        assert response.status_code < 500 or "panels/broken" in path, path
        if not path.startswith(PROBES) and response.status_code != 405:
            assert "no-store" in response["Cache-Control"] or "no-cache" in response["Cache-Control"], path
        seen += response.status_code == 200
    assert seen > 50


def test_the_policy_lets_in_nothing_from_elsewhere(client: Client, db: None) -> None:
    policy = client.get("/accounts/login/")["Content-Security-Policy"]
    allowed = {name: set(sources) for name, *sources in (directive.split() for directive in policy.split(";"))}
    assert allowed.pop("img-src") == {"'self'", "data:", "blob:"}
    assert {name for name, sources in allowed.items() if sources == {"'none'"}} == {
        "default-src", "base-uri", "frame-ancestors", "object-src",
    }  # fmt: skip
    assert {name for name, sources in allowed.items() if sources == {"'self'"}} == {
        "script-src", "style-src", "font-src", "connect-src", "form-action",
    }  # fmt: skip


def test_every_form_that_changes_something_has_its_token_and_stays_here(operator: Client, hostile: Dashboard) -> None:
    """Whatever htmx sends carries the page's own: it stands on its body."""
    seen = 0
    for path in every_page(hostile):
        page = html_of(operator, path)
        if page is None:
            continue
        posts = [form for tag, form in page.elements if tag == "form" and (form.get("method") or "").lower() == "post"]
        tokens = [field for tag, field in page.elements if tag == "input" and field.get("name") == "csrfmiddlewaretoken"]
        assert len(tokens) >= len(posts), path
        assert all(token["value"] for token in tokens), path
        assert not [form for form in posts if re.match(r"[a-z]+:|//", form.get("action") or "")], path
        by_htmx = [element for _, element in page.elements if {"hx-post", "hx-put", "hx-patch", "hx-delete"} & element.keys()]
        sends_token = any("X-CSRFToken" in (element.get("hx-headers") or "") for _, element in page.elements)
        assert sends_token or not by_htmx, path
        seen += len(posts)
    assert seen > 20


def test_every_answer_to_nobody_protects_itself(client: Client, hostile: Dashboard) -> None:
    for path in every_page(hostile):
        response = client.get(path)
        assert response["X-Frame-Options"] == "DENY", path
        assert "unsafe" not in response["Content-Security-Policy"]
        assert NAME[:20] not in response.content.decode()


def test_no_chosen_text_becomes_markup_anywhere(operator: Client, hostile: Dashboard) -> None:
    """Cases 46, 57: names of tenant, dashboard, panel and person, descriptions, labels, units and values of tables."""
    shown = 0
    for path in every_page(hostile):
        page = html_of(operator, path)
        if page is None:
            continue
        assert "x-evil" not in [tag for tag, _ in page.elements], path
        assert not [name for _, attributes in page.elements for name in attributes if "evil" in name]
        assert not [
            link for link in page.links() if link.strip().lower().startswith(("javascript:", "data:text", "vbscript:", "/evil"))
        ]
        assert not [word for word in EVALUATED if word in page.text and word not in NAME], path
        shown += "x-evil" in page.text
    assert shown > 15


def test_no_page_of_ours_has_inline_code(operator: Client, hostile: Dashboard) -> None:
    """Cases 54, 60: nothing on a page needs a hole in the policy."""
    for path in every_page(hostile):
        page = html_of(operator, path)
        if page is not None and not path.startswith(FRAMEWORK):
            assert page.inline_code() == [], path


def test_no_figure_holds_markup_from_data(operator: Client, hostile: Dashboard) -> None:
    """Case 49: Plotly reads tags in titles, labels and hover texts."""
    page = html_of(operator, f"{BOARD}panels/series/")
    assert page
    [figure] = page.figures
    texts = texts_in(figure)
    assert any("x-evil" in text for text in texts)
    assert not [text for text in texts if "<x-evil" in text or "<a " in text or "%{customdata}" in text]


def test_links_of_a_table_lead_to_the_web_only(operator: Client, hostile: Dashboard) -> None:
    """Case 48."""
    page = html_of(operator, f"{BOARD}panels/rows/view/")
    assert page
    targets = [attributes for tag, attributes in page.elements if tag == "a" and attributes.get("target")]
    assert targets == []
    assert "javascript:alert(1)" in page.text


def test_answers_for_programs_are_json_and_never_a_page(operator: Client, hostile: Dashboard) -> None:
    """A browser that opens an address of the API must not take what it finds for HTML."""
    asked = [f"/api/v1/panels/{slug}/data?tenant_id=acme" for slug in PANELS]
    for path in [*asked, "/api/v1/tenants", "/api/v1/panels?tenant_id=acme", "/api/v1/dashboards?tenant_id=acme"]:
        response = operator.get(path)
        assert response["Content-Type"].startswith("application/json"), path
        response.json()


def test_a_problem_does_not_repeat_what_was_asked(operator: Client, hostile: Dashboard) -> None:
    """Case 46 for messages: a bad parameter's name and value."""
    for query in (
        "tz=<x-evil>",
        "from=<x-evil>",
        "page=<x-evil>",
        "sort=<x-evil>",
        "refresh=<x-evil>",
        "order=<x-evil>",
        "at=<x-evil>",
    ):
        for path in (
            BOARD,
            f"{BOARD}panels/rows/",
            f"{BOARD}panels/rows/view/",
            f"{BOARD}panels/series/points/",
            f"{BOARD}panels/rows/csv/",
        ):
            response = operator.get(f"{path}?{query}")
            assert response.status_code in {200, 422, 404}, (path, query)
            if not response.streaming:
                assert "x-evil" not in [tag for tag, _ in Page(response.content.decode()).elements]


def test_over_https_cookies_and_browsers_stay_there(client: Client, ada: User, settings: Any) -> None:
    """Case G6: what HTTPS=true, the default, sets."""
    settings.SECURE_SSL_REDIRECT = settings.SESSION_COOKIE_SECURE = settings.CSRF_COOKIE_SECURE = True
    settings.SECURE_HSTS_SECONDS, settings.SECURE_HSTS_INCLUDE_SUBDOMAINS = 31_536_000, True
    assert client.get("/accounts/login/")["Location"] == "https://testserver/accounts/login/"
    page = client.get("/accounts/login/", secure=True)
    assert page["Strict-Transport-Security"] == "max-age=31536000; includeSubDomains"
    client.post("/accounts/login/", {"login": ada.email, "password": PASSWORD}, secure=True)
    assert client.get("/t/acme/", secure=True)["Strict-Transport-Security"]
    for cookie in [*client.cookies.values(), *page.cookies.values()]:
        assert cookie["secure"], cookie.key
        assert cookie["httponly"]
        assert cookie["samesite"] == "Lax"


@pytest.mark.parametrize(
    "ending", ["x.css", ";x.css", "%2Fx.js", "panels/rows/x.png", "panels/rows/csv/x.css", "..%2f..%2fstatic/x.css"]
)
def test_a_private_page_is_nowhere_to_be_had_as_a_file(operator: Client, hostile: Dashboard, ending: str) -> None:
    """Case 117: a cache that goes by the ending of the path would keep it."""
    response = operator.get(BOARD + ending)
    assert response.status_code == 404
    assert "no-store" in response["Cache-Control"]


@pytest.mark.parametrize("switch", [{"query": "debug=1"}, {"X-Debug": "1"}, {"X-Forwarded-Proto": "https"}])
def test_no_switch_turns_on_more_than_there_is(operator: Client, hostile: Dashboard, switch: dict[str, str]) -> None:
    """Case 124."""
    response = operator.get(f"/t/acme/d/none/?{switch.get('query', '')}", headers=switch)
    assert response.status_code == 404
    assert b"urlpatterns" not in response.content
    assert b"Traceback" not in response.content
