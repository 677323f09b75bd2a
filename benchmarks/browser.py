"""The demo's dashboard in Chromium with an empty cache: until it is drawn, and what that and a refresh transfer."""

from typing import Any

from django.conf import settings
from playwright.sync_api import Browser, Page, sync_playwright

from benchmarks.chromium import find_chromium
from benchmarks.report import Figure, Report
from benchmarks.scene import sign_in
from benchmarks.timing import Timing
from tenants.models import User

VISITS = 5
SETTLE_MS = 2_000  # htmx spreads the fragments of a refresh
BOARD = "/t/acme/d/overview/"
MOST_SECONDS, MOST_PAGE_KB, MOST_REFRESH_KB = 2.5, 600.0, 20.0
# Every panel in sight is there, and so is every chart in it.
DRAWN = """() => {
  const seen = [...document.querySelectorAll(".panel")].filter((panel) => panel.getBoundingClientRect().top < innerHeight);
  return seen.length > 0 && seen.every((panel) => ["fresh", "empty"].includes(panel.dataset.state)
    && [...panel.querySelectorAll(".chart")].every((chart) => chart.querySelector(".trace, .barlayer .point")))
    && performance.now();
}"""


def measure(port: int, report: Report) -> None:
    session_key = sign_in(User.objects.get(email="analyst@paneldash.local"))
    visits: list[tuple[float, float]] = []
    refreshes: dict[str, float] = {}
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=find_chromium(), args=["--no-sandbox"])
        for _ in range(VISITS):
            visits.append(_visit(chromium, port, session_key, refreshes))
        chromium.close()
    report.heading(f"The demo's dashboard in Chromium, nothing cached, medians of {VISITS} visits")
    seconds, sizes = Timing(tuple(visit[0] for visit in visits)), Timing(tuple(visit[1] for visit in visits))
    report.add(Figure("browser", "first page drawn", seconds.median, "s", None, MOST_SECONDS, seconds.spread))
    report.add(Figure("browser", "first page, all that is transferred", sizes.median, "kB", None, MOST_PAGE_KB, sizes.spread))
    largest = max(refreshes, key=lambda name: refreshes[name])
    report.add(Figure("browser", f"largest refresh of a panel: {largest}", refreshes[largest], "kB", None, MOST_REFRESH_KB))


def _visit(chromium: Browser, port: int, session_key: str, refreshes: dict[str, float]) -> tuple[float, float]:
    """Seconds until drawn and kB transferred till then; the sizes of refreshes are kept by panel."""
    base = f"http://127.0.0.1:{port}"
    context = chromium.new_context(base_url=base, viewport={"width": 1440, "height": 900})
    context.add_cookies([{"name": settings.SESSION_COOKIE_NAME, "value": session_key, "url": base}])
    page = context.new_page()
    transferred = _listen(page)
    page.goto(BOARD)
    seconds = page.wait_for_function(DRAWN).json_value() / 1_000
    page.wait_for_load_state("networkidle")
    size = sum(transferred.values()) / 1_000
    transferred.clear()
    with page.expect_response(lambda answer: "/panels/" in answer.url):
        page.keyboard.press("r")
    page.wait_for_load_state("networkidle")
    page.wait_for_timeout(SETTLE_MS)
    for address, count in transferred.items():
        if "/panels/" in address:
            panel = address.split("/panels/")[1].split("/")[0]
            refreshes[panel] = max(refreshes.get(panel, 0.0), count / 1_000)
    context.close()
    return seconds, size


def _listen(page: Page) -> dict[str, float]:
    """Bytes as they were on the wire, headers too, by address; filled while the page loads."""
    session = page.context.new_cdp_session(page)
    session.send("Network.enable")
    session.send("Network.setCacheDisabled", {"cacheDisabled": True})
    addresses: dict[str, str] = {}
    transferred: dict[str, float] = {}

    def asked(event: dict[str, Any]) -> None:
        addresses[event["requestId"]] = event["request"]["url"]

    def ended(event: dict[str, Any]) -> None:
        address = addresses.get(event["requestId"], "")
        transferred[address] = transferred.get(address, 0.0) + event["encodedDataLength"]

    session.on("Network.requestWillBeSent", asked)
    session.on("Network.loadingFinished", ended)
    return transferred
