"""Series that differ from their chart: a second axis of their own, and rows that are found under another name."""

from collections.abc import Callable

import pytest
from playwright.sync_api import Page

from dashboards.models import Dashboard, Panel


@pytest.fixture
def renamed(overview: Dashboard) -> None:
    """The chart's web has another name, unit and style, and its rows can be looked at."""
    panel = Panel.objects.get(slug="cpu")
    override = {"match": "web", "name": "Web & co", "unit": "bytes", "style": "bars"}
    leads = {"match": "worker", "link": {"dashboard": "overview", "variables": {"series": "${__series.name}"}}}
    panel.document |= {"display": {"unit": "percent", "overrides": [override, leads]}}
    panel.save()


@pytest.mark.usefixtures("renamed")
def test_a_renamed_series_stands_on_its_own_axis_and_a_click_leads_to_its_rows_or_where_it_links(
    drawn: Callable[..., Page],
) -> None:
    page = drawn("?refresh=0")
    page.wait_for_selector("#chart-cpu .y2tick text")
    ticks = page.locator("#chart-cpu .y2tick text").all_text_contents()
    assert ticks
    assert all(tick.endswith(" B") for tick in ticks)
    with page.expect_request("**/panels/cpu/points/**") as asked:
        click(page, "Web &amp; co")
    assert "label=web" in asked.value.url.split("&")[-1]
    click(page, "worker")
    page.wait_for_url("**/d/overview/?*var-series=worker*")
    assert "refresh=0" in page.url


def click(page: Page, name: str) -> None:
    """On a point of the series, as Plotly tells it."""
    page.evaluate(
        """name => {
            const chart = document.querySelector('#chart-cpu');
            const data = chart.data.find(series => series.name === name);
            chart.emit('plotly_click', { event: {}, points: [{ data, x: data.x0 ?? data.x[0] }] });
        }""",
        name,
    )
