"""A real Chromium before a live server, and a dashboard of all four panel types over tables made for it."""

import os
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from django.conf import settings
from django.test import Client
from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Page, expect, sync_playwright

from benchmarks.chromium import find_chromium
from dashboards.models import Dashboard, Panel, Placement

TABLES = """
DROP TABLE IF EXISTS metrics, services, logs;
CREATE TABLE metrics (at timestamptz, server text, cpu float8);
INSERT INTO metrics
SELECT now() - make_interval(mins => minute), server, 40 + 20 * sin(minute / 20.0) + length(server)
FROM generate_series(1, 330, 2) AS minute, unnest(ARRAY['web', 'worker']) AS server;
CREATE TABLE services (name text, status int);
INSERT INTO services VALUES ('api', 0), ('mail', 2), ('search', 1);
CREATE TABLE logs (at timestamptz, message text, took int);
INSERT INTO logs
SELECT now() - make_interval(mins => line), 'line ' || line, line FROM generate_series(1, 60) AS line;
"""
TIMES = {"timestamp": "at", "value": "cpu", "series_label": "server"}
STATUS = {0: ("healthy", "#10B981"), 1: ("degraded", "#F59E0B"), 2: ("down", "#EF4444")}
DOCUMENTS: dict[str, dict[str, Any]] = {
    "cpu": {
        "type": "timeseries",
        "title": "CPU",
        "data_source": {"table": "metrics", "columns": TIMES},
        "drill_down": {"enabled": True},
    },
    "newest": {
        "type": "kpi",
        "title": "Newest",
        "data_source": {"sql": "SELECT 85.7 AS value"},
        "display": {"unit": "percent", "thresholds": [{"value": 80, "color": "#EF4444", "label": "critical"}]},
    },
    "health": {
        "type": "health_status",
        "title": "Health",
        "data_source": {"table": "services", "columns": {"service_name": "name", "status_value": "status"}},
        "display": {"status_mapping": {number: {"label": label, "color": colour} for number, (label, colour) in STATUS.items()}},
    },
    "lines": {
        "type": "table",
        "title": "Lines",
        "data_source": {"table": "logs", "columns": [{"name": "at"}, {"name": "message"}, {"name": "took", "format": "number"}]},
        "display": {"sortable": True, "default_sort": "took", "pagination": 25},
    },
}
PLACES = {"newest": (0, 0, 4, 3), "health": (0, 4, 8, 3), "cpu": (3, 0, 12, 6), "lines": (9, 0, 12, 9)}
PATIENCE_MS = 30_000  # a busy machine is not a page that does not answer


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if item.path.is_relative_to(os.path.dirname(__file__)):
            item.add_marker(pytest.mark.browser)


@pytest.fixture(scope="session")
def chromium() -> Iterator[Browser]:
    """The system's Chromium. Playwright runs an event loop, which Django would take for a view's; it is the test's own."""
    os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"
    expect.set_options(timeout=PATIENCE_MS)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=find_chromium(), args=["--no-sandbox"])
        yield browser
        browser.close()
    del os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"]


@pytest.fixture
def overview(acme: Any, acme_database: dict, admin_sql: Callable[..., None]) -> Dashboard:
    """Acme's dashboard of one panel of each type."""
    admin_sql(acme_database, TABLES)
    board = Dashboard.objects.create(slug="overview", name="Overview", scope="tenant", tenant=acme, refresh_interval=2)
    for slug, document in DOCUMENTS.items():
        kind, title = document["type"], document["title"]
        Panel.objects.create(slug=slug, title=title, panel_type=kind, scope="tenant", tenant=acme, document=document)
        row, col, width, height = PLACES[slug]
        Placement.objects.create(dashboard=board, panel_slug=slug, row=row, col=col, width=width, height=height)
    return board


@pytest.fixture
def visit(live_server: Any, chromium: Browser, client: Client) -> Iterator[Callable[..., Page]]:
    """Open a page as a user: `visit(bob, "/t/acme/")`, with options of the browser's context.

    Any script error fails the test, and whatever the page's Content-Security-Policy refuses.
    """
    contexts: list[BrowserContext] = []
    errors: list[str] = []

    def hear(message: ConsoleMessage) -> None:
        if message.type == "error" and "Content Security Policy" in message.text:
            errors.append(f"{message.text} {message.location}")

    def open_page(user: Any, path: str, **options: Any) -> Page:
        context = chromium.new_context(base_url=live_server.url, **{"viewport": {"width": 1440, "height": 900}, **options})
        contexts.append(context)
        if user is not None:
            client.force_login(user)
            cookie = client.cookies[settings.SESSION_COOKIE_NAME].value
            context.add_cookies([{"name": settings.SESSION_COOKIE_NAME, "value": cookie, "url": live_server.url}])
        context.set_default_timeout(PATIENCE_MS)
        page = context.new_page()
        page.on("pageerror", lambda error: errors.append(str(error)))
        page.on("console", hear)
        page.goto(path)
        return page

    yield open_page
    for context in contexts:
        context.close()
    assert not errors


@pytest.fixture
def drawn(visit: Callable[..., Page], bob: Any, overview: Dashboard) -> Callable[..., Page]:
    """The overview, its chart drawn."""

    def open_overview(query: str = "", **options: Any) -> Page:
        page = visit(bob, f"/t/acme/d/overview/{query}", **options)
        page.wait_for_selector("#chart-cpu .scatterlayer .trace")
        return page

    return open_overview
