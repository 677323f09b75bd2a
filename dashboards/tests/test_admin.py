"""Panels and dashboards made in the admin: documents with an error at its path, previews, placements."""

import json
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from dashboards.models import Dashboard, Panel, Placement
from dashboards.panels.document import as_yaml
from tenants.models import Membership, Tenant, User

ADD, PREVIEW = reverse("admin:dashboards_panel_add"), reverse("admin:dashboards_panel_preview")
ADD_DASHBOARD = reverse("admin:dashboards_dashboard_add")
DOCUMENT = {"type": "kpi", "title": "Answer", "data_source": {"sql": "SELECT 42 AS value"}}
HOSTILE = (
    "\x00",
    "a\x00b",
    "😀" * 60,
    "\u202egnp\u200b\u200d",
    "ﷺ" * 60,
    "'; DROP TABLE x; --",
    "%s%(x)s",
    "٣",
    "1e999",
    "x" * 5_000,
)


@pytest.fixture
def operator(client: Client, root: User) -> Client:
    client.force_login(root)
    return client


def fields(document: Any = None, **changed: Any) -> dict[str, Any]:
    """The panel's form as it is sent; the document as YAML."""
    text = document if isinstance(document, str) else as_yaml(document or DOCUMENT)
    return {"slug": "answer", "scope": "all", "tenant": "", "text": text, "seen_version": "", **changed}


def board_fields(*places: dict[str, Any], **changed: Any) -> dict[str, Any]:
    form = {"slug": "board", "name": "Board", "description": "", "scope": "all", "tenant": "", "time_range": "6h",
            "refresh_interval": "30", "placements-TOTAL_FORMS": len(places), "placements-INITIAL_FORMS": 0}  # fmt: skip
    for number, place in enumerate(places):
        whole = {"panel_slug": f"p{number}", "row": 0, "col": 0, "width": 6, "height": 4, "time_range": "", **place}
        form |= {f"placements-{number}-{name}": value for name, value in whole.items()}
    return {**form, **changed}


def errors_of(response: Any) -> str:
    assert response.status_code == 200
    form, *_ = response.context["adminform"], response.context["errors"]
    return f"{form.form.errors.as_json()} {response.context['errors']}"


@pytest.mark.parametrize(
    "write", [as_yaml, json.dumps, lambda document: json.dumps({"panel": document})], ids=["yaml", "json", "panel"]
)
def test_a_panel_is_made_from_yaml_or_json(operator: Client, write: Any) -> None:
    operator.post(ADD, fields(write(DOCUMENT)))
    panel = Panel.objects.get()
    assert (panel.slug, panel.title, panel.panel_type, panel.document) == ("answer", "Answer", "kpi", DOCUMENT)
    assert panel.updated_by is not None


@pytest.mark.parametrize(
    ("document", "path"),
    [
        ({**DOCUMENT, "type": "speech"}, "type: must be one of"), ({**DOCUMENT, "titel": "x"}, "titel: is not known"),
        ({**DOCUMENT, "display": {"thresholds": [{"value": "x", "color": "#fff"}]}}, "display.thresholds[0].value: must be"),
        ({**DOCUMENT, "data_source": {"sql": "DELETE FROM x"}}, "data_source: "), ("type: [", "line 1, column"),
        ({**DOCUMENT, "data_source": {"sql": "SELECT pg_sleep(9)"}}, "data_source: "), ("", "This field is required"),
    ],
)  # fmt: skip
def test_an_error_stands_at_its_path_and_nothing_is_saved(operator: Client, document: Any, path: str) -> None:
    response = operator.post(ADD, fields(document))
    assert path in errors_of(response)
    assert not Panel.objects.exists()


def test_what_was_typed_is_still_there_after_an_error(operator: Client) -> None:
    response = operator.post(ADD, fields("type: speech # my work"))
    assert "type: speech # my work" in response.content.decode()


def test_a_change_that_another_overtook_is_refused(operator: Client, root: User) -> None:
    operator.post(ADD, fields())
    panel = Panel.objects.get()
    page = reverse("admin:dashboards_panel_change", args=[panel.pk])
    operator.post(page, fields({**DOCUMENT, "title": "First"}, seen_version=panel.version))
    response = operator.post(page, fields({**DOCUMENT, "title": "Second"}, seen_version=panel.version))
    assert "Meanwhile root@example.com has changed it" in response.content.decode()
    assert Panel.objects.get().title == "First"


def test_a_stored_panel_comes_back_as_yaml(operator: Client) -> None:
    operator.post(ADD, fields())
    page = reverse("admin:dashboards_panel_change", args=[Panel.objects.get().pk])
    assert "sql: SELECT 42 AS value" in operator.get(page).content.decode()


def test_what_a_form_does_not_offer_cannot_be_set(operator: Client, ada: User) -> None:
    """Case 79."""
    foreign = {"id": "999", "pk": "999", "version": "77", "panel_type": "table", "title": "Mine", "created_at": "2000-01-01",
               "updated_by": ada.pk, "document": "{}", "is_staff": "on", "role": "admin"}  # fmt: skip
    response = operator.post(ADD, fields() | foreign)
    assert response.status_code == 302, response.context["adminform"].form.errors
    panel = Panel.objects.get()
    assert (panel.title, panel.panel_type, panel.version) == ("Answer", "kpi", 1)
    assert panel.pk != 999
    assert panel.updated_by != ada


@pytest.mark.parametrize("field", ["text", "slug", "scope", "tenant", "shared_with", "seen_version"])
@pytest.mark.parametrize("value", HOSTILE, ids=range(len(HOSTILE)))
def test_no_text_in_a_panels_form_is_a_server_error(operator: Client, field: str, value: str) -> None:
    """Case 82."""
    for form in (fields(**{field: value}), fields(f'{{"title": {json.dumps(value)}, "type": "kpi"}}')):
        assert operator.post(ADD, form).status_code in {200, 302}
        assert operator.post(PREVIEW, {**form, "preview_tenant": value}).status_code in {200, 400}


@pytest.mark.parametrize("field", ["slug", "name", "description", "time_range", "refresh_interval", "placements-0-panel_slug",
                                   "placements-0-row", "placements-0-time_range", "placements-0-width", "placements-TOTAL_FORMS"])  # fmt: skip
@pytest.mark.parametrize("value", HOSTILE, ids=range(len(HOSTILE)))
def test_no_text_in_a_dashboards_form_is_a_server_error(operator: Client, field: str, value: str) -> None:
    assert operator.post(ADD_DASHBOARD, {**board_fields({}), field: value}).status_code in {200, 302}


@pytest.mark.parametrize("page", [ADD, PREVIEW, ADD_DASHBOARD])
def test_bytes_that_are_no_text_are_no_server_error(operator: Client, page: str) -> None:
    """A surrogate alone, half a character, an unknown encoding."""
    body = b"slug=%ED%A0%80&text=%ED%A0%80%FF&scope=all&preview_tenant=%C3&name=%80&title=\xed\xa0\x80"
    for kind in ("application/x-www-form-urlencoded", "application/x-www-form-urlencoded; charset=utf-16"):
        assert operator.generic("POST", page, body, content_type=kind).status_code in {200, 400}


@pytest.mark.parametrize("value", HOSTILE, ids=range(len(HOSTILE)))
def test_no_search_or_filter_is_a_server_error(operator: Client, value: str) -> None:
    for name in ("q", "tenant__id__exact", "scope__exact", "panel_type", "o", "p", "e", "_facets"):
        response = operator.get(reverse("admin:dashboards_panel_changelist"), {name: value})
        assert response.status_code in {200, 302, 400}


def preview(client: Client, tenant: Tenant, document: Any = None, **changed: Any) -> str:
    response = client.post(PREVIEW, fields(document, preview_tenant=tenant.slug, **changed))
    assert response.status_code == 200
    return response.content.decode()


def test_a_preview_draws_on_the_chosen_tenant_and_writes_nothing(operator: Client, acme: Tenant) -> None:
    body = preview(operator, acme)
    assert ">42<" in body
    assert "Preview on Acme" in body
    assert not Panel.objects.exists()


def test_a_preview_of_a_stored_panel_leaves_it_alone(operator: Client, acme: Tenant) -> None:
    operator.post(ADD, fields())
    before = Panel.objects.values().get()
    assert ">43<" in preview(operator, acme, {**DOCUMENT, "data_source": {"sql": "SELECT 43 AS value"}}, seen_version="0")
    assert Panel.objects.values().get() == before


def test_a_preview_shows_one_tenants_rows_only(operator: Client, acme: Tenant, globex: Tenant) -> None:
    document = {"type": "table", "title": "Where", "data_source": {"sql": "SELECT 'row' AS word"}}
    for tenant in (acme, globex):
        assert f"Preview on {tenant.name}" in preview(operator, tenant, document)


@pytest.mark.parametrize(
    ("document", "sentence"),
    [
        ({**DOCUMENT, "type": "speech"}, "type: must be one of"), ("type: [", "line 1"), ("", "a panel is a mapping"),
        ({**DOCUMENT, "data_source": {"sql": "SELECT 1 AS value FROM not_there"}}, "not there"),
        ({**DOCUMENT, "data_source": {"sql": "SELECT 'x'::int AS value"}}, "query"),
        ({**DOCUMENT, "data_source": {"sql": "DROP TABLE x"}}, "data_source"),
    ],
)  # fmt: skip
def test_a_preview_that_fails_says_why(operator: Client, acme: Tenant, document: Any, sentence: str) -> None:
    assert sentence in preview(operator, acme, document)


def test_a_preview_on_a_tenant_that_is_away_says_so(operator: Client, acme: Tenant) -> None:
    acme.host = "/nowhere"
    acme.save()
    assert "cannot be reached" in preview(operator, acme)


def test_a_preview_on_no_tenant_or_a_disabled_one_is_refused(operator: Client, acme: Tenant) -> None:
    Tenant.objects.update(is_active=False)
    for slug in ("acme", "nobody", ""):
        assert "Choose a tenant" in operator.post(PREVIEW, fields(preview_tenant=slug)).content.decode()


@pytest.mark.parametrize(
    "asked",
    [{"from": "yesterday-ish"}, {"page": "-1"}, {"order": "up"}, {"sort": "\x00"}, {"from": "\x00"}, {"var-x": "y" * 2_000}],
)
def test_a_preview_is_not_upset_by_what_it_is_asked(operator: Client, acme: Tenant, asked: dict[str, str]) -> None:
    preview(operator, acme, **asked)


def test_a_preview_shows_hostile_text_as_text(operator: Client, acme: Tenant) -> None:
    document = {**DOCUMENT, "title": "<img src=x onerror=alert(1)>", "description": "{{7*7191}}<svg onload=x>"}
    body = preview(operator, acme, document)
    assert "<img src=x" not in body
    assert "<svg onload" not in body
    assert "50337" not in body


@pytest.mark.parametrize("role", ["viewer", "editor", "admin"])
def test_no_member_previews_not_even_on_the_own_tenant(
    client: Client, eve: User, acme: Tenant, globex: Tenant, role: str
) -> None:
    """Case 6: an editor elsewhere names a tenant in the body."""
    Membership.objects.update(role=role)
    client.force_login(eve)
    for tenant in (acme, globex):
        response = client.post(PREVIEW, fields(preview_tenant=tenant.slug, tenant_id=tenant.pk))
        assert response.status_code in {302, 403}
        assert b">42<" not in response.content


def test_a_preview_is_no_link(operator: Client) -> None:
    assert operator.get(PREVIEW).status_code == 403


def test_a_dashboard_is_made_with_its_placements(operator: Client) -> None:
    operator.post(ADD_DASHBOARD, board_fields({}, {"col": 6}, {"row": 4, "width": 12, "time_range": "7d", "refresh_interval": 5}))
    places = Dashboard.objects.get().placements.values_list("panel_slug", "row", "col", "width", "time_range", "refresh_interval")
    assert list(places) == [("p0", 0, 0, 6, "", None), ("p1", 0, 6, 6, "", None), ("p2", 4, 0, 12, "7d", 5)]


@pytest.mark.parametrize(
    ("places", "sentence"),
    [
        ([{}, {"col": 5}], "It lies on p0."), ([{"col": 8}], "Column and width together are more than 12."),
        ([{}, {"panel_slug": "p0", "row": 9}], "duplicate"), ([{"width": 0}], "greater than or equal to 1"),
        ([{"height": 99}], "less than or equal to 24"), ([{"row": -1}], "greater than or equal to 0"),
        ([{"time_range": "yesterday"}], "15m, 6h, 7d"), ([{"panel_slug": "../x"}], "Use small letters"),
    ],
)  # fmt: skip
def test_a_placement_that_does_not_fit_is_refused(operator: Client, places: list[dict], sentence: str) -> None:
    response = operator.post(ADD_DASHBOARD, board_fields(*places))
    assert response.status_code == 200
    assert sentence in response.content.decode()
    assert not Placement.objects.exists()


@pytest.mark.parametrize(
    "changed",
    [{"time_range": "yesterday"}, {"time_range": ""}, {"time_range": "6h; x"}, {"refresh_interval": "-1"}, {"name": ""}],
)
def test_a_dashboard_that_could_not_be_shown_is_refused(operator: Client, changed: dict[str, str]) -> None:
    assert operator.post(ADD_DASHBOARD, board_fields(**changed)).status_code == 200
    assert not Dashboard.objects.exists()
