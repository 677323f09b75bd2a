"""What nobody means to send or to store: odd parameters, and documents that are not valid any more."""

import json
from typing import Any

import pytest
from django.test import Client
from hypothesis import given, settings
from hypothesis import strategies as st

from dashboards.models import Dashboard, Panel, Placement
from tenants.models import Tenant, User

BOARD = "/t/acme/d/board/"
PANEL = f"{BOARD}panels/one/"
PAGES = (BOARD, PANEL, f"{PANEL}view/", f"{PANEL}csv/", f"{PANEL}points/")
API = "/api/v1/panels/one/data"
NAMES = (
    "from",
    "to",
    "tz",
    "page",
    "sort",
    "order",
    "q",
    "refresh",
    "raw",
    "at",
    "label",
    "var-x",
    "one.page",
    "one.sort",
    "alone",
)
API_NAMES = (
    "tenant_id",
    "date_from",
    "date_to",
    "disable_aggregation",
    "sort_column",
    "sort_order",
    "page",
    "tz",
    "limit",
    "offset",
)
ODD = (
    "\x00",
    "a\x00b",
    "😀\u202e",
    "٣",
    "-1",
    "1e999",
    "9" * 400,
    "x" * 5_000,
    "%s",
    "'; DROP TABLE x; --",
    "null",
    "[]",
    "\ufffd",
    "now-1000000y",
)
SOUND = {"type": "table", "title": "One", "data_source": {"sql": "SELECT 1 AS n"}}


@pytest.fixture
def panel(acme: Tenant, client: Client, bob: User) -> Panel:
    board = Dashboard.objects.create(slug="board", name="Board", scope="all")
    for row, slug in enumerate(("one", "sound")):
        Placement.objects.create(dashboard=board, panel_slug=slug, row=row)
        Panel.objects.create(slug=slug, title=slug, panel_type="table", scope="all", document=SOUND)
    client.force_login(bob)
    return Panel.objects.get(slug="one")


def status_of(client: Client, path: str, parameters: dict[str, str]) -> int:
    response = client.get(path, parameters)
    if response.streaming:
        b"".join(response.streaming_content)
    return response.status_code


@pytest.mark.parametrize("odd", ODD, ids=range(len(ODD)))
def test_no_parameter_of_a_page_is_a_server_error(panel: Panel, client: Client, odd: str) -> None:
    """Cases 10, 82."""
    for path in PAGES:
        found = {name: status_of(client, path, {name: odd}) for name in NAMES}
        assert {name: status for name, status in found.items() if status not in {200, 400, 404, 422}} == {}, path


@pytest.mark.parametrize("odd", ODD, ids=range(len(ODD)))
def test_no_parameter_of_the_api_is_a_server_error(panel: Panel, client: Client, odd: str) -> None:
    for path in (API, "/api/v1/tenants", "/api/v1/panels", "/api/v1/dashboards"):
        for name in API_NAMES:
            response = client.get(path, {"tenant_id": "acme", name: odd})
            assert response.status_code in {200, 400, 403, 404, 422}, (path, name)
            if response.status_code != 200:
                assert isinstance(response.json()["detail"], str)


@pytest.mark.parametrize("odd", ["%00", "%ED%A0%80", "%FF", "%F0%9F%98%80", "a%00b", "%2e%2e", "x" * 5_000, "%0d%0aX:%20y"])
def test_no_path_is_a_server_error(panel: Panel, client: Client, odd: str) -> None:
    for path in (f"/t/{odd}/", f"/t/acme/d/{odd}/", f"{BOARD}panels/{odd}/", f"/{odd}"):
        assert client.get(path).status_code == 404
    assert client.get(f"/api/v1/panels/{odd}/data?tenant_id=acme").status_code in {400, 404}


@settings(max_examples=60)
@given(parameters=st.dictionaries(st.sampled_from(NAMES), st.text(st.characters(codec="utf-8"), max_size=20), max_size=4))
def test_no_mixture_of_parameters_is_a_server_error(panel: Panel, client: Client, parameters: dict[str, str]) -> None:
    assert status_of(client, PANEL, parameters) in {200, 400, 422}


DAMAGED = (
    {}, [], "text", 7, {"type": "pie"}, {**SOUND, "type": None}, {**SOUND, "drill_down": 7}, {**SOUND, "drill_down": "x"},
    {**SOUND, "time_range": 5}, {**SOUND, "time_range": ["x"]}, {**SOUND, "time_range": "yesterday"},
    {**SOUND, "refresh_interval": "often"}, {**SOUND, "description": ["x"]}, {**SOUND, "data_source": None},
    {**SOUND, "display": {"pagination": -1}}, {**SOUND, "more": 1}, {"panel": SOUND, "x": 1}, {**SOUND, "title": None},
)  # fmt: skip


@pytest.mark.parametrize("document", DAMAGED, ids=json.dumps)
def test_a_damaged_document_is_one_panel_in_its_error_state(panel: Panel, client: Client, ada: User, document: Any) -> None:
    """Case 55: the page stands, and the panels beside it."""
    Panel.objects.filter(pk=panel.pk).update(document=document)
    page = client.get(BOARD)
    assert page.status_code == 200
    assert page.content.count(b"data-panel=") == 2
    assert 'data-state="fresh"' in client.get(f"{BOARD}panels/sound/").content.decode()
    for person, knows in ((None, False), (ada, True)):
        if person:
            client.force_login(person)
        card = client.get(PANEL)
        assert card.status_code == 200
        assert 'data-state="error"' in card.content.decode()
        assert "An editor has to correct it" in card.content.decode()
        assert ("state-detail" in card.content.decode()) is knows
    assert client.get(f"{PANEL}view/").status_code == 200
    assert client.get(f"{PANEL}csv/").status_code == 500
    answer = client.get(API, {"tenant_id": "acme"})
    assert (answer.status_code, "not valid any more" in answer.json()["detail"]) == (500, True)


@pytest.mark.parametrize("document", DAMAGED, ids=json.dumps)
def test_a_damaged_document_can_be_mended_in_the_admin(panel: Panel, client: Client, root: User, document: Any) -> None:
    Panel.objects.filter(pk=panel.pk).update(document=document)
    client.force_login(root)
    assert client.get(f"/admin/dashboards/panel/{panel.pk}/change/").status_code == 200


def test_a_panel_that_is_gone_is_a_card_too(panel: Panel, client: Client) -> None:
    panel.delete()
    assert client.get(BOARD).status_code == 200
    assert client.get(PANEL).status_code == 404
    assert client.get(f"{BOARD}panels/sound/").status_code == 200


@pytest.mark.parametrize("length", ["", "yesterday", "0h", "99999y", "6h; x", "<b>", "-1h"])
def test_a_stored_time_range_that_is_none_breaks_no_page(panel: Panel, client: Client, length: str) -> None:
    Dashboard.objects.update(time_range=length)
    Placement.objects.filter(panel_slug="one").update(time_range=length)
    for path in (BOARD, PANEL, f"{PANEL}view/"):
        assert client.get(path).status_code in {200, 422}
