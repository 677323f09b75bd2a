"""Values in people's texts: in titles as text, in links encoded, in Markdown after it is read."""

from datetime import UTC, datetime
from html import escape
from html.parser import HTMLParser
from urllib.parse import parse_qs, urlsplit
from zoneinfo import ZoneInfo

import pytest

from dashboards.panels.base import Ask
from dashboards.panels.interpolation import in_link, titled
from dashboards.panels.markdown import as_html
from datasources.tests.hostile import HOSTILE
from datasources.timerange import TimeRange

RANGE = TimeRange(datetime(2026, 12, 25, tzinfo=UTC), datetime(2026, 12, 25, 1, tzinfo=UTC))
ASK = Ask(
    time_range=RANGE,
    zone=ZoneInfo("Asia/Tokyo"),
    variables={"one": "a b", "many": ("x", "y&z"), "my_name": "_n_"},
    texts={"one": "A", "many": "X, Y"},
)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("$one", "A"),
        ("${one} and $many", "A and X, Y"),
        ("${one:raw} ${many:csv} ${many:pipe}", "a b x,y&z x|y&z"),
        ("${many:json} ${many:queryparam}", '["x","y&z"] var-many=x&var-many=y%26z'),
        (
            "costs $5, $unknown, ${unknown:csv}, ${one:odd}, a$one, $$one",
            "costs $5, $unknown, ${unknown:csv}, ${one:odd}, a$one, $$one",
        ),
        ("$my_name", "_n_"),
        ("[[one]] and [[many:csv]], [[unknown]]", "A and x,y&z, [[unknown]]"),
        ("${__from}, $__to, ${__from:date}, ${__to:odd}", "1798156800000, 1798160400000, 2026-12-25 09:00, ${__to:odd}"),
    ],
)
def test_in_a_title(text: str, said: str) -> None:
    assert titled(text, ASK) == said


def test_a_long_list_named_often_is_not_a_text_that_fills_the_memory() -> None:
    many = Ask(variables={"v": tuple(map(str, range(5_000)))})
    for text in (titled("${v:csv} " * 1_000, many), in_link("${v:csv}/" * 1_000, many), as_html("${v:csv} " * 1_000, many)):
        assert len(text) < 1_000 * 6_100
    assert titled("${v:csv}", many).endswith("…")


def test_in_a_link_a_value_is_a_part_of_it() -> None:
    link = in_link("https://wiki.example/${one}/x?host=${many:csv}&${many:queryparam}", ASK)
    assert link == "https://wiki.example/a%20b/x?host=x%2Cy%26z&var-many=x&var-many=y%26z"
    for value in HOSTILE:
        found = urlsplit(in_link("https://wiki.example/a/$v?host=$v#f", Ask(variables={"v": value})))
        assert (found.scheme, found.netloc, found.fragment) == ("https", "wiki.example", "f")
        assert parse_qs(found.query, keep_blank_values=True) == {"host": [value]}
        assert found.path.count("/") == 2
        assert urlsplit(in_link("$v", Ask(variables={"v": value}))).scheme == ""


class Tags(HTMLParser):
    def __init__(self, text: str) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: object) -> None:
        self.tags.append(tag)


def test_in_markdown_a_value_is_only_text() -> None:
    text = "# Of $v\n\n**$v** `$v` [to $v](https://wiki.example/?q=${v:percentencode}&r=$v)\n\n    code $v\n\n| $v |\n|---|\n| $v |\n"
    harmless = Tags(as_html(text, Ask(variables={"v": "x"}))).tags
    assert harmless == ["h3", "p", "strong", "code", "a", "pre", "code", "table", "thead", "tr", "th", "tbody", "tr", "td"]
    for value in HOSTILE:
        html = as_html(text, Ask(variables={"v": value}))
        assert Tags(html).tags == harmless
    assert f"<strong>{escape('<script>', quote=False)}</strong>" in as_html(text, Ask(variables={"v": "<script>"}))
    assert "<strong>*a* _b_ [c](d)</strong>" in as_html(text, Ask(variables={"v": "*a* _b_ [c](d)"}))
    assert as_html("$my_name `$my_name`", ASK) == "<p>_n_ <code>_n_</code></p>\n"
    assert "$v" in as_html("$v")
