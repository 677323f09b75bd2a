"""A panel or a row that stands on a page once for each value: where, as what, and that each keeps its value."""

import re
from collections.abc import Callable
from html import unescape
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from django.test import Client
from hypothesis import given
from hypothesis import strategies as st

from dashboards.document import overlap
from dashboards.models import Dashboard, Panel, Placement
from dashboards.tests.variables.conftest import PANEL, REGION, SERVER
from dashboards.variables.repeating import MOST_ON_A_PAGE, key_of, repeat


def place(slug: str, row: int, col: int, width: int, height: int = 2, by: str = "", **more: Any) -> Placement:
    return Placement(panel_slug=slug, row=row, col=col, width=width, height=height, repeat_variable=by, **more)


def laid(*places: Placement, headings: set[str] = frozenset(), **values: tuple[str, ...]) -> list[tuple[Any, ...]]:
    done = repeat(sorted(places, key=lambda one: (one.row, one.col)), headings, values)
    return [(one.panel_slug, one.row, one.col, *one.own.values()) for one in done.places]


def test_to_the_right_and_then_below() -> None:
    below = place("b", 2, 0, 12)
    assert laid(place("a", 0, 0, 4, by="v"), below, v=("1", "2", "3", "4")) == [
        ("a", 0, 0, "1"), ("a", 0, 4, "2"), ("a", 0, 8, "3"), ("a", 2, 0, "4"), ("b", 4, 0),
    ]  # fmt: skip


def test_beside_another_panel_there_is_less_room() -> None:
    assert laid(place("a", 0, 0, 4, by="v"), place("b", 0, 8, 4, 9), v=("1", "2", "3")) == [
        ("a", 0, 0, "1"), ("a", 0, 4, "2"), ("b", 0, 8), ("a", 2, 0, "3"),
    ]  # fmt: skip


def test_downwards() -> None:
    down = place("a", 0, 0, 4, by="v", repeat_direction="down")
    assert laid(down, place("b", 2, 0, 4), v=("1", "2")) == [("a", 0, 0, "1"), ("a", 2, 0, "2"), ("b", 4, 0)]


def test_a_row_is_repeated_with_all_below_it() -> None:
    row, inner, last = place("r", 2, 0, 12, 1, by="v"), place("a", 3, 0, 6, by="w"), place("s", 5, 0, 12, 1)
    values = {"v": ("1", "2"), "w": ("x", "y", "z")}
    assert laid(place("top", 0, 0, 12), row, inner, last, place("c", 6, 0, 12), headings={"r", "s"}, **values) == [
        ("top", 0, 0),
        ("r", 2, 0, "1"), ("a", 3, 0, "1", "x"), ("a", 3, 6, "1", "y"), ("a", 5, 0, "1", "z"),
        ("r", 7, 0, "2"), ("a", 8, 0, "2", "x"), ("a", 8, 6, "2", "y"), ("a", 10, 0, "2", "z"),
        ("s", 12, 0), ("c", 13, 0),
    ]  # fmt: skip


def test_a_panel_in_a_row_of_its_own_variable_is_not_repeated_again() -> None:
    row, inner = place("r", 0, 0, 12, 1, by="v"), place("a", 1, 0, 6, by="v")
    assert laid(row, inner, headings={"r"}, v=("1", "2")) == [
        ("r", 0, 0, "1"), ("a", 1, 0, "1"), ("r", 3, 0, "2"), ("a", 4, 0, "2"),
    ]  # fmt: skip


def test_nothing_chosen_is_nothing_shown_and_nothing_known_is_once() -> None:
    assert laid(place("a", 0, 0, 4, by="v"), v=()) == []
    assert laid(place("a", 0, 0, 4, by="v")) == [("a", 0, 0)]
    assert laid(place("r", 0, 0, 12, by="v"), place("a", 2, 0, 4), place("s", 4, 0, 12), headings={"r", "s"}, v=()) == [
        ("s", 4, 0)
    ]


def test_too_many_are_cut_and_it_is_said() -> None:
    done = repeat(
        [place("a", 0, 0, 1, by="v", repeat_max=3), place("b", 2, 0, 1, by="w")],
        set(),
        {"v": tuple("12345"), "w": tuple(map(str, range(60)))},
    )
    assert len(done.places) == 53
    assert done.cut == {"a": (3, 5), "b": (50, 60)}


def test_a_page_has_room_for_so_many_and_no_more() -> None:
    fifty = tuple(map(str, range(50)))
    heading, inner = place("h", 0, 0, 12, 1, by="v"), [place(f"p{n}", n + 1, 0, 1, 1, by="w") for n in range(199)]
    done = repeat([heading, *inner], {"h"}, {"v": fifty, "w": fifty})
    assert len(done.places) < 2 * MOST_ON_A_PAGE
    assert {one.panel_slug for one in done.places} == {"h", *(one.panel_slug for one in inner)}
    assert done.cut["h"] == (2, 50)
    assert done.cut["p198"] == (1, 50)


@st.composite
def boards(draw: st.DrawFn) -> list[Placement]:
    """Panels that do not lie on one another, some of them repeated."""
    placed: list[Placement] = []
    for number in range(draw(st.integers(1, 9))):
        width = draw(st.integers(1, 12))
        one = place(
            f"p{number}", draw(st.integers(0, 12)), draw(st.integers(0, 12 - width)), width, draw(st.integers(1, 5)),
            by=draw(st.sampled_from(["", "v", "w"])), repeat_direction=draw(st.sampled_from(["right", "down"])),
        )  # fmt: skip
        if not any(overlap(one, other) for other in placed):
            placed.append(one)
    return sorted(placed, key=lambda one: (one.row, one.col))


@given(boards(), st.integers(0, 7), st.integers(1, 5))
def test_nothing_lies_on_anything(board: list[Placement], many: int, few: int) -> None:
    done = repeat(board, set(), {"v": [str(n) for n in range(many)], "w": [str(n) for n in range(few)]}).places
    assert not [(one, other) for at, one in enumerate(done) for other in done[:at] if overlap(one, other)]
    assert all(one.col + one.width <= 12 for one in done)
    assert len(done) == sum({"": 1, "v": many, "w": few}[one.repeat_variable] for one in board)


def test_names_on_the_page_differ_and_are_no_panels_ids() -> None:
    keys = {key_of("a", own) for own in ({}, {"v": "1"}, {"v": "2"}, {"w": "1"}, {"v": "1", "w": "1"})}
    assert len(keys) == 5
    assert key_of("a", {"v": "1", "w": "2"}) == key_of("a", {"w": "2", "v": "1"})
    assert re.fullmatch(r"a-R[0-9a-f]{10}", key_of("a", {"v": "'\"<"}))


@pytest.fixture
def sections(client: Client, bob: Any) -> Callable[..., list[tuple[str, str, str, str]]]:
    """Each panel's name on the page, title, own variables, and URL."""
    client.force_login(bob)

    def read(query: str = "", door: str = "") -> list[tuple[str, str, str, str]]:
        text = client.get(f"/t/acme/d/board/{door}{query}").content.decode()
        parts = re.findall(r'<section class="panel".*?</h2>', text, re.DOTALL)
        return [
            (
                re.findall(r'id="panel-([^"]*)"', part)[0],
                unescape(re.findall(r'class="panel-title"[^>]*>(.*?)</h2>', part)[0]),
                (re.findall(r'data-own-variables="([^"]*)"', part) or [""])[0],
                unescape(re.findall(r'hx-get="([^"]*)"', part)[0]),
            )
            for part in parts
        ]

    return read


REPEATED = {"repeat_variable": "server", "width": 4}


def test_each_repeated_panel_has_its_value_in_all_its_urls(make_board: Callable, sections: Callable, look: Callable) -> None:
    make_board(REGION, SERVER, **REPEATED)
    (one, two) = sections("?var-server=All&from=now-1h&to=now", "values/")
    assert [(part[1], part[2]) for part in (one, two)] == [
        ("web-01 (4) in Europe $5", "server"),
        ("web-02 (8) in Europe $5", "server"),
    ]
    asked = parse_qs(urlsplit(two[3]).query)
    assert (asked["var-server"], asked["own"], asked["from"]) == (["web-02"], ["server"], ["now-1h"])
    fragment = look(f"?{urlsplit(two[3]).query}").content.decode()
    assert f'id="panel-{two[0]}"' in fragment
    assert re.findall(r"<td class=\"text\">(.*?)</td>", fragment) == ["web-02"]
    for url in re.findall(r'(?:href|hx-get)="(/t/acme/d/board/panels/[^"]*)"', fragment):
        assert parse_qs(urlsplit(unescape(url)).query)["var-server"] == ["web-02"]
    assert look(f"?{urlsplit(two[3]).query}", "csv/").getvalue().decode("utf-8-sig").split() == ["name,cores", "web-02,8"]


def test_alone_it_keeps_its_value_and_leads_back_to_all(make_board: Callable, sections: Callable, look: Callable) -> None:
    make_board(REGION, SERVER, **REPEATED)
    query = urlsplit(sections("?var-region=us&var-server=All", "values/")[0][3]).query
    text = look(f"?{query}", "view/").content.decode()
    assert "db-01 (16) in us $5" in text
    assert "data-own-variables" not in text
    back = urlsplit(unescape(re.findall(r'<p><a href="([^"]*)">', text)[0]))
    assert (back.path, parse_qs(back.query)) == ("/t/acme/d/board/", {"from": ["now-6h"], "to": ["now"], "var-region": ["us"]})


def test_a_tables_page_is_its_own(make_board: Callable, sections: Callable) -> None:
    make_board(REGION, SERVER, **REPEATED)
    key = key_of("one", {"server": "web-02"})
    urls = [part[3] for part in sections(f"?var-server=All&{key}.page=2", "values/")]
    assert ["page=2" in url for url in urls] == [False, True]


def test_what_nobody_knows_yet_is_waited_for_by_script_or_by_a_link(
    make_board: Callable, sections: Callable, client: Client
) -> None:
    make_board(REGION, SERVER, **REPEATED)
    assert sections("?var-server=All") == []
    text = client.get("/t/acme/d/board/?var-server=All").content.decode()
    assert re.search(r'<div id="board"\s+hx-get="/t/acme/d/board/values/\?var-server=All" hx-trigger="load"', text)
    assert '<a href="/t/acme/d/board/values/?var-server=All">' in text
    assert len(sections("?var-server=web-01&var-server=web-02")) == 2
    assert len(sections("?var-server=All", "values/")) == len(sections("?var-server=All")) == 2
    assert "hx-boost" not in re.findall(r"<form class=\"picker.*?>", text, re.DOTALL)[0]


def test_a_row_says_its_value(make_board: Callable, client: Client, bob: Any) -> None:
    make_board(REGION, SERVER, row=2, panel={**PANEL, "title": "$server"})
    Panel.objects.create(slug="row", title="Of $server", panel_type="row", document={"type": "row", "title": "Of $server"})
    Placement.objects.create(dashboard=Dashboard.objects.get(), panel_slug="row", width=12, height=1, repeat_variable="server")
    client.force_login(bob)
    text = client.get("/t/acme/d/board/values/?var-server=All").content.decode()
    assert re.findall(r'class="group-title"[^>]*>(.*?)</h2>', text) == ["Of web-01 (4)", "Of web-02 (8)"]
    assert re.findall(r'class="panel-title"[^>]*>(.*?)</h2>', text) == ["web-01 (4)", "web-02 (8)"]
    assert len(set(re.findall(r' id="(panel-[^"]*)"', text))) == 4


@pytest.mark.parametrize("own", ["a-b", "x'y", "a b c d e f"])
def test_own_names_are_names(make_board: Callable, look: Callable, own: str) -> None:
    make_board(REGION, SERVER)
    assert look(f"?own={own}").status_code == 422


@pytest.mark.parametrize("sql", [SERVER["data_source"]["sql"], "SELECT name FROM servers WHERE $__timeFilter(now())"])
def test_another_range_loads_the_page_anew_where_it_may_have_other_panels(
    make_board: Callable, client: Client, bob: Any, sql: str
) -> None:
    make_board(REGION, {**SERVER, "data_source": {"sql": sql}}, **REPEATED)
    client.force_login(bob)
    toolbar = re.findall(r'<div id="toolbar".*?>', client.get("/t/acme/d/board/").content.decode(), re.DOTALL)[0]
    assert ("hx-boost" in toolbar) is ("$__time" not in sql)
