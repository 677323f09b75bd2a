"""Every panel type in Chromium: from its fragment's arrival until it is painted, for 20 series of 1,000 points or its like."""

import math
import random
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

import numpy as np
from django.conf import settings
from django.template.loader import render_to_string
from playwright.sync_api import Browser, sync_playwright

from benchmarks.browser import BOARD
from benchmarks.chromium import find_chromium
from benchmarks.report import Figure, Report
from benchmarks.scene import sign_in
from benchmarks.timing import Timing
from dashboards.panels import PANEL_TYPES
from dashboards.panels.base import Ask
from dashboards.panels.document import read_document
from dashboards.section import Section
from datasources.frame import Answered, Column, Frame, Series, SeriesFrame
from datasources.timerange import TimeRange
from tenants.models import User

VISITS = 5
MOST_MS = 400.0
SERIES, POINTS = 20, 1_000
START = datetime(2026, 3, 1, tzinfo=UTC)
RANGE = TimeRange(START, START + timedelta(minutes=POINTS))
TABLE = {"table": "t", "columns": {"timestamp": "at", "value": "v", "series_label": "s"}}
PLACE = "cpu_usage"  # a panel of the demo's dashboard, in whose place each type is drawn
KINDS: dict[type, Any] = {
    str: ("text", "text"),
    bool: ("boolean", "bool"),
    int: ("number", "int8"),
    float: ("number", "float8"),
}
# From when its fragment is there until it is painted: two frames after the chart, where there is one, has something in it.
DRAW = """async (place) => {
  const frame = () => new Promise(requestAnimationFrame);
  const arrived = new Promise((resolve) => document.addEventListener("htmx:beforeSwap", resolve, { once: true }));
  htmx.trigger(document.getElementById(place), "refresh");
  await arrived;
  const begun = performance.now();
  const drawn = (panel) => !panel.querySelector(".chart") || panel.querySelector(".chart :is(.trace, image)");
  const measured = () => document.getElementById("panel-measured");
  while (!measured() || !drawn(measured())) {
    if (performance.now() - begun > 10_000) throw new Error("nothing is drawn");
    await frame();
  }
  await frame();
  await frame();
  return performance.now() - begun;
}"""


def measure(port: int, report: Report) -> None:
    session_key = sign_in(User.objects.get(email="analyst@paneldash.local"))
    what = f"{SERIES} series of {POINTS:,} points or its like, the first of its page"
    report.heading(f"Each panel type in Chromium, {what}: ms, medians of {VISITS}")
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=find_chromium(), args=["--no-sandbox"])
        for name in sorted(PANEL_TYPES):
            html = _fragment(name)
            timing = Timing(tuple(_draw(chromium, port, session_key, html) for _ in range(VISITS)))
            size = f"{name}, {len(html) / 1_000:,.0f} kB"
            report.add(Figure("drawing", size, timing.median, "ms", None, MOST_MS, timing.spread))
        chromium.close()


def _draw(chromium: Browser, port: int, session_key: str, html: str) -> float:
    base = f"http://127.0.0.1:{port}"
    context = chromium.new_context(base_url=base, viewport={"width": 1440, "height": 900})
    context.add_cookies([{"name": settings.SESSION_COOKIE_NAME, "value": session_key, "url": base}])
    page = context.new_page()
    page.route("**/panels/**", lambda route: route.abort())
    page.goto(BOARD)
    page.wait_for_function("() => window.Plotly && window.htmx")
    page.wait_for_load_state("networkidle")
    page.route(f"**/panels/{PLACE}/**", lambda route: route.fulfill(body=html, content_type="text/html"))
    taken = float(page.evaluate(DRAW, f"panel-{PLACE}"))
    context.close()
    return taken


def _fragment(name: str) -> str:
    kind, (given, frames) = PANEL_TYPES[name], _samples()[name]
    document = read_document({"type": name, "title": name, **given})
    panel = kind.context(document, frames, Ask(time_range=RANGE, now=RANGE.stop or START))
    section = Section(slug="measured", type=name, title=name, url="/", view_url="/", state="fresh")
    return render_to_string(kind.template, {"section": section, "panel": panel})


def _samples() -> dict[str, tuple[dict[str, Any], Mapping[str, Answered]]]:
    """A document and what its queries answer, a type each."""
    chance, rows = random.Random(5), SERIES * POINTS
    waves = _series(lambda row, at: 50 + 40 * math.sin(at / 60 + row) + chance.random())
    states = _series(lambda row, at: float(chance.randrange(4)))
    labels = [f"label {at % SERIES}" for at in range(rows)]
    numbers = [chance.lognormvariate(3, 1) for _ in range(rows)]
    sql = {"data_source": {"sql": "SELECT 1"}}
    grid = _frame(**{f"column {at}": numbers[at * 500 : at * 500 + 500] for at in range(SERIES)})
    return {
        "timeseries": ({"data_source": TABLE}, {"series": waves}),
        "heatmap": ({"data_source": TABLE}, {"series": waves}),
        "status_history": ({"data_source": TABLE}, {"states": states}),
        "bar": (sql, {"rows": _frame(category=[f"c{at // SERIES}" for at in range(rows)], series=labels, value=numbers)}),
        "pie": (sql, {"rows": _frame(label=[f"label {at}" for at in range(rows)], value=numbers)}),
        "gauge": (sql, {"rows": _frame(label=[f"label {at}" for at in range(rows)], value=numbers)}),
        "histogram": (sql, {"rows": _frame(value=numbers)}),
        "kpi": (sql, {"value": _frame(value=[1.5])}),
        "health_status": (sql, {"services": _frame(service_name=[f"s{at}" for at in range(POINTS)], status_value=[1] * POINTS)}),
        "table": ({**sql, "display": {"pagination": 500}}, {"rows": grid, "count": _frame(total=[500], is_estimate=[False])}),
        "text": ({"content": "* **word** `code` [link](https://example.com)\n" * 400}, {}),
        "row": ({}, {}),
    }


def _series(value: Any) -> SeriesFrame:
    times = START.timestamp() + 60.0 * np.arange(POINTS)
    found = [Series(f"label {row}", times, np.array([value(row, at) for at in range(POINTS)])) for row in range(SERIES)]
    return SeriesFrame(tuple(found), row_count=SERIES * POINTS)


def _frame(**columns: list[Any]) -> Frame:
    described = tuple(Column(name, *KINDS[type(cells[0])]) for name, cells in columns.items())
    return Frame(described, tuple(columns.values()))
