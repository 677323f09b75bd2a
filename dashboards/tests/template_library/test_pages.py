"""The pages of templates, as editors use them."""

from typing import Any

import pytest
from django.test import Client

from audit.models import Event
from dashboards.models import Dashboard, Panel
from tenants.models import Tenant


@pytest.fixture
def editor(client: Client, ada: Any, acme: Tenant) -> Client:
    client.force_login(ada)
    return client


def test_templates_are_found_by_what_they_need(editor: Client) -> None:
    page = editor.get("/t/acme/templates/", {"q": "node_load1"}).content.decode()
    assert "Load for each core" in page
    assert "Training job" not in page
    assert "No template fits" in editor.get("/t/acme/templates/", {"q": "no such thing"}).content.decode()


def test_only_platform_admins_are_offered_what_reads_statistics(editor: Client, root: Any) -> None:
    assert "/templates/own-database/" not in editor.get("/t/acme/templates/").content.decode()
    assert editor.get("/t/acme/templates/own-database/").status_code == 404
    assert editor.post("/t/acme/templates/own-database/", {}).status_code == 404
    editor.force_login(root)
    assert editor.get("/t/acme/templates/own-database/").status_code == 200


def test_a_template_says_what_the_tenant_lacks(editor: Client) -> None:
    page = editor.get("/t/acme/templates/training-job/", {"runs": "jobs"}).content.decode()
    assert "<code>jobs</code>" in page
    assert "Missing" in page
    assert "does not have all of it" in page


def test_where_there_is_no_source_to_ask_those_who_may_are_led_to_where_one_is_added(editor: Client, root: Any) -> None:
    page = editor.get("/t/acme/templates/node-load/").content.decode()
    assert "Admins of Acme add and mend data sources" in page
    editor.force_login(root)
    assert 'href="/t/acme/sources/"' in editor.get("/t/acme/templates/node-load/").content.decode().partition('id="needs"')[2]


def test_a_dashboard_is_made_as_a_draft_with_all_its_panels(editor: Client, acme: Tenant) -> None:
    answer = editor.post("/t/acme/templates/training-job/", {"name": "Our training", "steps": "ml.steps"})
    assert answer["Location"] == "/t/acme/d/training-job/edit/"
    board = Dashboard.objects.get(slug="training-job")
    assert (board.name, board.state, board.tenant, board.placements.count()) == ("Our training", "draft", acme, 7)
    loss = Panel.objects.get(slug="training-loss", tenant=acme)
    assert "FROM ml.steps\n" in loss.document["data_source"]["sql"]
    assert editor.get(answer["Location"]).status_code == 200
    assert Event.objects.filter(action="create", object_type="dashboards.dashboard", tenant="acme").exists()
    editor.post("/t/acme/templates/training-job/", {})
    assert Dashboard.objects.filter(slug="training-job-2").exists()
    assert Panel.objects.filter(slug="training-loss-2").exists()


def test_a_panel_goes_onto_a_dashboard_below_the_others(editor: Client, acme: Tenant) -> None:
    board = Dashboard.objects.create(slug="board", name="Board", scope="tenant", tenant=acme)
    board.placements.create(panel_slug="x", row=3, height=4)
    page = editor.get("/t/acme/templates/", {"onto": "board"}).content.decode()
    assert "/t/acme/templates/training-loss/?onto=board" in page
    assert "/t/acme/templates/training-job/" not in page
    answer = editor.post("/t/acme/templates/training-loss/", {"name": "Loss of ours", "onto": "board"})
    assert answer["Location"] == "/t/acme/d/board/edit/"
    assert board.placements.get(panel_slug="training-loss").row == 7
    assert Panel.objects.get(slug="training-loss").title == "Loss of ours"


def test_what_is_wrong_makes_nothing(editor: Client) -> None:
    answer = editor.post("/t/acme/templates/training-job/", {"steps": "x; DROP TABLE y"})
    assert answer.status_code == 422
    assert b"Table of steps is made of" in answer.content
    assert not Panel.objects.filter(slug__startswith="training").exists()


@pytest.mark.parametrize("name", ["a\x00b", "a\x1b[31mb"])
def test_a_title_is_judged_as_any_other(editor: Client, name: str) -> None:
    answer = editor.post("/t/acme/templates/training-loss/", {"name": name})
    assert (answer.status_code, Panel.objects.exists()) == (422, False)


def test_another_tenants_source_is_not_taken(editor: Client, globex: Tenant) -> None:
    editor.post("/t/acme/templates/node-cpu/", {"source": "theirs"})
    assert "source" not in Panel.objects.get(slug="node-cpu").document["data_source"]


def test_a_chosen_source_is_asked_by_panels_and_variables(editor: Client, acme: Tenant, make_prometheus: Any) -> None:
    make_prometheus("mimir", tenant=acme)
    editor.post("/t/acme/templates/node/", {"source": "mimir"})
    assert Panel.objects.get(slug="node-cpu").document["data_source"]["source"] == "mimir"
    board = Dashboard.objects.get(slug="node")
    assert {one["data_source"]["source"] for one in board.variables} == {"mimir"}


def test_a_platforms_template_is_shared_with_the_tenant_alone(editor: Client, root: Any, acme: Tenant) -> None:
    editor.force_login(root)
    editor.post("/t/acme/templates/own-database/", {})
    panel = Panel.objects.get(slug="own-database-size")
    assert (panel.scope, list(panel.shared_with.all())) == ("chosen", [acme])
    assert Dashboard.objects.get(slug="own-database").tenant == acme
