"""The panel types that are drawn beside time series, in a real Chromium."""

from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from dashboards.models import Dashboard, Panel, Placement
from dashboards.tests.browser.test_appearance import violations

MANY = "SELECT time, label, value FROM (VALUES (0), (1)) AS n(n), LATERAL (SELECT now() - make_interval(mins => g) AS time, 'l' || n AS label, (g + n) % 3 AS value FROM generate_series(1, 300) AS g) AS r"
STATES = [{"value": 0, "text": "up", "color": "good"}, {"value": 1, "text": "slow", "color": "warning"}]
DOCUMENTS: dict[str, dict[str, Any]] = {
    "gauge": {"data_source": {"sql": "SELECT 'a' AS label, 60 AS value UNION SELECT 'b', 20"},
              "display": {"unit": "percent", "thresholds": [{"value": 50, "color": "warning", "label": "high"}]}},
    "bar": {"data_source": {"sql": "SELECT * FROM (VALUES ('x', 'a', 3), ('x', 'b', 2), ('y', 'a', 5)) AS t(k, s, n)"}},
    "pie": {"data_source": {"sql": "SELECT * FROM (VALUES ('paid', 6), ('open', 2)) AS t(label, value)"}, "display": {"style": "donut"}},
    "histogram": {"data_source": {"sql": "SELECT sqrt(g) AS value FROM generate_series(1, 200) AS g"}},
    "heatmap": {"data_source": {"sql": MANY}},
    "status_history": {"data_source": {"sql": MANY}, "display": {"mappings": STATES}},
}  # fmt: skip
DRAWN = {
    "bar": ".barlayer .point",
    "pie": ".pielayer .slice",
    "histogram": ".barlayer .point",
    "heatmap": ".imagelayer image",
    "status_history": ".imagelayer image",
}


@pytest.fixture
def opened(visit: Callable[..., Page], bob: Any, acme: Any, acme_database: dict) -> Callable[..., Page]:
    """A dashboard of these types, all of them drawn."""
    board = Dashboard.objects.create(slug="types", name="Types", scope="tenant", tenant=acme, refresh_interval=0)
    for at, (slug, document) in enumerate(DOCUMENTS.items()):
        whole = {"type": slug, "title": slug, **document}
        Panel.objects.create(slug=slug, title=slug, panel_type=slug, scope="tenant", tenant=acme, document=whole)
        Placement.objects.create(dashboard=board, panel_slug=slug, row=at // 3 * 5, col=at % 3 * 4, width=4, height=5)

    def open_board(**options: Any) -> Page:
        page = visit(bob, "/t/acme/d/types/", **options)
        for slug, mark in DRAWN.items():
            page.wait_for_selector(f"#chart-{slug} {mark}", state="attached")
        return page

    return open_board


def test_they_are_drawn_without_a_violation(opened: Callable[..., Page]) -> None:
    page = opened()
    assert violations(page) == []


def test_the_content_security_policy_lets_them_be_drawn(opened: Callable[..., Page]) -> None:
    page = opened()
    broken: list[str] = []
    page.on("console", lambda message: broken.append(message.text) if "Content Security Policy" in message.text else None)
    page.reload()
    for slug, mark in DRAWN.items():
        page.wait_for_selector(f"#chart-{slug} {mark}", state="attached")
    assert broken == []


def test_the_key_hides_what_one_does_not_want_to_see(opened: Callable[..., Page]) -> None:
    page = opened()
    page.locator("#panel-pie").get_by_role("button", name="open").click()
    expect(page.locator("#chart-pie .slice path.surface")).to_have_count(1)
    page.locator("#panel-bar").get_by_role("button", name="b").click()
    expect(page.locator("#chart-bar .barlayer .trace")).to_have_count(1)
    image = page.locator("#chart-status_history image")
    before = image.get_attribute("xlink:href")
    page.locator("#panel-status_history").get_by_role("button", name="slow").click()
    expect(image).not_to_have_attribute("xlink:href", before or "")


def test_cells_are_painted_anew_for_another_theme(opened: Callable[..., Page]) -> None:
    page = opened()
    image = page.locator("#chart-heatmap image")
    before = image.get_attribute("xlink:href")
    page.keyboard.press("d")
    expect(image).not_to_have_attribute("xlink:href", before or "")


def test_the_pointer_finds_the_cell_it_is_on(opened: Callable[..., Page]) -> None:
    page = opened()
    box = page.locator("#chart-status_history .nsewdrag").bounding_box()
    assert box is not None
    page.mouse.move(box["x"] + box["width"] / 2, box["y"] + box["height"] / 4)
    expect(page.locator("#chart-status_history .hovertext")).to_contain_text("l0: ")


def test_only_time_is_zoomed(opened: Callable[..., Page]) -> None:
    page = opened()
    cursor = "layer => getComputedStyle(layer).cursor"
    assert page.locator("#chart-heatmap .nsewdrag").evaluate(cursor) == "ew-resize"
    assert page.locator("#chart-bar .nsewdrag").evaluate(cursor) == "default"
