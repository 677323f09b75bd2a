"""*Test on all tenants* in a browser: lines come in, can be found, and the run stops; from the query's page as it is written."""

import json
import threading
from collections.abc import Callable
from dataclasses import asdict
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from dashboards.models import Dashboard
from dashboards.testing import running
from dashboards.testing.turns import turns
from dashboards.testing.verdict import Outcome, Verdict, worst_first


def test_lines_come_in_and_what_is_wrong_stands_first(
    visit: Callable[..., Page], root: Any, acme: Any, globex: Any, overview: Dashboard
) -> None:
    page = visit(root, "/t/acme/panels/cpu/")
    page.get_by_role("link", name="Test on all tenants").click()
    page.get_by_role("button", name="Test on all 2").click()
    expect(page.get_by_role("heading", name="Runs on 1 of 2 tenants")).to_be_visible()
    lines = page.locator("#found tr")
    expect(lines.first).to_contain_text("Globex")
    expect(lines.first).to_contain_text("metrics")
    page.get_by_label("Outcome").select_option("Runs")
    expect(lines.first).to_be_hidden()
    expect(lines.last).to_contain_text("Acme")
    expect(page.locator("#progress")).to_contain_text("Through")


ANSWERS_IN_CHUNKS = """
lines => {
  const body = new ReadableStream({
    async start(stream) {
      for (const line of lines) {
        stream.enqueue(new TextEncoder().encode(line));
        await new Promise(requestAnimationFrame);
      }
      stream.close();
    },
  });
  window.fetch = async () => new Response(body);
  window.drawn = { added: 0, removed: 0 };
  const rows = (nodes) => [...nodes].filter(({ tagName }) => tagName).length;
  const count = (records) => records.forEach(({ addedNodes, removedNodes }) => {
    drawn.added += rows(addedNodes);
    drawn.removed += rows(removedNodes);
  });
  new MutationObserver(count).observe(document.getElementById("found"), { childList: true });
}
"""


def test_of_many_tenants_each_line_is_drawn_once_and_stands_in_its_place(
    visit: Callable[..., Page], root: Any, overview: Dashboard
) -> None:
    outcomes = ["runs", "fails", "empty", "away"]
    found = [
        Verdict(f"t{number}", f"Tenant {number:03}", Outcome(outcomes[number % 4]), rows=number, panel_id="cpu", panel="CPU")
        for number in (place * 7 % 200 for place in range(200))
    ]
    lines = [json.dumps(asdict(one)) + "\n" for one in found]
    page = visit(root, "/t/acme/panels/cpu/test/")
    page.evaluate(ANSWERS_IN_CHUNKS, ["".join(lines[start : start + 10]) for start in range(0, 200, 10)])
    page.get_by_role("button", name="Test on ").first.click()
    expect(page.get_by_role("heading", name="Runs on 100 of 200 tenants")).to_be_visible()
    expect(page.locator("#progress")).to_contain_text("Through")
    assert page.locator("#found code").all_inner_texts() == [one.tenant_id for one in sorted(found, key=worst_first)]
    assert page.evaluate("drawn") == {"added": 200, "removed": 0}


def test_a_run_is_stopped(
    visit: Callable[..., Page], root: Any, acme: Any, globex: Any, overview: Dashboard, monkeypatch: pytest.MonkeyPatch
) -> None:
    is_over, whole = threading.Event(), running.try_on

    def slow(sources: Any, *others: Any) -> Any:
        if sources.tenant.slug == "globex":
            is_over.wait(10)
        return whole(sources, *others)

    monkeypatch.setattr(running, "try_on", slow)
    page = visit(root, "/t/acme/panels/cpu/test/")
    page.get_by_role("button", name="Test on all 2").click()
    expect(page.locator("#found tr")).to_have_count(1)
    page.get_by_role("button", name="Stop").click()
    expect(page.locator("#progress")).to_have_text("Stopped.")
    for _ in range(100):
        if not turns.taken:
            break
        page.wait_for_timeout(50)
    is_over.set()
    assert turns.taken == 0


def test_the_querys_page_tests_what_is_written(visit: Callable[..., Page], ada: Any, acme: Any, overview: Dashboard) -> None:
    page = visit(ada, "/t/acme/d/overview/panels/newest/query/")
    page.locator(".cm-content").press("Control+a")
    page.keyboard.press("Delete")
    page.keyboard.insert_text("SELECT 12 AS value FROM no_such_table")
    with page.expect_popup() as opened:
        page.get_by_role("button", name="Test on all tenants").click()
    other = opened.value
    expect(other.get_by_text("It is not saved.")).to_be_visible()
    other.get_by_role("button", name="Test on 1 tenant").click()
    expect(other.locator("#found tr")).to_contain_text("no_such_table")
