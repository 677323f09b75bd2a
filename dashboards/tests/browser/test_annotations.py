"""Annotations in a real browser: drawn on the chart, listed in their menu, typed in by editors."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone
from playwright.sync_api import Page, expect

from dashboards.models import Annotation, Dashboard

SIGNS = ".chart .annotation-text"
pytestmark = pytest.mark.usefixtures("transactional_db")


@pytest.fixture
def marked(acme: Any, overview: Dashboard) -> Annotation:
    start = timezone.now() - timedelta(hours=3)
    facts = {"text": "Release <b>4</b>", "tags": ["release"], "made_by": "ada@example.com"}
    return Annotation.objects.create(tenant=acme, dashboard=overview, start=start, stop=start + timedelta(hours=1), **facts)


def test_it_is_drawn_on_the_chart_and_listed(marked: Annotation, visit: Callable[..., Page], bob: Any) -> None:
    page = visit(bob, "/t/acme/d/overview/")
    expect(page.locator(SIGNS)).to_have_text("◆")
    expect(page.locator(".chart .shapelayer path")).to_have_count(1)
    page.get_by_title("Annotations").click()
    listed = page.locator(".happened")
    expect(listed).to_contain_text("Release <b>4</b>")
    expect(listed).to_contain_text("release")
    expect(page.get_by_text("Add an annotation")).to_have_count(0)


def test_an_editor_types_one_in_changes_it_and_takes_it_away(overview: Dashboard, visit: Callable[..., Page], ada: Any) -> None:
    page = visit(ada, "/t/acme/d/overview/")
    expect(page.locator(".chart .main-svg").first).to_be_visible()
    page.get_by_title("Annotations").click()
    page.get_by_role("link", name="Add an annotation").click()
    form = page.locator("#dialog form")
    form.get_by_label("What happened").fill("Disk full")
    form.get_by_label("From").fill("now-1h")
    form.get_by_label("To").fill("now-2h")
    form.get_by_role("button", name="Save").click()
    expect(form).to_contain_text("It must end after it begins.")
    form.get_by_label("To").fill("")
    form.get_by_role("button", name="Save").click()
    expect(page.locator("#dialog")).not_to_be_visible()
    expect(page.locator(SIGNS)).to_have_text("◆")
    page.get_by_title("Annotations").click()
    page.get_by_role("link", name="Change: Disk full").click()
    page.locator("#dialog").get_by_role("button", name="Delete it").click()
    expect(page.locator(SIGNS)).to_have_count(0)
    assert not Annotation.objects.exists()


def test_a_kind_is_switched_off_and_stays_so(
    marked: Annotation, overview: Dashboard, visit: Callable[..., Page], bob: Any
) -> None:
    sql = "SELECT at AS time, message AS text FROM logs WHERE $__timeFilter(at) AND took = 30"
    overview.annotations = [{"name": "logged", "label": "Logged", "data_source": {"sql": sql}}]
    overview.save()
    page = visit(bob, "/t/acme/d/overview/")
    expect(page.locator(SIGNS)).to_have_count(2)
    page.get_by_title("Annotations").click()
    page.get_by_role("checkbox", name="Typed in").click()
    expect(page.locator(SIGNS)).to_have_count(1)
    assert "marks=logged" in page.url
    page.reload()
    expect(page.locator(SIGNS)).to_have_count(1)
