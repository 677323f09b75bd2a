"""A panel is asked with the values that its dashboard's variables have: the URL's where it may, else the defaults."""

import re
from collections.abc import Callable
from html import escape, unescape
from html.parser import HTMLParser
from typing import Any
from urllib.parse import parse_qsl, urlencode

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from dashboards.models import Dashboard, Panel
from dashboards.tests.variables.conftest import PANEL, REGION, SERVER
from dashboards.variables.asking import asker_of
from dashboards.variables.definitions import stored_variables
from dashboards.variables.resolving import resolve
from datasources.models import DataSource
from datasources.results import closed
from datasources.tests.hostile import HOSTILE
from datasources.timerange import TimeRange
from tenants.models import Tenant


def rows(response: Any) -> list[str]:
    return re.findall(r"<tr><td class=\"text\">(?:<bdi>)?(.*?)<", response.content.decode())


def title(response: Any) -> str:
    found = re.search(r'class="panel-title"[^>]*>(.*?)</h2>', response.content.decode(), re.DOTALL)
    assert found is not None
    return unescape(found[1])


@pytest.mark.parametrize(
    ("query", "names", "said"),
    [
        ("", ["web-01"], "web-01 (4) in Europe $5"),
        ("?var-server=All", ["web-01", "web-02"], "All in Europe $5"),
        ("?var-server=%24__all", ["web-01", "web-02"], "All in Europe $5"),
        ("?var-server=web-02&var-server=web-01", ["web-01", "web-02"], "web-02 (8), web-01 (4) in Europe $5"),
        ("?var-server=", ["web-01"], "web-01 (4) in Europe $5"),
        ("?var-region=us", ["db-01"], "db-01 (16) in us $5"),
        ("?var-region=us&var-server=All", ["db-01"], "All in us $5"),
        ("?var-region=mars", [], " in mars $5"),
        ("?var-region=mars&var-server=All", [], "All in mars $5"),
    ],
)
def test_values_come_from_the_url_or_are_the_defaults(
    make_board: Callable, look: Callable, query: str, names: list, said: str
) -> None:
    make_board(REGION, SERVER)
    response = look(query)
    assert (rows(response), title(response)) == (names, said)


@pytest.mark.parametrize(
    "query", ["?var-server=db-01", "?var-server=web-01&var-server=x", "?var-region=moon", "?var-region=us&var-server=web-01"]
)
def test_what_is_not_offered_is_refused_in_the_panel(make_board: Callable, look: Callable, query: str) -> None:
    make_board(REGION, SERVER)
    response = look(query)
    assert response.status_code == 200
    assert 'data-state="error"' in response.content.decode()
    assert "is not one of the values of" in response.content.decode()
    assert look(query, "csv/").status_code == 422


def test_defaults_that_are_gone_give_way_to_the_first_option(make_board: Callable, look: Callable) -> None:
    make_board(REGION, {**SERVER, "default": ["gone", "web-02"]})
    assert rows(look()) == ["web-02"]
    Dashboard.objects.update(variables=[REGION, {**SERVER, "default": "gone"}])
    assert rows(look()) == ["web-01"]
    Dashboard.objects.update(variables=[REGION, {**SERVER, "default": "All"}])
    assert rows(look()) == ["web-01", "web-02"]


KINDS: list[tuple[dict[str, Any], str, str]] = [
    ({"kind": "text", "default": "d"}, "", "d"),
    ({"kind": "text", "default": "d"}, "?var-v=", ""),
    ({"kind": "text", "default": "d"}, "?var-v=x'y", "x'y"),
    ({"kind": "constant", "value": "c"}, "?var-v=x", "c"),
    ({"kind": "tenant", "attribute": "name"}, "?var-v=x", "Acme"),
    ({"kind": "tenant", "attribute": "plan"}, "", "gold"),
    ({"kind": "tenant", "attribute": "none", "default": "d"}, "", "d"),
    ({"kind": "interval", "options": ["5m", "1h"]}, "", "5m"),
    ({"kind": "interval", "options": ["5m", "1h"]}, "?var-v=1h", "1h"),
    ({"kind": "interval", "options": ["5m", "1h"], "auto": 30}, "?from=now-24h&to=now", "1h"),
    ({"kind": "interval", "options": ["5m"], "auto": 10}, "?from=now-90d&to=now", "1w"),
    ({"kind": "interval", "options": ["5m"], "auto": 1000}, "?from=now-5m&to=now", "10s"),
    ({"kind": "interval", "options": ["5m"], "auto": 10, "auto_min": "1y"}, "?from=now-90d&to=now", "1y"),
    ({"kind": "custom", "options": ["a", "b"]}, "?var-v=b&var-v=a", "b"),
    ({"kind": "custom", "options": ["a", "b"], "all": True, "all_value": "%"}, "?var-v=All", "%"),
]


@pytest.mark.parametrize(("variable", "query", "value"), KINDS)
def test_each_kind_has_its_value(
    make_board: Callable, look: Callable, acme: Tenant, variable: dict, query: str, value: str
) -> None:
    acme.attributes = {"plan": "gold"}
    acme.save()
    panel = {"type": "table", "title": "v", "data_source": {"sql": "SELECT :v::text AS v"}}
    make_board({"name": "v", **variable}, panel=panel)
    assert [unescape(text) for text in rows(look(query))] == [value]


def test_a_list_has_a_list_even_of_one(make_board: Callable, look: Callable) -> None:
    panel = {"type": "table", "title": "v", "data_source": {"sql": "SELECT array_to_string(:v::text[], '+') AS v"}}
    make_board({"name": "v", "kind": "custom", "options": ["a", "b"], "all": True}, panel=panel)
    assert [rows(look(query)) for query in ("", "?var-v=b", "?var-v=All")] == [["a"], ["b"], ["a+b"]]


def test_a_tenants_attribute_that_is_not_there_is_missed(make_board: Callable, look: Callable) -> None:
    panel = {"type": "table", "title": "v", "data_source": {"sql": "SELECT :v AS v"}}
    make_board({"name": "v", "kind": "tenant", "attribute": "plan"}, panel=panel)
    assert "This panel needs a value for “v”." in look().content.decode()


def test_only_what_a_panel_names_is_asked_for(make_board: Callable, look: Callable, monkeypatch: pytest.MonkeyPatch) -> None:
    make_board(REGION, SERVER, panel={"type": "kpi", "title": "$region", "data_source": {"sql": "SELECT 7 AS value"}})
    monkeypatch.setattr("dashboards.variables.options.fetch", None)
    response = look("?var-server=not+there")
    assert (title(response), response.status_code) == ("Europe", 200)


def test_a_panel_that_is_known_costs_no_query_and_asks_for_no_options(
    make_board: Callable, look: Callable, monkeypatch: pytest.MonkeyPatch
) -> None:
    make_board(REGION, SERVER)
    assert rows(look("?var-server=All")) == ["web-01", "web-02"]
    asked: list[Any] = []
    monkeypatch.setattr(closed, "ask", lambda *given, **options: asked.append(given))
    monkeypatch.setattr("dashboards.looking.shared_seconds", lambda poll: 3_600)
    with CaptureQueriesContext(connection) as queries:
        assert rows(look("?var-server=All")) == ["web-01", "web-02"]
    assert (len(queries), asked) == (0, [])


def test_options_are_one_result_for_all_who_look(make_board: Callable, look: Callable, monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[str] = []
    ask = closed.ask
    monkeypatch.setattr(closed, "ask", lambda source, queries, *a, **o: asked.extend(queries) or ask(source, queries, *a, **o))
    make_board(REGION, SERVER)
    for query in ("", "?var-server=All", "?var-server=web-02"):
        look(query)
    assert asked.count("options") == 1


def test_where_the_database_is_away_given_values_are_taken_as_they_are(
    make_board: Callable, look: Callable, acme: Tenant, monkeypatch: pytest.MonkeyPatch
) -> None:
    panel = {"type": "kpi", "title": "$server", "data_source": {"sql": "SELECT 7 AS value"}}
    make_board(REGION, SERVER, panel=panel)
    Tenant.objects.update(host="/nowhere", connection_version=99)
    given, by_default = look("?var-server=web-77"), look()
    assert title(given) == "web-77"
    for response in (given, by_default):
        assert 'data-state="error"' in response.content.decode()


class Structure(HTMLParser):
    """A page's elements and attributes without what they say."""

    def __init__(self, text: str) -> None:
        super().__init__(convert_charrefs=True)
        self.seen: list[Any] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.seen.append((tag, sorted(name for name, _ in attrs)))

    def handle_endtag(self, tag: str) -> None:
        self.seen.append(tag)


def test_hostile_values_stay_text_in_the_page_and_one_parameter_in_its_urls(make_board: Callable, look: Callable) -> None:
    panel = {**PANEL, "title": "Of $v", "description": "${v:csv} ${v:json}", "data_source": {"sql": "SELECT :v::text AS name"}}
    make_board({"name": "v", "kind": "text"}, panel=panel)
    harmless = {text.isascii(): Structure(look(f"?var-v={text}").content.decode()).seen for text in ("x", "é")}
    taken = 0
    for value in HOSTILE:
        response = look(f"?{urlencode({'var-v': value})}")
        if "\0" in value or len(value) > 1_000:
            assert response.status_code == 422
            continue
        taken += 1
        text = response.content.decode()
        assert Structure(text).seen == harmless[value.isascii()]
        assert title(response).split() == f"Of {value}".split()
        urls = [unescape(url) for url in re.findall(r'(?:href|hx-get)="(/t/acme/d/board/panels/one/[^"]*)"', text)]
        assert len(urls) > 5
        for url in urls:
            asked = parse_qsl(url.partition("?")[2], keep_blank_values=True)
            assert [pair for pair in asked if pair[0] not in {"sort", "order"}] == [("var-v", value)]
        assert value == "" or f">{escape(value)}</" in text
    assert taken == 58


def test_a_stranger_sees_no_options(make_board: Callable, client: Client, eve: Any) -> None:
    make_board(REGION, SERVER)
    client.force_login(eve)
    assert client.get("/t/acme/d/board/panels/one/?var-server=All").status_code == 404
    assert Panel.objects.count() == 1


def test_a_bucket_is_as_wide_as_an_interval_variable_says(make_board: Callable, look: Callable) -> None:
    sql = "SELECT $__timeGroup(timestamptz '2026-03-01 10:37Z', :step)::text AS v"
    make_board(
        {"name": "step", "kind": "interval", "options": ["5m", "1h"]},
        panel={"type": "table", "title": "$step", "data_source": {"sql": sql, "columns": [{"name": "v", "format": "text"}]}},
    )
    assert "10:35" in rows(look("?tz=UTC"))[0]
    assert "10:00" in rows(look("?tz=UTC&var-step=1h"))[0]


def test_a_panel_asks_the_source_that_a_variable_names(make_board: Callable, look: Callable, acme: Tenant) -> None:
    panel = {"type": "kpi", "title": "$ds", "data_source": {"source": "$ds", "sql": "SELECT 7 AS value"}}
    make_board({"name": "ds", "kind": "data_source", "source_kind": "postgres"}, panel=panel)
    assert "This panel needs a value for “ds”." in look().content.decode()
    for slug, enabled in [("far", True), ("off", False)]:
        DataSource.objects.create(tenant=acme, kind="postgres", slug=slug, name=slug.title(), settings={}, is_enabled=enabled)
    assert "The settings of the data source “Far” are not valid any more." in look().content.decode()
    for refused in ("off", "tenant", "x"):
        assert f"“{refused}” is not one of the values of ds." in look(f"?var-ds={refused}").content.decode()


@pytest.mark.parametrize("door", ["data", "export"])
def test_a_program_names_the_dashboard_whose_variables_it_means(
    make_board: Callable, look: Callable, client: Client, door: str
) -> None:
    make_board(REGION, SERVER)
    url, asked = f"/api/v1/panels/one/{door}", {"tenant_id": "acme", "dashboard": "board"}

    def said(**more: Any) -> tuple[int, str]:
        response = client.get(url, {**asked, **more})
        body = b"".join(response.streaming_content) if response.streaming else response.content
        return response.status_code, body.decode()

    look()
    status, body = said(**{"var-server": ["web-02", "web-01"]})
    assert status == 200
    assert "web-01" in body
    assert "web-02" in body
    assert "db-01" in said(**{"var-region": "us"})[1]
    status, body = said(**{"var-server": "x"})
    assert status == 422
    assert "“x” is not one of the values of Server." in body
    assert said(dashboard="none")[0] == 404
    assert client.get(url, {"tenant_id": "acme", "var-server": ["db-01", "web-02"]}).status_code == 200


def test_a_link_with_all_variables_has_those_that_the_panel_names_nowhere(make_board: Callable, look: Callable) -> None:
    link = {"title": "There", "url": "https://wiki.example/?${__all_variables}"}
    make_board(REGION, SERVER, panel={**PANEL, "title": "x", "data_source": {"sql": "SELECT 1 AS one"}, "links": [link]})
    assert "https://wiki.example/?var-region=us&amp;var-server=db-01" in look("?var-region=us").content.decode()


@pytest.mark.parametrize(
    ("regex", "offered"),
    [
        ("^web", {"web-01": "web-01 (4)", "web-02": "web-02 (8)"}),
        (r"^web-(\d+)", {"01": "01", "02": "02"}),
        (r"(?P<text>[a-z]+)-(?P<value>02)", {"02": "web"}),
        ("nothing", {}),
    ],
)
def test_a_pattern_chooses_among_the_options_of_a_query(
    make_board: Callable, acme: Tenant, regex: str, offered: dict[str, str]
) -> None:
    board = make_board(REGION, {**SERVER, "regex": regex})
    variables = stored_variables(board.variables)
    found = resolve(variables, {}, asker_of(board, acme, TimeRange()))["server"]
    assert found.options is not None
    assert found.options.texts == offered
