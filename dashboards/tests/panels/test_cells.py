"""Cells of a table on a page."""

from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from dashboards.panels.cells import Cell, Shape, page_cell, safe_link
from dashboards.templatetags.panels import table_rows

KOLKATA = ZoneInfo("Asia/Kolkata")
MOMENT = datetime(2026, 3, 1, 12, 0, 0, 250_000, tzinfo=UTC)


def shown(value: Any, format: Any = "text", **facts: Any) -> Cell:
    return page_cell(value, Shape(format, **facts), KOLKATA)


@pytest.mark.parametrize(
    ("value", "shape", "text"),
    [
        (MOMENT, Shape("datetime"), "2026-03-01 17:30:00.250"),
        (MOMENT, Shape("date"), "2026-03-01"),
        (MOMENT.replace(tzinfo=None), Shape("datetime"), "2026-03-01 12:00:00.250"),
        (date(2026, 3, 1), Shape(), "2026-03-01"),
        (1_772_366_400, Shape("datetime"), "2026-03-01 17:30:00"),
        (1_772_366_400_000, Shape("datetime"), "2026-03-01 17:30:00"),
        ("infinity", Shape("datetime"), "infinity"),
        (1_234.56, Shape("number"), "1,234.56"),
        (0.1 + 0.2, Shape("number"), "0.3"),
        (2**63 - 1, Shape("number"), "9,223,372,036,854,775,807"),
        (Decimal("1234.50"), Shape("number"), "1,234.50"),
        (Decimal("1234.567"), Shape("number", decimals=1), "1,234.6"),
        (12_345, Shape(), "12345"),
        (float("nan"), Shape("number"), "NaN"),
        (float("-inf"), Shape("bytes"), "-∞"),
        (5_000_000, Shape("bytes"), "5 MB"),
        (12.345, Shape("percent", decimals=1), "12.3 %"),
        (1_534, Shape("duration"), "1.53 s"),
        (90, Shape("duration", unit="s"), "1 min 30 s"),
        (True, Shape("boolean"), "yes"),
        ("f", Shape("boolean"), "no"),
        ("maybe", Shape("boolean"), "maybe"),
        (False, Shape(), "no"),
        ("{1,2}", Shape("number"), "{1,2}"),
        ("-1 mons +3 days", Shape("duration"), "-1 mons +3 days"),
    ],
)
def test_a_value_is_shown_in_its_columns_format(value: Any, shape: Shape, text: str) -> None:
    assert page_cell(value, shape, KOLKATA).text == text


def test_a_time_says_its_zone_on_hover() -> None:
    assert shown(MOMENT, "datetime").exact == "2026-03-01 17:30:00.250000+05:30 Asia/Kolkata"
    assert "without a time zone" in shown(MOMENT.replace(tzinfo=None), "datetime").exact


def test_a_rounded_number_is_exact_on_hover() -> None:
    assert shown(5_123_456, "bytes").exact == "5123456"


def test_null_is_not_an_empty_text() -> None:
    assert shown(None).kind == "null"
    assert shown("").kind == "text"


@pytest.mark.parametrize(("word", "tone"), [("ERROR", "critical"), ("Pending", "warning"), ("ok", "good"), ("mauve", "")])
def test_a_status_has_a_tone_if_its_word_is_known(word: str, tone: str) -> None:
    assert shown(word, "status").tone == tone


@pytest.mark.parametrize("url", ["https://example.com/a?b=c", "http://[::1]:8000/", "mailto:ada@example.com", " https://x.org "])
def test_a_link_leads_somewhere(url: str) -> None:
    assert safe_link(url) == url.strip()


@pytest.mark.parametrize(
    "url",
    [
        "javascript:alert(1)",
        " java\nscript:alert(1)",
        "JaVaScRiPt:alert(1)",
        "data:text/html,x",
        "vbscript:x",
        "https:",
        "https:///x",
        "//evil.example",
        "/relative",
        "http://[",
        "https://x.org/a b",
        "https://x.org\\@evil.example",
        "https://x.org/\u202e",
        "mailto:",
        "x" * 3_000,
    ],
)
def test_a_link_that_is_none_is_text(url: str) -> None:
    cell = shown(url, "link")
    assert cell.href == ""
    assert "<a" not in table_rows([[cell]])


def test_a_cells_text_is_escaped_and_kept_apart() -> None:
    assert table_rows([[shown("<script>&\u202e")]]) == '<tr><td class="text"><bdi>&lt;script&gt;&amp;\u202e</bdi></td></tr>'


def test_text_that_reads_as_the_page_does_needs_no_element() -> None:
    assert table_rows([[shown("<b>&")]]) == '<tr><td class="text">&lt;b&gt;&amp;</td></tr>'


def test_a_link_does_not_hand_over_the_page() -> None:
    assert 'rel="noopener noreferrer"' in table_rows([[shown("https://example.com", "link")]])
