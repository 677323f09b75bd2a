"""What a person does with a page, where one step is not one call."""

from playwright.sync_api import Locator, Page, expect


def scroll_to_table(page: Page) -> Locator:
    """Bring the table into sight, which loads it. In one step: the panel is replaced while one waits for it to hold still."""
    panel = page.locator("#panel-lines")
    panel.evaluate("panel => panel.scrollIntoView()")
    expect(panel.locator("tbody tr")).to_have_count(25)
    return panel


def zoom(page: Page, start: int = 300, stop: int = 500) -> None:
    """Drag over the chart from one place to another, in pixels from its left edge."""
    box = page.locator("#chart-cpu").bounding_box()
    assert box is not None
    page.mouse.move(box["x"] + start, box["y"] + 60)
    page.mouse.down()
    page.mouse.move(box["x"] + (start + stop) / 2, box["y"] + 60, steps=3)
    page.mouse.move(box["x"] + stop, box["y"] + 60, steps=3)
    page.mouse.up()
