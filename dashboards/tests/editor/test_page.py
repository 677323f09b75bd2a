"""The panel editor's page: who may, what it draws, and what it stores."""

import re
from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client

from audit.models import Action, Event
from dashboards.editor.beginning import beginning
from dashboards.editor.retyping import retyped
from dashboards.models import Dashboard, Panel, Placement
from dashboards.panels import PANEL_TYPES
from dashboards.panels.document import read_document
from dashboards.tests.editor.posting import posted
from datasources.models import DataSource
from tenants.models import Role

URL = "/t/acme/d/board/panels/load/edit/"
ALONE = "/t/acme/panels/load/edit/"
DOCUMENT = {
    "type": "timeseries",
    "title": "Load",
    "data_source": {"sql": "SELECT now() AS time, 7 AS value"},
    "display": {"fill_area": True, "unit": "percent", "thresholds": [{"value": 80.0, "color": "warning"}]},
}


@pytest.fixture
def own(acme: Any) -> Panel:
    """Acme's own panel on its own board."""
    panel = Panel(slug="load", scope="tenant", tenant=acme)
    panel.take(read_document(DOCUMENT))
    panel.save()
    board = Dashboard.objects.create(slug="board", name="Board", scope="tenant", tenant=acme)
    Placement.objects.create(dashboard=board, panel_slug="load")
    return panel


@pytest.fixture
def shared(own: Panel) -> Panel:
    own.scope, own.tenant = Panel.Scope.ALL, None
    own.save()
    return own


@pytest.fixture
def further(acme: Any) -> DataSource:
    return DataSource.objects.create(tenant=acme, kind="postgres", slug="ware", name="Warehouse", settings={})


@pytest.fixture
def as_ada(ada: Any, client: Client) -> Client:
    client.force_login(ada)
    return client


def body(response: Any) -> str:
    return response.content.decode()


def sent(client: Client, do: str, url: str = URL, *, to: str = "", **written: str) -> Any:
    """The page as it is opened, with something written into it, sent by a button."""
    fields = posted(body(client.get(url)))
    for name, value in written.items():
        fields[name] = value
    fields["do"] = do
    return client.post(f"{url}{to}", fields.urlencode(), content_type="application/x-www-form-urlencoded")


def saved(panel: Panel) -> Any:
    panel.refresh_from_db()
    return panel.document


@pytest.mark.parametrize("path", ["", "form/", "preview/"])
@pytest.mark.parametrize("url", [URL, ALONE])
def test_editors_alone_edit(own: Panel, bob: Any, eve: Any, client: Client, url: str, path: str) -> None:
    for user, status in ((bob, 403), (eve, 404)):
        client.force_login(user)
        assert client.post(url + path, {"was": "timeseries"}).status_code == status
        assert client.get(url + path).status_code == status


def test_what_is_written_is_saved_and_the_rest_stays(own: Panel, as_ada: Client) -> None:
    for url in (URL, ALONE):
        assert sent(as_ada, "save", url, **{"doc.title": f"Load {len(url)}", "doc.display.decimals": "2"}).status_code == 302
        display = {**DOCUMENT["display"], "decimals": 2}  # type: ignore[dict-item]
        assert saved(own) == {**DOCUMENT, "title": f"Load {len(url)}", "display": display}
    assert (own.version, own.changed_by, own.changed_through) == (3, "ada@example.com", "panel editor")


def test_a_mistake_stands_at_its_field_and_nothing_is_stored(own: Panel, as_ada: Client) -> None:
    written = {
        "doc.display.thresholds[0].color": "reddish",
        "doc.data_source.sql": "SELECT pg_sleep(1)",
        "doc.display.y_min": "ten",
    }
    response = sent(as_ada, "save", **written)
    page = body(response)
    assert response.status_code == 422
    assert 'value="reddish"' in page
    for path, words in (("display.thresholds[0].color", "must be a colour"), ("display.y_min", "must be a valid number")):
        place = page.split(f'data-error="{path}"', 1)[1].split("</p>", 1)[0]
        assert words in place
        assert "hidden" not in place.split(">", 1)[0]
    assert saved(own) == DOCUMENT
    refused = body(sent(as_ada, "save", **{"doc.data_source.sql": "SELECT pg_sleep(1)"}))
    assert "pg_sleep" in refused.split('data-error="data_source.sql"', 1)[1].split("</p>", 1)[0]


HOSTILE = {
    "a kind of many digits": {"doc.title~kind": "9" * 5_000},
    "a kind there is not": {"doc.display.y_min~kind": "77", "doc.display.y_min~raw": "5"},
    "half a pair of surrogates": {"doc.title~raw": '"\\ud800"'},
    "a broken name": {"doc~more": '{"\\ud800": 1}'},
    "a broken name laid aside": {"doc.data_source~kept": '{"promql": "\\ud800"}'},
    "depth": {"doc.title~raw": "[" * 600 + "]" * 600},
    "depth beside": {"doc~more": '{"x":' * 600 + "1" + "}" * 600},
    "a number nobody can store": {"doc.variables~raw": '{"a": ' + "9" * 30 + "}"},
    "a NUL in a name": {"doc.variables~raw": '{"a\\u0000b": 1}'},
    "a number nobody can write": {"view": "document", "text": "title: 0x" + "f" * 9_000},
    "names of two kinds": {"view": "document", "text": "type: kpi\ndisplay: {1: a, b: c, 2026-01-01: d}"},
    "nothing in a part that is there": {"doc.display~raw": "null"},
    "nothing in a part of a text": {"view": "document", "text": "type: kpi\ndisplay:\ndata_source:\n"},
    "a date": {"view": "document", "text": "type: kpi\ntitle: 2026-01-01"},
    "a broken name in JSON": {"view": "document", "text": '{"type": "kpi", "title": "x", "\\ud800": 1}'},
}


@pytest.mark.parametrize("written", HOSTILE.values(), ids=HOSTILE)
def test_whatever_is_sent_is_shown_or_refused_and_breaks_nothing(own: Panel, as_ada: Client, written: dict[str, str]) -> None:
    fields = posted(body(as_ada.get(URL)))
    for name, value in written.items():
        fields[name] = value
    for do, path in (("save", ""), ("form", "form/"), ("preview", "preview/")):
        fields["do"] = do
        answer = as_ada.post(URL + path, fields.urlencode(), content_type="application/x-www-form-urlencoded")
        assert answer.status_code in {200, 302, 422}
    assert read_document(saved(own))
    assert as_ada.get(URL).status_code == 200


def test_there_are_no_more_rows_than_fields(own: Panel, as_ada: Client) -> None:
    page = body(sent(as_ada, "preview", **{"doc.display.overrides~rows": "999999"}))
    assert page.count('value="remove:doc.display.overrides[') < 200


def test_a_save_whose_answer_was_lost_is_no_conflict_when_it_is_sent_again(own: Panel, as_ada: Client) -> None:
    for _ in range(2):
        assert sent(as_ada, "save", version="1", **{"doc.title": "Mine"}).status_code == 302
    assert (saved(own)["title"], own.version) == ("Mine", 2)


def test_numbers_that_are_whole_are_written_whole(own: Panel, as_ada: Client) -> None:
    page = body(sent(as_ada, "document"))
    assert "value: 80\n" in page.replace("\r", "")
    assert as_ada.get("/t/acme/panels/load/download/?format=json").content.count(b'"value": 80,') == 1


def test_two_editors_conflict_and_one_may_save_over_the_other(own: Panel, as_ada: Client) -> None:
    Panel.objects.filter(pk=own.pk).update(version=5, changed_by="cleo@example.com")
    response = sent(as_ada, "save", version="1", **{"doc.title": "Mine"})
    page = body(response)
    assert response.status_code == 409
    assert "cleo@example.com has changed it" in page
    assert 'value="Mine"' in page
    assert saved(own)["title"] == "Load"
    fields = posted(page)
    fields["do"] = "over"
    assert as_ada.post(URL, fields.urlencode(), content_type="application/x-www-form-urlencoded").status_code == 302
    assert saved(own)["title"] == "Mine"


@pytest.mark.parametrize(("do", "field"), [("save", "version"), ("over", "over")])
def test_nothing_is_saved_over_a_version_that_was_not_seen(own: Panel, as_ada: Client, do: str, field: str) -> None:
    for sent_as in ("", "latest"):
        response = sent(as_ada, do, **{field: sent_as, "doc.title": "Mine"})
        assert (response.status_code, saved(own)["title"]) == (422, "Load")
        assert "the form does not say which version it changes" in body(response)


def test_a_preview_is_drawn_on_the_chosen_tenant_and_audited_there(
    own: Panel, ada: Any, globex: Any, as_ada: Client, django_capture_on_commit_callbacks: Callable[..., Any]
) -> None:
    refused = sent(as_ada, "preview", to="preview/", on="globex")
    assert refused.status_code == 422
    ada.memberships.create(tenant=globex, role=Role.EDITOR)
    with django_capture_on_commit_callbacks(execute=True):
        drawn = body(sent(as_ada, "preview", to="preview/", on="globex", **{"doc.title": "Not saved"}))
    assert 'id="chart-preview"' in drawn
    assert "Not saved" in drawn
    assert "on Globex" in drawn
    assert Event.objects.get(action=Action.RUN_SQL).tenant_id == globex.pk
    assert saved(own) == DOCUMENT


def test_what_is_shared_with_chosen_tenants_is_the_platforms_there_alone(
    shared: Panel, ada: Any, acme: Any, globex: Any, as_ada: Client
) -> None:
    statistics = {"sql": "SELECT now() AS time, numbackends AS value FROM pg_stat_database LIMIT 1"}
    shared.scope, shared.document = Panel.Scope.CHOSEN, {**DOCUMENT, "data_source": statistics}
    shared.save()
    shared.shared_with.set([acme])
    ada.memberships.create(tenant=globex, role=Role.EDITOR)
    assert "data-drawn" in body(sent(as_ada, "preview", ALONE, to="preview/", on="acme"))
    refused = body(sent(as_ada, "preview", ALONE, to="preview/", on="globex"))
    assert "data-drawn" not in refused
    assert "pg_stat_database" in refused


def test_a_preview_of_what_is_not_valid_says_where_and_keeps_the_drawing(own: Panel, as_ada: Client) -> None:
    response = sent(as_ada, "preview", to="preview/", **{"doc.title": "", "doc.data_source.sql": "SELECT 1 +"})
    assert response["HX-Reswap"] == "none"
    assert '{"path": "title", "message": "is required"}' in body(response)
    failed = body(sent(as_ada, "preview", to="preview/", **{"doc.data_source.sql": "SELECT nothing FROM nowhere"}))
    assert 'data-state="error"' in failed


def test_the_document_and_the_form_are_kept_in_step(own: Panel, as_ada: Client) -> None:
    text = body(sent(as_ada, "document", to="form/", **{"doc.title": "Told"}))
    assert "title: Told" in text
    fields = posted(text)
    fields["text"] = fields["text"].replace("title: Told", "title: Written")
    for do, expected in (("form", 'value="Written"'), ("document", "title: Written")):
        answer = as_ada.post(f"{URL}form/", {**fields.dict(), "do": do})
        assert expected in body(answer)
    broken = body(as_ada.post(f"{URL}form/", {**fields.dict(), "text": "panel: [", "do": "form"}))
    assert "not YAML or JSON" in broken
    assert "panel: [" in broken
    whole = {**posted(body(as_ada.get(URL))).dict(), **fields.dict(), "do": "save"}
    assert as_ada.post(URL, whole).status_code == 302
    assert saved(own)["title"] == "Written"


def test_the_sources_there_are_can_be_chosen_and_one_that_is_gone_stays(own: Panel, further: DataSource, as_ada: Client) -> None:
    """In the page and in the form that a button draws anew; what the document names is not lost by looking at it."""
    Dashboard.objects.update(variables=[{"name": "db", "kind": "data_source", "source_kind": "postgres"}])
    for body_of in (body(as_ada.get(URL)), body(sent(as_ada, "add:doc.display.thresholds", to="form/"))):
        field = re.search(r'<select id="doc.data_source.source".*?</select>', body_of, re.DOTALL)
        assert re.findall(r'<option value="([^"]*)"', field[0]) == ["tenant", "ware", "$db"]
    own.document["data_source"]["source"] = "gone"
    own.save()
    assert '<option value="gone" selected>gone</option>' in body(as_ada.get(URL))


def test_another_type_keeps_what_fits_and_names_what_goes(own: Panel, as_ada: Client) -> None:
    page = body(sent(as_ada, "type", to="form/", type="kpi"))
    assert "<code>display.fill_area</code>" in page
    fields = posted(page)
    assert fields["was"] == "kpi"
    assert fields["doc.display.unit"] == "percent"
    assert fields["doc.data_source.sql"] == "SELECT now() AS time, 7 AS value"


@pytest.mark.parametrize("name", PANEL_TYPES)
def test_a_document_becomes_one_of_any_type_and_back(name: str) -> None:
    table = {"table": "cpu", "columns": {"timestamp": "at", "value": "load", "series_label": "host"}}
    document, _ = retyped({"type": "timeseries", "title": "Load", "data_source": table}, name)
    assert document["type"] == name
    assert read_document(document)
    back, _ = retyped(document, "timeseries")
    assert back["title"] == "Load"


@pytest.mark.parametrize("name", PANEL_TYPES)
def test_a_new_panel_of_any_type_draws_something(name: str, own: Panel, as_ada: Client) -> None:
    own.take(read_document(beginning(name, "New")))
    own.save()
    drawn = body(sent(as_ada, "preview", to="preview/"))
    assert 'data-state="error"' not in drawn
    assert 'data-state="empty"' not in drawn
    assert "New" in drawn


def test_a_shared_panel_is_made_the_tenants_own(shared: Panel, as_ada: Client, acme: Any) -> None:
    page = body(as_ada.get(URL))
    assert 'value="own"' in page
    assert 'value="save"' not in page
    assert sent(as_ada, "save").status_code == 403
    assert sent(as_ada, "own", **{"doc.title": "Ours"}).status_code == 302
    assert saved(shared) == DOCUMENT
    own = Panel.objects.get(tenant=acme, slug="load")
    assert (own.document["title"], own.version) == ("Ours", 1)


def test_the_editor_is_on_this_page_alone_and_needs_no_hole_in_the_policy(own: Panel, as_ada: Client) -> None:
    page, other = as_ada.get(URL), as_ada.get("/t/acme/d/board/")
    assert page["Content-Security-Policy"] == other["Content-Security-Policy"]
    assert "js/editor/" in body(page)
    assert "js/editor/" not in body(other)


@pytest.mark.parametrize(
    "fields", [{}, {"was": "none"}, {"was": "kpi", "do": "add:doc.x"}, {"was": "kpi", "do": "type", "type": "x"}]
)
def test_what_no_form_of_ours_sends_is_refused(own: Panel, as_ada: Client, fields: dict[str, str]) -> None:
    assert as_ada.post(f"{URL}form/", fields).status_code == 422
