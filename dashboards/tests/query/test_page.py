"""The page on which a panel's query is written: who may, what it says, and what a try of it answers."""

import hashlib
import re
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.test import Client

from audit.models import Action, Event
from dashboards.models import Panel
from dashboards.places import forget_places
from dashboards.query.modules import EDITOR, OF_MISTAKES, OF_SQL
from dashboards.query.words import MACROS
from dashboards.tests.query.conftest import TEXT, URL, body, sent
from datasources.compile.macros import Expansion
from datasources.compile.parameters import Parameters
from datasources.compile.text import WORDS
from datasources.timerange import TimeRange

STATIC = Path(settings.BASE_DIR, "static")
VENDORED = (*EDITOR, *OF_SQL, *OF_MISTAKES)


def test_an_editor_sees_the_query_and_what_it_may_read(own: Panel, as_ada: Client) -> None:
    page = body(as_ada.get(URL))
    assert "GROUP BY 1, 2</textarea>" in page
    assert '<span class="query-name">loads</span>' in page
    assert 'name="do" value="save"' in page
    assert "Make it ours" not in page


def test_the_menu_of_a_panel_leads_there_for_editors_alone(own: Panel, ada: Any, bob: Any, client: Client) -> None:
    for user, leads in ((ada, True), (bob, False)):
        client.force_login(user)
        assert ("/panels/load/query/" in body(client.get("/t/acme/d/board/panels/load/"))) is leads


@pytest.mark.parametrize("path", ["", "run/", "format/", "tables/"])
def test_a_viewer_writes_no_query(own: Panel, bob: Any, client: Client, path: str) -> None:
    client.force_login(bob)
    assert client.get(URL + path).status_code == 403
    assert client.post(URL + path, {"text": TEXT}).status_code == 403


def test_a_stranger_finds_nothing(own: Panel, eve: Any, client: Client) -> None:
    client.force_login(eve)
    assert {client.post(URL + path, {"text": TEXT}).status_code for path in ("", "run/", "format/", "tables/")} == {404}


def test_the_editor_needs_no_hole_in_the_policy_and_is_on_this_page_alone(own: Panel, as_ada: Client) -> None:
    page, other = as_ada.get(URL), as_ada.get("/t/acme/d/board/")
    assert page["Content-Security-Policy"] == other["Content-Security-Policy"]
    assert "codemirror" in body(page)
    assert "codemirror" not in body(other)


def test_the_editors_modules_are_the_published_ones_but_for_what_they_call_one_another() -> None:
    rows = re.findall(
        r"\| `codemirror/(\S+\.js)` \|.*npm `(\S+)` \|.*`([0-9a-f]{64})` \|", (STATIC / "vendor/README.md").read_text()
    )
    packages = {file: package for file, package, _ in rows}
    assert {f"vendor/codemirror/{file}" for file in packages} == set(VENDORED)
    for file, _, digest in rows:
        text = (STATIC / "vendor/codemirror" / file).read_text()
        published = re.sub(
            r"(?m)^((?:import|export) .* from )'\./(\S+)';$", lambda found: f"{found[1]}'{packages[found[2]]}';", text
        )
        assert hashlib.sha256(published.encode()).hexdigest() == digest, file


def test_a_query_that_is_run_shows_its_first_rows_its_cost_and_the_panel(own: Panel, as_ada: Client) -> None:
    page = body(as_ada.post(f"{URL}run/?from=now-1h&to=now", {"text": TEXT}))
    assert page.count("<tr>") > 20
    assert "Estimated cost" in page
    assert 'id="chart-preview"' in page
    assert "float8" in page


def test_the_range_of_the_form_is_what_is_asked(own: Panel, as_ada: Client) -> None:
    fields = {"text": "SELECT count(*) AS n FROM loads WHERE $__timeFilter(at)"}
    page = body(as_ada.post(f"{URL}run/?from=now-1h&to=now", {**fields, "from": "now-10m", "to": "now"}))
    assert "<td>9</td>" in page or "<td>10</td>" in page
    wrong = body(as_ada.post(f"{URL}run/", {**fields, "from": "yesterdayish", "to": "now"}))
    assert "is not a time" in wrong


MISTAKES = {
    "SELECT 1 FROM nowhere": "which this tenant&#x27;s role may not",
    "SELECT nothing FROM loads": "This panel needs the column loads.nothing",
    "SELECT pg_sleep(1)": "pg_sleep",
    "SELECT 1 +": "syntax error",
    "SELECT :nobody": "This panel needs a value for “nobody”.",
    "SELECT $__timeGroup(at)": "takes a column, an interval",
}


@pytest.mark.parametrize("text", [key for key in MISTAKES if "nowhere" not in key])
def test_a_mistake_is_said_in_words_with_its_place(own: Panel, as_ada: Client, text: str) -> None:
    page = body(as_ada.post(f"{URL}run/", {"text": text}))
    assert MISTAKES[text] in page
    assert "Line 1, column " in page
    assert "data-at=" in page


def test_a_shape_the_panel_cannot_draw_shows_the_rows_all_the_same(own: Panel, as_ada: Client) -> None:
    page = body(as_ada.post(f"{URL}run/", {"text": "SELECT 'a' AS name, 'b' AS other"}))
    assert "The panel cannot be drawn from it" in page
    assert "<td>a</td>" in page


def test_only_the_first_rows_are_read(own: Panel, as_ada: Client) -> None:
    page = body(as_ada.post(f"{URL}run/", {"text": "SELECT at, load FROM loads"}))
    assert page.partition("query-rows")[2].count("<tr>") == 101
    assert "Only the first 100 rows are shown." in page


def test_what_is_run_is_audited(own: Panel, as_ada: Client) -> None:
    as_ada.post(f"{URL}run/", {"text": "SELECT 42 AS audited, now() AS time"})
    event = Event.objects.filter(action=Action.RUN_SQL).latest("pk")
    assert "42 AS audited" in event.details["sql"]
    assert (event.details["how"], event.object) == ("editor", "Load")


def test_of_a_document_that_is_not_valid_any_more_the_page_says_what_and_leads_to_where_it_is_corrected(
    own: Panel, as_ada: Client
) -> None:
    Panel.objects.filter(pk=own.pk).update(document={**own.document, "display": {"unit": 5, "<b>": 1}})
    response = as_ada.get(f"{URL}?from=now-1h")
    page = body(response)
    assert response.status_code == 422
    assert "<code>display.unit</code>" in page
    assert "<code>display.&lt;b&gt;</code>" in page
    assert 'href="/t/acme/d/board/panels/load/edit/?from=now-1h"' in page
    assert sent(as_ada, "run", url=f"{URL}run/").status_code == 422


def test_a_script_in_a_query_is_a_text(own: Panel, as_ada: Client) -> None:
    text = "SELECT '</textarea><script>alert(1)</script>' AS \"<b>\", now() AS time, 1 AS n"
    for page in (body(as_ada.post(URL, {"text": text})), body(as_ada.post(f"{URL}run/", {"text": text}))):
        assert "<script>alert" not in page
        assert "<b>" not in page


def test_without_a_script_the_page_runs_and_lays_out(own: Panel, as_ada: Client) -> None:
    assert "<td>web-1</td>" in body(sent(as_ada, "run"))
    assert "SELECT 1 AS n,\n" not in body(sent(as_ada, "format", "select 1 as n"))
    assert ">SELECT 1 AS n</textarea>" in body(sent(as_ada, "format", "select 1 as n"))
    refused = sent(as_ada, "format", "select 1 +")
    assert refused.status_code == 422
    assert ">select 1 +</textarea>" in body(refused)


def test_the_text_is_laid_out_for_the_script(own: Panel, as_ada: Client) -> None:
    assert body(as_ada.post(f"{URL}format/", {"text": "select 1"})) == "SELECT 1"
    refused = as_ada.post(f"{URL}format/", {"text": "select ("})
    assert (refused.status_code, refused["Content-Type"]) == (422, "text/plain; charset=utf-8")


def test_tables_are_found_by_their_columns(own: Panel, as_ada: Client) -> None:
    assert "loads" in body(as_ada.get(f"{URL}tables/?table=LOAD"))
    assert "loads" in body(as_ada.get(f"{URL}tables/?table=host"))
    assert "Nothing of that name" in body(as_ada.get(f"{URL}tables/?table=%27nothing"))


STATISTICS = "SELECT now() AS time, count(*) AS n FROM pg_stat_database"


def test_an_editor_of_a_tenant_runs_a_shared_panels_own_query_and_no_other_as_the_platform(shared: Panel, as_ada: Client) -> None:
    """Panels that the platform keeps may read PostgreSQL's statistics; what somebody types into one may not."""
    assert "query-mistake" in body(as_ada.post(f"{URL}run/", {"text": STATISTICS}))
    shared.document = {**shared.document, "data_source": {"sql": STATISTICS}}
    shared.save()
    assert "query-mistake" not in body(as_ada.post(f"{URL}run/", {"text": STATISTICS}))
    assert "query-mistake" in body(as_ada.post(f"{URL}run/", {"text": f"{STATISTICS} WHERE 1 = 1"}))
    assert sent(as_ada, "own", STATISTICS).status_code == 422


def test_a_panel_that_asks_a_table_is_offered_as_sql_that_answers_the_same(own: Panel, as_ada: Client) -> None:
    columns = {"timestamp": "at", "value": "load", "series_label": "host"}
    source = {"table": "loads", "columns": columns, "query": {"where": "load > 2"}, "aggregate": "max", "min_interval": "5m"}
    own.document = {**own.document, "data_source": source}
    own.save()
    page = body(as_ada.get(URL))
    assert "This panel asks its table by its columns." in page
    text = (
        "SELECT $__timeGroup(at, $__interval) AS time,\n  host AS label,\n  max(load) AS value\nFROM loads\n"
        "WHERE $__timeFilter(at) AND (load &gt; 2)\nGROUP BY 1, 2"
    )
    assert text in page
    assert sent(as_ada, "save", text.replace("&gt;", ">")).status_code == 302
    own.refresh_from_db()
    assert own.document["data_source"] == {"min_interval": "5m", "sql": text.replace("&gt;", ">")}


def test_the_page_costs_the_central_database_three_queries(own: Panel, as_ada: Client, django_assert_num_queries: Any) -> None:
    as_ada.get(URL)
    forget_places()
    with django_assert_num_queries(3):  # the panel in its place, the dashboards that it stands on, the tenants to switch to
        as_ada.get(URL)
    with django_assert_num_queries(1):  # the event for the audit
        as_ada.post(f"{URL}run/", {"text": TEXT})


def test_every_macro_is_offered() -> None:
    known = Expansion(parameters=Parameters(), time_range=TimeRange(), zone="UTC").macros()
    assert {word.name for word in MACROS} == {*known, *WORDS}


def test_a_panel_without_a_query_has_no_such_page(own: Panel, as_ada: Client) -> None:
    own.panel_type, own.document = "text", {"type": "text", "title": "Text", "content": "Hello"}
    own.save()
    assert as_ada.get(URL).status_code == 404


def test_a_database_that_is_away_leaves_the_text_to_be_written(own: Panel, as_ada: Client, acme: Any) -> None:
    acme.host, acme.port = "127.0.0.1", 1
    acme.save()
    page = body(as_ada.get(URL))
    assert "GROUP BY 1, 2</textarea>" in page
    assert "query-mistake" in body(as_ada.post(f"{URL}run/", {"text": TEXT}))
