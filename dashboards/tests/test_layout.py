"""How a dashboard's panels lie on its page."""

from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client

from dashboards.layout import lay_out
from dashboards.models import Dashboard, Panel, Placement

KPI = {"type": "kpi", "title": "N", "data_source": {"sql": "SELECT 1 AS value"}}
ROW = {"type": "row", "title": "Orders", "display": {"collapsed": True}}
TEXT = {"type": "text", "title": "Who to call", "content": "**Ada**, <script>alert(1)</script>"}


def panel(slug: str, document: dict[str, Any], **fields: Any) -> Panel:
    return Panel(slug=slug, title=document["title"], panel_type=document["type"], document=document, **fields)


def place(slug: str, row: int, height: int = 2) -> Placement:
    return Placement(panel_slug=slug, row=row, col=0, width=6, height=height)


def laid_out(*placed: tuple[str, int, dict[str, Any], int]) -> list[tuple[str | None, list[tuple[str, int]]]]:
    panels = {slug: panel(slug, document) for slug, _, document, _ in placed}
    groups = lay_out([place(slug, row, height) for slug, row, _, height in placed], panels)
    return [
        (
            group.heading.placement.panel_slug if group.heading is not None else None,
            [(cell.placement.panel_slug, cell.row) for cell in group.cells],
        )
        for group in groups
    ]


def test_without_headings_all_panels_are_one_group() -> None:
    assert laid_out(("a", 0, KPI, 2), ("b", 3, KPI, 2)) == [(None, [("a", 0), ("b", 3)])]


def test_what_stands_below_a_heading_is_its_group() -> None:
    found = laid_out(("a", 0, KPI, 2), ("r", 2, ROW, 1), ("b", 3, KPI, 2), ("c", 5, KPI, 2), ("s", 7, ROW, 1))
    assert found == [(None, [("a", 0)]), ("r", [("b", 0), ("c", 2)]), ("s", [])]


def test_a_dashboard_may_begin_with_a_heading() -> None:
    assert laid_out(("r", 0, ROW, 1), ("b", 1, KPI, 2)) == [("r", [("b", 0)])]


def test_a_placement_without_a_panel_keeps_its_place() -> None:
    (group,) = lay_out([place("gone", 4)], {})
    assert [(cell.panel, cell.row) for cell in group.cells] == [(None, 4)]


@pytest.fixture
def grouped(acme: Any, acme_database: dict) -> Callable[[dict[str, Any]], None]:
    def make(row: dict[str, Any]) -> None:
        board = Dashboard.objects.create(slug="board", name="Board", scope="tenant", tenant=acme)
        for at, (slug, document) in enumerate({"who": TEXT, "orders": row, "n": KPI}.items()):
            panel(slug, document, scope="tenant", tenant=acme).save()
            Placement.objects.create(dashboard=board, panel_slug=slug, row=at * 2, col=0, width=6, height=2)

    return make


def test_a_page_of_text_and_numbers_loads_no_script_for_charts(client: Client, bob: Any, grouped: Any) -> None:
    grouped(ROW)
    client.force_login(bob)
    html = client.get("/t/acme/d/board/").content.decode()
    assert "plotly" not in html
    assert '<details class="group"' in html
    assert "1 panel<" in " ".join(html.split())


def test_panels_below_a_heading_wait_until_they_are_seen(client: Client, bob: Any, grouped: Any) -> None:
    grouped(ROW)
    client.force_login(bob)
    html = client.get("/t/acme/d/board/").content.decode()
    assert html.count('hx-trigger="intersect once, refresh"') == 1
    assert html.count('hx-trigger="load, refresh"') == 1


def test_a_damaged_heading_does_not_take_the_page_with_it(client: Client, bob: Any, grouped: Any) -> None:
    grouped({"type": "row", "title": "Orders", "display": 5})
    client.force_login(bob)
    assert '<details class="group"' in client.get("/t/acme/d/board/").content.decode()


def test_what_asks_nothing_has_no_files_no_plan_and_no_polls(client: Client, ada: Any, grouped: Any) -> None:
    grouped(ROW)
    client.force_login(ada)
    path = "/t/acme/d/board/panels/who/"
    html = client.get(path).content.decode()
    assert "<strong>Ada</strong>, &lt;script&gt;" in html
    assert 'hx-trigger="refresh"' in html
    assert not any(word in html for word in ("Download", "Inspect", "panel-when"))
    assert client.get(f"{path}csv/").status_code == 404
    assert "asks nothing" in client.get(f"{path}inspect/").content.decode()


def test_text_that_is_shown_already_is_not_sent_again(client: Client, bob: Any, grouped: Any) -> None:
    grouped(ROW)
    client.force_login(bob)
    path = "/t/acme/d/board/panels/who/"
    mark = client.get(path).content.decode().split("&quot;X-Shown&quot;:&quot;")[1].split("&quot;")[0]
    again = client.get(path, headers={"X-Shown": mark})
    assert (again.status_code, again.headers.get("X-Asked")) == (204, None)


def test_the_api_answers_text_and_its_html(client: Client, bob: Any, grouped: Any) -> None:
    grouped(ROW)
    client.force_login(bob)
    data = client.get("/api/v1/panels/who/data?tenant_id=acme").json()["data"]
    assert data == {"content": TEXT["content"], "html": "<p><strong>Ada</strong>, &lt;script&gt;alert(1)&lt;/script&gt;</p>\n"}
    answer = client.get("/api/v1/panels/who/export?tenant_id=acme")
    assert (answer.status_code, answer.json()["detail"]) == (404, "This panel shows no data: there is nothing to download.")
