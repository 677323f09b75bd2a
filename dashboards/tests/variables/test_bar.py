"""The pickers on a page: forms that need no script, and that wait for nobody's database."""

import re
from collections.abc import Callable
from html import unescape
from typing import Any
from urllib.parse import urlencode

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from dashboards.models import Dashboard
from dashboards.tests.variables.conftest import PANEL, REGION, SERVER
from dashboards.variables.options import MOST_CHARACTERS, _read
from datasources.frame import Column, Frame
from datasources.tests.hostile import HOSTILE
from tenants.models import Tenant

TEXT = {"name": "filter", "kind": "text", "label": "Filter"}
STEP = {"name": "step", "kind": "interval", "options": ["5m", "1h"], "auto": 50}
HIDDEN = [{"name": "c", "kind": "constant", "value": "secret"}, {**TEXT, "name": "h", "hidden": True}]


@pytest.fixture
def page(client: Client, bob: Any) -> Callable[..., str]:
    client.force_login(bob)

    def get(query: str = "", door: str = "", status: int = 200) -> str:
        response = client.get(f"/t/acme/d/board/{door}{query}")
        assert response.status_code == status
        return response.content.decode()

    return get


def summaries(text: str) -> dict[str, str]:
    """What each picker says is chosen."""
    found = re.findall(r'picker-name">(.*?)<span.*?picker-value">(.*?)</span>', text, re.DOTALL)
    return {unescape(name).strip(): unescape(said) for name, said in found}


def chosen(text: str) -> list[str]:
    return [unescape(value) for value in re.findall(r'value="([^"]*)" (?:checked|aria-current)', text)]


def hidden(text: str, form: str) -> list[tuple[str, str]]:
    """The hidden fields of the form that holds a field of this name."""
    for found in re.findall(r"<form class=\"picker.*?</form>", text, re.DOTALL):
        if f'name="{form}"' in re.sub(r"<input type=\"hidden\"[^>]*>", "", found):
            return [
                (name, unescape(value)) for name, value in re.findall(r'type="hidden"\s+name="([^"]*)"\s+value="([^"]*)"', found)
            ]
    raise AssertionError(form)


def test_what_no_address_can_say_is_no_option_and_a_list_has_its_limits() -> None:
    frame = Frame((Column("value", "text"),), (["a" * 1_001, "b", "b", None, *(f"{n:0>900}" for n in range(700))],))
    options = _read(frame, depends_on_time=False)
    assert (options.values[0], options.is_cut) == ("b", True)
    assert sum(map(len, options.values)) < MOST_CHARACTERS / 2


def test_a_page_shows_what_is_chosen_and_asks_no_database(
    make_board: Callable, page: Callable, monkeypatch: pytest.MonkeyPatch
) -> None:
    make_board(REGION, SERVER, TEXT, STEP, *HIDDEN)
    monkeypatch.setattr("dashboards.variables.options.fetch", None)
    text = page("?var-server=web-01&var-server=web-02&var-server=x&var-step=1h&var-filter=a%22b")
    assert summaries(text) == {"region": "Europe", "Server": "web-01 + 2", "step": "1h"}
    assert 'value="a&quot;b"' in text
    assert 'hx-get="/t/acme/d/board/values/?var-server=web-01&amp;var-server=web-02' in text
    assert "secret" not in text
    assert 'id="variable-h"' not in text


def test_a_panel_of_more_values_than_it_may_have_is_named_as_people_know_it(make_board: Callable, page: Callable) -> None:
    make_board(
        REGION, SERVER, panel={**PANEL, "title": "$server in $region, ${server:csv}"}, repeat_variable="server", repeat_max=1
    )
    text = page("?var-server=web-01&var-server=web-02", door="values/")
    assert "… in Europe, …: 1 of 2 are shown." in text


def test_what_nobody_knew_comes_with_the_values(make_board: Callable, page: Callable) -> None:
    make_board(REGION, SERVER)
    assert summaries(page()) == {"region": "Europe", "Server": "…"}
    text = page(door="values/")
    assert summaries(text) == {"region": "Europe", "Server": "web-01 (4)"}
    assert 'hx-get="/t/acme/d/board/values' not in text
    assert summaries(page()) == {"region": "Europe", "Server": "web-01 (4)"}
    assert chosen(page("?var-server=All&var-region=eu")) == ["eu", "All"]


def test_a_page_with_variables_costs_no_query_more(make_board: Callable, page: Callable) -> None:
    board = make_board(REGION, SERVER)
    page(door="values/")
    with CaptureQueriesContext(connection) as with_variables:
        page()
    Dashboard.objects.filter(pk=board.pk).update(variables=[])
    page()
    with CaptureQueriesContext(connection) as without:
        page()
    assert len(with_variables) == len(without)


def test_a_choice_keeps_the_rest_of_the_page_but_what_depends_on_it(make_board: Callable, page: Callable) -> None:
    make_board(REGION, SERVER, TEXT)
    query = "?from=now-1h&to=now&var-region=eu&var-server=web-01&var-filter=&var-loose=1&one.page=3&one.sort=name"
    page(query, "values/")
    text = page(query)
    rest = [("from", "now-1h"), ("to", "now")]
    loose = [("var-filter", ""), ("var-loose", "1"), ("one.sort", "name")]
    assert hidden(text, "var-region") == [*rest, *loose]
    assert hidden(text, "var-server") == [*rest, ("var-region", "eu"), *loose]
    assert ("var-server", "All") in hidden(page("?var-server=All"), "var-region")


def test_options_have_a_page_of_their_own(make_board: Callable, page: Callable) -> None:
    make_board(REGION, SERVER)
    text = page("?var-region=us&refresh=5", "variables/server/")
    assert re.findall(r'<bdi class="option-text">(.*?)</bdi>', text) == ["All", "db-01 (16)"]
    assert '<form class="picker-form" method="get" action="/t/acme/d/board/"' in text
    assert hidden(text, "var-server") == [("var-region", "us"), ("refresh", "5")]
    assert 'action="/t/acme/d/board/panels/one/view/"' in page("?panel=one", "variables/server/")
    for door in ("variables/none/", "variables/c/"):
        page(door=door, status=404)
    page("?panel=none", "variables/server/", status=404)


def test_a_value_that_is_no_option_is_shown_with_a_word(make_board: Callable, page: Callable) -> None:
    make_board(REGION, SERVER)
    text = page("?var-server=gone", "variables/server/")
    assert "“gone” is not one of the values of Server." in text
    assert chosen(text) == ["gone"]


def test_where_the_database_is_away_a_value_can_be_typed(make_board: Callable, page: Callable) -> None:
    make_board(REGION, SERVER)
    Tenant.objects.update(host="/nowhere", connection_version=99)
    text = page("?var-server=web-01", "values/")
    assert summaries(text) == {"region": "Europe", "Server": "web-01"}
    assert "cannot be reached" in text
    assert 'id="other-server"' in page("?var-server=web-01", "variables/server/")


def test_many_options_are_fetched_when_they_are_looked_at(make_board: Callable, page: Callable) -> None:
    many = {"name": "n", "kind": "query", "data_source": {"sql": "SELECT generate_series(1, 6000)"}, "multi": True, "all": True}
    make_board(many)
    text = page(door="values/")
    assert "generate" not in text
    assert 'hx-get="/t/acme/d/board/variables/n/"' in text
    options = page("?var-n=77", "variables/n/")
    assert options.count('<li><label class="option">') == 5_001
    assert chosen(options) == ["77"]
    assert "These are not all." in options


def test_all_of_too_many_is_refused_in_words(make_board: Callable, look: Callable) -> None:
    panel = {"type": "table", "title": "n", "data_source": {"sql": "SELECT cardinality(:n::text[])::text AS n"}}
    make_board(
        {"name": "n", "kind": "query", "data_source": {"sql": "SELECT generate_series(1, 5001)"}, "multi": True, "all": True},
        panel=panel,
    )
    assert "“All” of n is more than 5,000 values: choose some of them." in look("?var-n=All").content.decode()
    assert '<td class="text">1</td>' in look("?var-n=9999").content.decode()


def test_hostile_values_stay_values_of_the_form(make_board: Callable, page: Callable) -> None:
    make_board({"name": "v", "kind": "custom", "options": ["x"], "multi": True}, TEXT)
    forms = page(door="variables/v/").count("<form")
    for value in HOSTILE:
        is_refused = "\0" in value or len(value) > 1_000
        query = f"?{urlencode([('var-v', value), ('var-filter', value)])}"
        text = page(query, "variables/v/", status=422 if is_refused else 200)
        if not is_refused:
            assert hidden(text, "var-v") == [("var-filter", value)]
            assert value in chosen(text) or value == ""
            assert text.count("<form") == text.count("</form>") == forms
