"""A panel whose tenant cannot be asked now: its last result, marked as old; a sentence where there is none."""

import re
import time
from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client

from dashboards.models import Dashboard, Panel, Placement
from dashboards.tests.test_polls import every_of, mark_of

DOCUMENTS: dict[str, dict[str, Any]] = {
    "timeseries": {"table": "staying", "columns": {"timestamp": "at", "value": "n", "series_label": "word"}},
    "kpi": {"sql": "SELECT n AS value FROM staying"},
    "health_status": {"sql": "SELECT word AS service_name, n AS status_value FROM staying"},
    "table": {"sql": "SELECT word FROM staying"},
}
SENTENCE = "This tenant&#x27;s database has done its share for this minute."


@pytest.fixture
def board(acme: Any, acme_database: dict, admin_sql: Callable[..., None]) -> Dashboard:
    admin_sql(
        acme_database, "DROP TABLE IF EXISTS staying; CREATE TABLE staying AS SELECT now() AS at, 'lasting' AS word, 4321 AS n"
    )
    board = Dashboard.objects.create(slug="board", name="Board", refresh_interval=300)
    for kind, source in DOCUMENTS.items():
        document = {"type": kind, "title": kind, "data_source": source}
        Panel.objects.create(slug=kind, title=kind, panel_type=kind, document=document)
        Placement.objects.create(dashboard=board, panel_slug=kind)
    return board


@pytest.fixture
def look(client: Client, bob: Any, board: Dashboard) -> Callable[..., Any]:
    """A panel's fragment, asked for by who wants the newest."""
    client.force_login(bob)
    return lambda kind, door="", **headers: client.get(
        f"/t/acme/d/board/panels/{kind}/{door}", headers={"X-Fresh": "1", **headers}
    )


@pytest.fixture
def spend(acme: Any, spend_budget: Callable[[Any], None]) -> Callable[[], None]:
    """Spend Acme's budget, and let the second go by that a result counts as new."""

    def spend_it() -> None:
        spend_budget(acme)
        time.sleep(1.01)

    return spend_it


def state_of(response: Any) -> str:
    found = re.search(r'data-state="(\w+)"', response.content.decode())
    assert found is not None
    return found[1]


@pytest.mark.parametrize(
    ("kind", "shown"), [("timeseries", "lasting"), ("kpi", "4,321"), ("health_status", "lasting"), ("table", "lasting")]
)
@pytest.mark.parametrize("door", ["", "view/"])
def test_every_type_shows_its_last_result_its_age_and_why(
    look: Callable[..., Any], spend: Callable[[], None], kind: str, shown: str, door: str
) -> None:
    asked = look(kind)
    spend()
    body = look(kind, door).content.decode()
    assert 'data-state="stale"' in body
    assert shown in body
    assert SENTENCE in body
    (drawn_at,) = set(re.findall(r'<time class="ago" datetime="([^"]+)">[\d:]+ UTC', body))
    assert f'datetime="{drawn_at}"' in asked.content.decode()


def test_an_unchanged_stale_panel_is_not_sent_again(look: Callable[..., Any], spend: Callable[[], None]) -> None:
    fresh = mark_of(look("kpi"))
    spend()
    stale = look("kpi", **{"X-Shown": fresh})
    assert state_of(stale) == "stale"
    assert look("kpi", **{"X-Shown": mark_of(stale)}).status_code == 204


def test_a_stale_panel_is_asked_for_again_soon(look: Callable[..., Any], spend: Callable[[], None]) -> None:
    look("kpi")
    spend()
    assert 0 < every_of(look("kpi")) <= 16_500


def test_an_empty_result_stays_empty(
    look: Callable[..., Any], spend: Callable[[], None], acme_database: dict, admin_sql: Callable[..., None]
) -> None:
    admin_sql(acme_database, "DELETE FROM staying")
    assert state_of(look("timeseries")) == "empty"
    spend()
    stale = look("timeseries")
    assert state_of(stale) == "stale"
    assert "No data in this range" in stale.content.decode()


def test_without_a_last_result_it_is_an_error_in_a_sentence(look: Callable[..., Any], spend: Callable[[], None]) -> None:
    spend()
    error = look("kpi")
    assert (error.status_code, state_of(error)) == (200, "error")
    assert SENTENCE in error.content.decode()


def test_a_query_that_fails_is_an_error_though_there_was_a_result(
    look: Callable[..., Any], acme_database: dict, admin_sql: Callable[..., None]
) -> None:
    look("kpi")
    admin_sql(acme_database, "ALTER TABLE staying DROP COLUMN n")
    time.sleep(1.01)
    assert state_of(look("kpi")) == "error"


def test_a_file_is_never_of_an_old_result(look: Callable[..., Any], spend: Callable[[], None]) -> None:
    look("table")
    spend()
    answer = look("table", "csv/")
    assert answer.status_code == 503
    assert 1 <= int(answer["Retry-After"]) <= 60
