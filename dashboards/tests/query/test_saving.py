"""A query that was written is saved: over what was seen, as one's own, or as a new panel."""

from typing import Any

import pytest
from django.test import Client

from audit.models import Action, Event
from dashboards.models import Dashboard, Panel, Placement
from dashboards.tests.query.conftest import TEXT, URL, body, sent


def test_saving_makes_the_next_version_and_an_event(own: Panel, as_ada: Client) -> None:
    text = TEXT.replace("avg", "max")
    response = sent(as_ada, "save", text)
    assert (response.status_code, response["Location"]) == (302, URL)
    own.refresh_from_db()
    assert (own.document["data_source"], own.version, own.changed_by) == ({"sql": text}, 2, "ada@example.com")
    event = Event.objects.filter(action=Action.CHANGE).latest("pk")
    assert "max(load)" in str(event.after)
    assert "Saved as version 2 of Load." in body(as_ada.get(URL))


def test_nothing_is_saved_over_a_version_that_was_not_seen(own: Panel, as_ada: Client) -> None:
    for do in ("save", "over"):
        response = as_ada.post(URL, {"do": do, "text": TEXT})
        assert response.status_code == 422
        assert "the form does not say which version it changes" in body(response)
    own.refresh_from_db()
    assert own.version == 1


def test_who_was_overtaken_is_told_by_whom_and_keeps_the_text(own: Panel, as_ada: Client) -> None:
    sent(as_ada, "save", TEXT.replace("avg", "min"))
    mine = TEXT.replace("avg", "max")
    response = sent(as_ada, "save", mine, version=1)
    page = body(response)
    assert response.status_code == 409
    assert "ada@example.com has changed it" in page
    assert "max(load)" in page.partition("<textarea")[2].partition("</textarea>")[0]
    assert "min(load)" in page.partition("What is stored now")[2].partition("</pre>")[0]
    assert "Take theirs" in page
    assert 'form="query" name="do" value="over"' in " ".join(page.split())
    assert sent(as_ada, "save", mine, version=1).status_code == 409
    assert sent(as_ada, "over", mine, version=1, over=2).status_code == 302
    own.refresh_from_db()
    assert "max(load)" in own.document["data_source"]["sql"]


def test_what_the_guard_refuses_is_not_saved(own: Panel, as_ada: Client) -> None:
    response = sent(as_ada, "save", "SELECT pg_sleep(1)")
    assert response.status_code == 422
    assert "pg_sleep" in body(response)
    own.refresh_from_db()
    assert own.version == 1


@pytest.mark.parametrize("text", ["", "x" * 20_001, "SELECT '\x00'"])
def test_a_text_that_is_none_is_refused(own: Panel, as_ada: Client, text: str) -> None:
    assert sent(as_ada, "save", text).status_code == 422
    own.refresh_from_db()
    assert own.version == 1


def test_a_shared_panel_is_run_and_made_ours_by_an_editor_and_not_changed(shared: Panel, as_ada: Client, acme: Any) -> None:
    page = body(as_ada.get(URL))
    assert 'value="save"' not in page
    assert "Make it ours" in page
    assert "<td>web-1</td>" in body(sent(as_ada, "run"))
    assert sent(as_ada, "save").status_code == 403
    assert sent(as_ada, "over", over=1).status_code == 403
    assert sent(as_ada, "own", TEXT.replace("avg", "max")).status_code == 302
    shared.refresh_from_db()
    assert (shared.version, shared.document["data_source"]["sql"]) == (1, TEXT)
    own = Panel.objects.find(acme, "load")
    assert own is not None
    assert (own.tenant, own.scope, own.version) == (acme, "tenant", 1)
    assert "max(load)" in own.document["data_source"]["sql"]
    assert "Make it ours" not in body(as_ada.get(URL))


def test_a_platform_admin_changes_a_shared_panel(shared: Panel, root: Any, client: Client) -> None:
    client.force_login(root)
    assert sent(client, "save", TEXT.replace("avg", "max")).status_code == 302
    shared.refresh_from_db()
    assert shared.version == 2


NEW = {"new_id": "busy", "new_title": "Busy hosts", "new_type": "table"}


def test_a_query_is_saved_as_a_new_panel_below_the_others(own: Panel, as_ada: Client, acme: Any) -> None:
    own.document["data_source"]["min_interval"] = "5m"
    own.save()
    response = sent(as_ada, "new", "SELECT host FROM loads", **NEW)
    assert (response.status_code, response["Location"]) == (302, URL.replace("/load/", "/busy/"))
    made = Panel.objects.get(slug="busy")
    assert (made.tenant, made.title, made.panel_type) == (acme, "Busy hosts", "table")
    assert made.document["data_source"] == {"min_interval": "5m", "sql": "SELECT host FROM loads"}
    place = Placement.objects.get(panel_slug="busy")
    assert (place.row, place.width, place.dashboard.version) == (4, 12, 2)
    assert "Busy hosts is saved as a panel of its own." in body(as_ada.get(response["Location"]))


def test_on_a_shared_dashboard_nothing_new_is_placed(own: Panel, as_ada: Client) -> None:
    Dashboard.objects.update(scope="all", tenant=None)
    response = sent(as_ada, "new", "SELECT 1 AS n", **NEW)
    assert (response.status_code, response["Location"]) == (302, URL)
    assert not Placement.objects.filter(panel_slug="busy").exists()
    assert "It stands on no dashboard yet." in body(as_ada.get(URL))


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({"new_id": "load"}, "there is a panel “load” already"),
        ({"new_id": "../x"}, "an id is of small letters"),
        ({"new_title": " "}, "title"),
        ({"new_type": "text"}, "text"),
        ({"new_type": "nonsense"}, "must be one of"),
        ({"text": "DELETE FROM loads"}, "Only SELECT queries run here."),
    ],
)
def test_what_is_no_new_panel_is_refused_in_words(own: Panel, as_ada: Client, changed: dict[str, str], said: str) -> None:
    response = sent(as_ada, "new", **{"text": TEXT, **NEW, **changed})
    assert response.status_code == 422
    assert said in body(response)
    assert Panel.objects.count() == Placement.objects.count() == 1
