"""Themes, a phone, the keyboard, and no violation of accessibility anywhere."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from dashboards.tests.browser.actions import scroll_to_table
from tenants.known import forget_all
from tenants.models import User

AXE = (Path(__file__).parents[1] / "vendor/axe.min.js").read_text()
PHONE = {"viewport": {"width": 390, "height": 844}, "is_mobile": True, "has_touch": True}
VIOLATIONS = """async () => {
  await new Promise((painted) => requestAnimationFrame(() => requestAnimationFrame(painted)));
  const { violations } = await axe.run({ resultTypes: ["violations"] });
  const found = violations.map(({ id, nodes }) => `${id}: ${nodes[0].target}`);
  return document.documentElement.scrollWidth > innerWidth ? [...found, "wider than its window"] : found;
}"""


def violations(page: Page) -> list[str]:
    """Of a page as it stands: light, dark, and on a phone, where it has to fit its width."""
    page.evaluate(AXE)
    width = page.viewport_size
    found = []
    for scheme, size in (("dark", width), ("light", width), ("light", PHONE["viewport"])):
        page.emulate_media(color_scheme=scheme, reduced_motion="reduce")
        page.set_viewport_size(size)
        found += [f"{scheme}, {size['width']} px: {violation}" for violation in page.evaluate(VIOLATIONS)]
    page.set_viewport_size(width)
    return found


def test_a_dashboard_has_no_violation(drawn: Callable[..., Page]) -> None:
    page = drawn()
    scroll_to_table(page)
    assert violations(page) == []


@pytest.mark.parametrize(
    "path", ["/", "/t/acme/", "/t/acme/d/overview/panels/cpu/view/", "/accounts/password/change/", "/nowhere/"]
)
def test_a_page_has_no_violation(visit: Callable[..., Page], bob: Any, overview: Any, path: str) -> None:
    assert violations(visit(bob, path)) == []


def test_a_dialog_as_a_page_has_no_violation(visit: Callable[..., Page], ada: Any, overview: Any) -> None:
    assert violations(visit(ada, "/t/acme/d/overview/panels/cpu/inspect/")) == []


def test_the_sign_in_page_has_no_violation(visit: Callable[..., Page], db: None) -> None:
    assert violations(visit(None, "/")) == []


def test_the_theme_follows_the_system_until_one_chooses(drawn: Callable[..., Page]) -> None:
    page = drawn(color_scheme="dark")
    root = page.locator("html")
    expect(root).to_have_attribute("data-theme", "dark")
    with page.expect_response("**/api/v1/me/preferences"):
        page.get_by_label("Switch between light and dark").click()
    expect(root).to_have_attribute("data-theme", "light")
    page.reload()
    expect(root).to_have_attribute("data-theme", "light")


def test_the_theme_is_kept_with_the_account(drawn: Callable[..., Page], visit: Callable[..., Page], bob: Any) -> None:
    page = drawn(color_scheme="dark")
    with page.expect_response("**/api/v1/me/preferences") as saved:
        page.get_by_label("Switch between light and dark").click()
    assert saved.value.status == 200
    User.objects.filter(pk=bob.pk).update(theme="")
    forget_all()
    page.reload()  # this page's account is from before the choice
    expect(page.locator("html")).to_have_attribute("data-theme", "light")
    page.evaluate("localStorage.setItem('theme-unsaved', Date.now() - 60_000)")
    page.reload()
    expect(page.locator("html")).to_have_attribute("data-theme", "dark")
    User.objects.filter(pk=bob.pk).update(theme="light")
    forget_all()
    other = visit(bob, "/t/acme/", color_scheme="dark")  # another browser
    expect(other.locator("html")).to_have_attribute("data-theme", "light")
    with other.expect_response("**/api/v1/me/preferences"):
        other.keyboard.press("d")
    other.emulate_media(color_scheme="light")  # who follows the system again, follows it
    expect(other.locator("html")).to_have_attribute("data-theme", "light")
    other.route("**/api/v1/me/preferences", lambda route: route.abort())
    with other.expect_event("requestfailed"):
        other.keyboard.press("d")
    expect(other.locator("html")).to_have_attribute("data-theme", "dark")
    other.reload()  # the account never had that choice
    expect(other.locator("html")).to_have_attribute("data-theme", "light")


def test_charts_change_colour_with_the_theme_and_keep_it_where_colours_are_forced(drawn: Callable[..., Page]) -> None:
    stroke = "line => getComputedStyle(line).stroke"
    page, forced = drawn(), drawn(forced_colors="active")
    line, strange = (one.locator("#chart-cpu .js-line").first for one in (page, forced))
    before = line.evaluate(stroke)
    assert strange.evaluate(stroke) == before
    label = forced.locator("#chart-cpu .xtick text").first
    assert label.evaluate("label => [getComputedStyle(label).fill, getComputedStyle(label.ownerSVGElement).backgroundColor]") == [
        "rgb(94, 103, 120)",
        "rgb(255, 255, 255)",
    ]
    page.keyboard.press("d")
    expect(page.locator("html")).to_have_attribute("data-theme", "dark")
    page.wait_for_timeout(300)
    assert line.evaluate(stroke) != before


def test_a_phone_shows_the_panels_below_one_another(drawn: Callable[..., Page]) -> None:
    page = drawn(**PHONE)
    boxes = [cell.bounding_box() for cell in page.locator(".cell").all()]
    lefts = {round(box["x"]) for box in boxes if box}
    assert len(lefts) == 1
    assert page.evaluate("document.documentElement.scrollWidth") <= 390


def test_menus_open_within_a_narrow_window(drawn: Callable[..., Page]) -> None:
    page = drawn(viewport={"width": 660, "height": 900})
    for menu in ("range", "board"):
        page.locator(f"[data-menu='{menu}'] > summary").click()
        box = page.locator(f"[data-menu='{menu}'] > .popover").bounding_box()
        assert box is not None
        assert box["x"] >= 0
        assert box["x"] + box["width"] <= 660


def test_placements_stand_where_the_grid_says(drawn: Callable[..., Page]) -> None:
    page = drawn()
    newest, health = (page.locator(f"#panel-{slug}").bounding_box() for slug in ("newest", "health"))
    assert newest is not None
    assert health is not None
    assert newest["y"] == health["y"]
    assert health["width"] == pytest.approx(2 * newest["width"], abs=20)


def test_without_javascript_every_panel_can_be_opened(visit: Callable[..., Page], bob: Any, overview: Any) -> None:
    page = visit(bob, "/t/acme/d/overview/", java_script_enabled=False)
    page.get_by_role("link", name="Show Health").click()
    expect(page.locator(".health")).to_contain_text("mail")


def test_every_shortcut_is_one_key_away(drawn: Callable[..., Page]) -> None:
    page = drawn()
    page.keyboard.press("?")
    expect(page.get_by_role("dialog")).to_contain_text("Keyboard shortcuts")
    expect(page.get_by_role("dialog")).not_to_contain_text("Building")  # to whom may not
    page.keyboard.press("Escape")
    expect(page.get_by_role("dialog")).to_be_hidden()
    page.keyboard.press("t")
    expect(page.get_by_label("From", exact=True)).to_be_focused()


def test_a_series_hidden_in_the_legend_stays_hidden_after_a_refresh(drawn: Callable[..., Page]) -> None:
    page = drawn()
    page.get_by_role("button", name="worker").click()
    expect(page.locator("#chart-cpu .scatterlayer .trace")).to_have_count(1)
    with page.expect_response(lambda response: "/panels/cpu/" in response.url):
        page.keyboard.press("r")
    page.wait_for_load_state("networkidle")
    expect(page.locator("#chart-cpu .scatterlayer .trace")).to_have_count(1)
    expect(page.get_by_role("button", name="worker")).to_have_attribute("aria-pressed", "false")


def test_no_page_breaks_its_content_security_policy(drawn: Callable[..., Page]) -> None:
    page = drawn()
    broken: list[str] = []
    page.on("console", lambda message: broken.append(message.text) if "Content Security Policy" in message.text else None)
    page.reload()
    page.wait_for_selector("#chart-cpu .trace")
    scroll_to_table(page)
    assert broken == []


@pytest.mark.parametrize("options", [{}, PHONE], ids=["desktop", "phone"])
@pytest.mark.parametrize("path", ["dashboards/dashboard/add/", "dashboards/panel/add/", "tenants/tenant/add/", "tenants/tenant/"])
def test_the_admins_forms_fit_their_frames(visit: Callable[..., Page], root: Any, acme: Any, path: str, options: Any) -> None:
    page = visit(root, f"/admin/{path}", **options)
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    right = "element => element.getBoundingClientRect().right"
    fields = page.locator(".form-row > div:not(.hidden), #changelist .actions")
    frame = page.locator("fieldset.module, .changelist-form-container").first.evaluate(right)
    assert max(fields.evaluate_all(f"elements => elements.map({right})")) <= frame
    assert page.locator("#header").evaluate("header => header.scrollHeight <= header.offsetHeight")


def test_the_apis_page_fits_a_phone(visit: Callable[..., Page], bob: Any) -> None:
    page = visit(bob, "/api/docs", **PHONE)
    expect(page.locator(".opblock").first).to_be_visible()
    assert page.evaluate("innerWidth") == 390
