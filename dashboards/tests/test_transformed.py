"""Two panels that ask the same and make different things of it share one result, and each has its own fragment."""

import json
import re
from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client

from dashboards.models import Dashboard, Panel, Placement
from dashboards.panels import PANEL_TYPES

SQL = "SELECT country, amount FROM sales ORDER BY amount"
BY_COUNTRY = [{"group_by": {"fields": ["country"], "calculate": [{"field": "amount", "reducer": "sum", "name": "total"}]}}]


@pytest.fixture
def fragment(client: Client, ada: Any, acme: Any, acme_database: dict, admin_sql: Callable[..., None]) -> Callable[[str], Any]:
    admin_sql(
        acme_database,
        """DROP TABLE IF EXISTS sales; CREATE TABLE sales (country text, amount int);
        INSERT INTO sales VALUES ('DE', 10), ('FR', 20), ('DE', 30)""",
    )
    board = Dashboard.objects.create(slug="board", name="Board", refresh_interval=300)
    steps: dict[str, Any] = {
        "totals": BY_COUNTRY,
        "largest": [{"sort": [{"field": "amount", "order": "desc"}]}, {"limit": 1}],
        "wrong": [{"select": ["profit"]}],
    }
    for slug, transformations in steps.items():
        document = {"type": "table", "title": slug, "data_source": {"sql": SQL}, "transformations": transformations}
        Panel.objects.create(slug=slug, title=slug, panel_type="table", document=document)
        Placement.objects.create(dashboard=board, panel_slug=slug)
    client.force_login(ada)
    span = "from=2026-03-01T00:00:00Z&to=2026-03-02T00:00:00Z"
    return lambda panel, query="": client.get(f"/t/acme/d/board/panels/{panel}/?{span}{query}")


def cells(answer: Any) -> list[str]:
    return re.findall(r"<td class=[^>]*>([^<]*)</td>", answer.content.decode())


def asked_at(answer: Any) -> str:
    found = re.search(r'<time class="ago" datetime="([^"]+)"', answer.content.decode())
    assert found is not None
    return found[1]


def test_each_panel_draws_its_own_of_one_result(fragment: Callable[..., Any], stretch: list[float]) -> None:
    totals, largest = fragment("totals"), fragment("largest")
    assert cells(totals) == ["DE", "40", "FR", "20"]
    assert cells(largest) == ["DE", "30"]
    assert asked_at(totals) == asked_at(largest), "the second one asked nothing"
    assert cells(fragment("totals")) == cells(totals)


def test_a_transformed_table_is_sorted_by_its_own_fields(fragment: Callable[..., Any]) -> None:
    assert cells(fragment("totals", "&sort=total"))[0] == "FR"
    assert fragment("totals", "&sort=amount").status_code == 422


def test_a_step_that_does_not_fit_is_the_panels_error(fragment: Callable[..., Any]) -> None:
    answer = fragment("wrong")
    assert answer.status_code == 200
    assert "transformations[0].select: there is no field “profit”" in answer.content.decode()


def test_a_file_has_the_rows_of_the_source_or_those_that_are_shown(fragment: Callable[..., Any], client: Client) -> None:
    urls = re.findall(r'href="([^"]+/csv/[^"]*)"', fragment("totals").content.decode())
    source, shown = (b"".join(client.get(url.replace("&amp;", "&"))).decode() for url in urls)
    assert source.splitlines()[1:] == ["DE,10", "FR,20", "DE,30"]
    assert shown.splitlines()[1:] == ["DE,40", "FR,20"]
    assert "country,total" in shown
    broken = client.get("/t/acme/d/board/panels/wrong/json/?shown=1")
    assert broken.status_code == 500
    assert "there is no field" in broken.content.decode()


def test_a_chart_as_shown_has_a_row_a_moment(client: Client, ada: Any, fragment: Callable[..., Any]) -> None:
    sql = "SELECT timestamptz '2026-03-01 10:00Z' AS time, 'a' AS label, 3 AS value"
    steps = [{"calculate": {"name": "double", "expression": "a * 2"}}]
    document = {"type": "timeseries", "title": "C", "data_source": {"sql": sql}, "transformations": steps}
    Panel.objects.filter(slug="totals").update(panel_type="timeseries", document=document)
    answer = client.get("/t/acme/d/board/panels/totals/json/?shown=1&from=2026-03-01T00:00:00Z&to=2026-03-02T00:00:00Z")
    assert json.loads(b"".join(answer))["rows"] == [{"time": "2026-03-01T10:00:00+00:00", "a": 3.0, "double": 6.0}]


def test_what_cannot_be_made_of_a_result_is_found_out_once(fragment: Callable[..., Any], monkeypatch: pytest.MonkeyPatch) -> None:
    kind, tried = PANEL_TYPES["table"], []
    whole = kind.transformed
    monkeypatch.setattr(type(kind), "transformed", lambda self, *given: tried.append(1) or whole(*given))
    said = [fragment("wrong").content.decode() for _ in range(3)]
    assert all("there is no field" in one for one in said)
    assert len(tried) == 1


@pytest.mark.parametrize("label", ["'time'", "'series ' || n"])
def test_a_chart_that_makes_no_table_has_no_file_as_shown_but_a_reason(
    client: Client, ada: Any, fragment: Callable[..., Any], label: str
) -> None:
    sql = f"SELECT timestamptz '2026-03-01 12:00Z' AS time, {label} AS label, n AS value FROM generate_series(1, 301) n"
    document = {"type": "timeseries", "title": "Wide", "data_source": {"sql": sql}}
    Panel.objects.create(slug="wide", title="Wide", panel_type="timeseries", document=document)
    span = "date_from=2026-03-01T00:00:00Z&date_to=2026-03-02T00:00:00Z"
    answer = client.get(f"/api/v1/panels/wide/export?tenant_id=acme&{span}&shown=true")
    assert answer.status_code == 500
    assert answer.json()["detail"].startswith("These points make no table: ")


def test_steps_move_no_point_out_of_the_calendar(fragment: Callable[..., Any]) -> None:
    sql = "SELECT timestamptz '2026-03-01 10:00Z' AS time, 'a' AS label, 3 AS value"
    steps = [{"calculate": {"name": "time", "expression": "time * 1000000"}}]
    document = {"type": "timeseries", "title": "C", "data_source": {"sql": sql}, "transformations": steps}
    Panel.objects.filter(slug="totals").update(panel_type="timeseries", document=document)
    answer = fragment("totals")
    assert answer.status_code == 200
    assert "years 1 to 9999" in answer.content.decode()
