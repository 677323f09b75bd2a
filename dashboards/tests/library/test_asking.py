"""Forms that ask before what is typed into them is left."""

from typing import Any

import pytest
from django.test import Client

from dashboards.models import Dashboard, Panel

PATHS = (
    *("new/", "upload/", "templates/training-job/"),
    *("d/board/clone/", "d/board/template/", "d/board/annotations/new/", "panels/load/clone/", "panels/load/template/"),
)


@pytest.fixture
def as_ada(ada: Any, acme: Any, client: Client) -> Client:
    Dashboard.objects.create(slug="board", name="Board", scope="tenant", tenant=acme)
    document = {"type": "kpi", "data_source": {"sql": "SELECT 7 AS value"}}
    Panel.objects.create(slug="load", title="Load", panel_type="kpi", document=document, scope="tenant", tenant=acme)
    client.force_login(ada)
    return client


@pytest.mark.parametrize("path", PATHS)
def test_every_form_of_one_step_has_its_script(as_ada: Client, path: str) -> None:
    page = as_ada.get(f"/t/acme/{path}").content.decode()
    assert 'data-asks=""' in page
    assert "js/forms.js" in page


def test_a_form_that_comes_back_with_mistakes_is_unsaved_as_it_is(as_ada: Client) -> None:
    assert 'data-asks="always"' in as_ada.post("/t/acme/new/", {"name": ""}).content.decode()


def test_who_only_looks_at_a_dashboard_gets_no_script_of_forms(as_ada: Client, bob: Any, client: Client) -> None:
    assert "js/closing.js" in as_ada.get("/t/acme/d/board/").content.decode()
    client.force_login(bob)
    page = client.get("/t/acme/d/board/").content.decode()
    assert "js/closing.js" not in page
    assert "js/forms.js" not in page


def test_the_form_of_a_data_source_has_it_too(root: Any, client: Client) -> None:
    client.force_login(root)
    page = client.get("/sources/add/prometheus/").content.decode()
    assert 'data-asks=""' in page
    assert "js/forms.js" in page
