"""Polls: nothing new, nothing sent; one result for all who look; an interval that spares a slow database."""

import re
import time
from collections.abc import Callable
from html import unescape
from typing import Any

import orjson
import pytest
from django.db import connection
from django.test import Client

from dashboards.drawing import slowest
from dashboards.models import Dashboard, Panel, Placement
from tenants import known

FRAGMENT = "/t/acme/d/board/panels/one/"


@pytest.fixture
def write(acme: Any, acme_database: dict, admin_sql: Callable[..., None]) -> Callable[[int], None]:
    admin_sql(
        acme_database, "DROP TABLE IF EXISTS one; CREATE TABLE one (at timestamptz, n int); INSERT INTO one VALUES (now(), 1)"
    )
    return lambda number: admin_sql(acme_database, f"UPDATE one SET n = {number}")


@pytest.fixture
def panel(write: Callable[[int], None]) -> Panel:
    document = {"type": "kpi", "title": "One", "data_source": {"sql": "SELECT n AS value FROM one"}}
    panel = Panel.objects.create(slug="one", title="One", panel_type="kpi", document=document)
    board = Dashboard.objects.create(slug="board", name="Board", refresh_interval=300)
    Placement.objects.create(dashboard=board, panel_slug="one")
    return panel


@pytest.fixture
def poll(client: Client, ada: Any, panel: Panel) -> Callable[..., Any]:
    client.force_login(ada)
    return lambda query="", **headers: client.get(FRAGMENT + query, headers={"HX-Request": "true", **headers})


def mark_of(response: Any) -> str:
    found = re.search(r'hx-headers="([^"]*)"', response.content.decode())
    assert found is not None
    return str(orjson.loads(unescape(found[1]))["X-Shown"])


def test_an_unchanged_panel_is_answered_without_a_body(poll: Callable[..., Any]) -> None:
    again = poll(**{"X-Shown": mark_of(poll())})
    assert (again.status_code, again.content) == (204, b"")


def test_an_unchanged_panel_says_when_it_was_asked_for(poll: Callable[..., Any], stretch: list[float]) -> None:
    shown = poll()
    drawn_at = re.findall(r'datetime="([^"]*)"', shown.content.decode())[-1]
    assert poll(**{"X-Shown": mark_of(shown)})["X-Asked"] == drawn_at


def test_another_mark_gets_the_panel(poll: Callable[..., Any]) -> None:
    assert poll(**{"X-Shown": "0" * 24}).status_code == 200
    assert poll(**{"X-Shown": ""}).status_code == 200


@pytest.mark.parametrize("query", ["?tz=Asia/Kolkata", "?from=now-1h&to=now", "?alone=1", "?refresh=60"])
def test_another_way_to_look_is_another_panel(poll: Callable[..., Any], query: str) -> None:
    assert poll(query, **{"X-Shown": mark_of(poll())}).status_code == 200


def test_a_changed_definition_takes_effect_at_once(poll: Callable[..., Any], panel: Panel) -> None:
    shown = mark_of(poll())
    panel.document = {**panel.document, "display": {"unit": "percent"}}
    panel.save()
    answer = poll(**{"X-Shown": shown})
    assert answer.status_code == 200
    assert "%" in answer.content.decode()


def test_a_viewers_mark_is_not_an_editors(poll: Callable[..., Any], client: Client, bob: Any) -> None:
    shown = mark_of(poll())
    client.force_login(bob)
    assert poll(**{"X-Shown": shown}).status_code == 200


def test_who_asks_second_sees_the_first_ones_result_and_who_insists_the_newest(
    poll: Callable[..., Any], write: Callable[[int], None], stretch: list[float]
) -> None:
    shown = poll()
    write(1234)
    assert poll(**{"X-Shown": mark_of(shown)}).status_code == 204
    stretch[0] = time.time() + 1
    assert "1,234" in poll(**{"X-Fresh": "1"}).content.decode()


def test_an_error_has_no_mark(poll: Callable[..., Any], panel: Panel) -> None:
    panel.document = {**panel.document, "data_source": {"sql": "SELECT 1 / (n - n) AS value FROM one"}}
    panel.save()
    assert "hx-headers" not in poll().content.decode()


@pytest.mark.parametrize(
    ("every", "took_ms", "then"), [(30, 10, 30), (30, 14_900, 30), (5, 9_100, 19), (5, 2_501, 6), (0, 60_000, 0)]
)
def test_at_most_half_the_time_is_spent_on_the_query(every: int, took_ms: float, then: int) -> None:
    assert slowest(every, took_ms) == then


def test_what_fails_late_is_asked_for_again_as_seldom(poll: Callable[..., Any], panel: Panel, acme: Any) -> None:
    acme.timeout_ms = 1_100
    acme.save()
    panel.document = {**panel.document, "data_source": {"sql": "SELECT count(*) AS value FROM generate_series(1, 1000000000)"}}
    panel.save()
    assert every_of(poll("?refresh=2")) >= 2_700


def test_what_a_viewer_chooses_counts_for_panels_with_an_interval_of_their_own(poll: Callable[..., Any], panel: Panel) -> None:
    panel.document = {**panel.document, "refresh_interval": 60}
    panel.save()
    chosen = {query: every_of(poll(query)) for query in ("", "?refresh=300", "?refresh=5", "?refresh=0")}
    assert 54_000 <= chosen[""] <= 66_000
    assert 54_000 <= chosen["?refresh=300"] <= 66_000  # the dashboard's own: nothing was chosen
    assert 4_500 <= chosen["?refresh=5"] <= 5_500
    assert chosen["?refresh=0"] == 0


@pytest.mark.parametrize("change", ["DELETE FROM dashboards_panel", "DELETE FROM dashboards_placement"])
def test_what_is_deleted_elsewhere_is_gone_when_what_is_known_is_old(
    poll: Callable[..., Any], monkeypatch: pytest.MonkeyPatch, change: str
) -> None:
    monkeypatch.setattr(known, "KEPT_SECONDS", 0.3)
    assert poll().status_code == 200
    with connection.cursor() as cursor:
        cursor.execute(change)
    deadline = time.monotonic() + 10
    while poll().status_code != 404:
        assert time.monotonic() < deadline
        time.sleep(0.05)


def test_a_panel_that_failed_is_asked_for_again_soon(poll: Callable[..., Any], panel: Panel) -> None:
    panel.document = {**panel.document, "data_source": {"sql": "SELECT 1 / (n - n) AS value FROM one"}}
    panel.save()
    assert 0 < every_of(poll()) <= 16_500
    assert every_of(poll("?refresh=0")) == 0


def every_of(response: Any) -> int:
    """The interval of polls in ms; 0 for never."""
    found = re.search(r"every (\d+)ms", response.content.decode())
    return int(found[1]) if found else 0
