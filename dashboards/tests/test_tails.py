"""A poll of a time series is sent what has changed of it, and only where the rest of the panel is as it was."""

import itertools
import re
import time
from collections.abc import Callable
from html import unescape
from typing import Any

import orjson
import pytest
from django.test import Client

from dashboards.bodies import bodies
from dashboards.models import Dashboard, Panel, Placement
from dashboards.tests.test_polls import mark_of

FRAGMENT = "/t/acme/d/board/panels/load/?from=2026-03-01T00:00:00Z&to=2026-03-02T00:00:00Z"


@pytest.fixture
def load(acme_database: dict, admin_sql: Callable[..., None], acme: Any) -> Callable[[str], None]:
    admin_sql(
        acme_database,
        """DROP TABLE IF EXISTS load; CREATE TABLE load (at timestamptz, server text, value float8);
        INSERT INTO load SELECT timestamptz '2026-03-01Z' + make_interval(mins => minute), server, minute % 61 + length(server)
        FROM generate_series(0, 1300) minute, unnest(ARRAY['web', 'worker']) server""",
    )
    return lambda change: admin_sql(acme_database, change)


@pytest.fixture
def poll(client: Client, ada: Any, load: Callable[[str], None]) -> Callable[..., Any]:
    """Insists on the newest, so that each poll finds what has changed."""
    columns = {"timestamp": "at", "value": "value", "series_label": "server"}
    document = {"type": "timeseries", "title": "Load", "data_source": {"table": "load", "columns": columns}}
    Panel.objects.create(slug="load", title="Load", panel_type="timeseries", document=document)
    board = Dashboard.objects.create(slug="board", name="Board", refresh_interval=300)
    Placement.objects.create(dashboard=board, panel_slug="load")
    client.force_login(ada)
    return lambda query="", **headers: client.get(FRAGMENT + query, headers={"HX-Request": "true", "X-Fresh": "1", **headers})


def polled(poll: Callable[..., Any], query: str = "", **shown: str) -> Any:
    """The first poll that finds something new: what is asked for within one second is one result."""
    deadline = time.monotonic() + 10
    while (answer := poll(query, **shown)).status_code == 204:
        assert time.monotonic() < deadline
        time.sleep(0.1)
    return answer


def shown_by(answer: Any) -> dict[str, str]:
    """What a page says that shows this answer."""
    held = re.search(r'data-held="([^"]*)"', answer.content.decode())
    assert held is not None
    return {"X-Shown": mark_of(answer), "X-Held": unescape(held[1])}


def figure_in(answer: Any) -> Any:
    found = re.search(r'class="figure"[^>]*>(.*?)</script>', answer.content.decode())
    assert found is not None
    return orjson.loads(found[1])


def points_of(trace: Any) -> list[float]:
    """Its values, which are sent as steps from each to the next."""
    return [count / 10 ** trace["y"]["decimals"] for count in itertools.accumulate(trace["y"]["steps"])]


def test_only_what_changed_of_a_chart_is_sent(poll: Callable[..., Any], load: Callable[[str], None]) -> None:
    shown = poll()
    load("INSERT INTO load VALUES ('2026-03-01T21:41Z', 'web', 12.5)")
    answer = polled(poll, **shown_by(shown))
    assert answer.headers["Content-Type"] == "application/json"
    sent = orjson.loads(answer.content)
    assert sum(len(points[0]) for _, points in sent["parts"]) <= 64
    assert sent["parts"][-1][1][0][-1] == 12.5
    assert [row[2] for row in sent["legend"]] == ["12.5", "25"]
    assert "web last 12.5" in sent["summary"]
    assert answer["X-Asked"]


def test_what_is_sent_has_the_mark_of_what_then_is_shown(poll: Callable[..., Any], load: Callable[[str], None]) -> None:
    shown = poll()
    load("INSERT INTO load VALUES ('2026-03-01T21:41Z', 'web', 12.5)")
    sent = orjson.loads(polled(poll, **shown_by(shown)).content)
    again = poll(**{"X-Shown": sent["mark"], "X-Held": sent["held"]})
    assert again.status_code == 204
    whole = poll()
    assert shown_by(whole) == {"X-Shown": sent["mark"], "X-Held": sent["held"]}


def test_a_row_that_comes_late_is_sent_where_it_belongs(poll: Callable[..., Any], load: Callable[[str], None]) -> None:
    shown = poll()
    load("UPDATE load SET value = 55.5 WHERE at = '2026-03-01T10:00Z' AND server = 'worker'")
    sent = orjson.loads(polled(poll, **shown_by(shown)).content)
    ((first, points),) = sent["parts"]
    assert points[1][600 - first] == 55.5
    assert points_of(figure_in(poll())["data"][1])[600] == 55.5


@pytest.mark.parametrize(
    ("change", "query"),
    [
        ("INSERT INTO load VALUES ('2026-03-01T21:41Z', 'third', 1)", ""),
        ("INSERT INTO load VALUES ('2026-03-01T21:41Z', 'web', 1)", "&tz=Asia/Tokyo"),
        ("INSERT INTO load VALUES ('2026-03-01T21:41Z', 'web', 1)", "&alone=1"),
        ("INSERT INTO load VALUES ('2026-03-01T21:41Z', 'web', 1e6)", ""),
        ("DELETE FROM load", ""),
    ],
)
def test_what_else_changes_is_drawn_whole(poll: Callable[..., Any], load: Callable[[str], None], change: str, query: str) -> None:
    shown = poll()
    load(change)
    answer = polled(poll, query, **shown_by(shown))
    assert answer.headers["Content-Type"].startswith("text/html")


def test_who_holds_a_chart_but_not_this_panel_gets_it_whole(
    poll: Callable[..., Any], load: Callable[[str], None], client: Client, bob: Any
) -> None:
    shown = shown_by(poll())
    load("INSERT INTO load VALUES ('2026-03-01T21:41Z', 'web', 12.5)")
    client.force_login(bob)
    assert poll(**shown).headers["Content-Type"].startswith("text/html")
    assert poll(**{"X-Held": shown["X-Held"]}).headers["Content-Type"].startswith("text/html")


def test_an_empty_alone_asks_for_nothing(poll: Any) -> None:
    """It is not in what the fragment is known by: what is drawn with it is sent to others too."""
    assert 'class="twin"' in poll("&alone=1").content.decode()
    bodies.clear()
    assert 'class="twin"' not in poll("&alone=").content.decode()
