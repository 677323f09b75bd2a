"""Markdown as HTML, whoever wrote it."""

import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dashboards.panels.markdown import ATTRIBUTES, TAGS, as_html

HOSTILE = [
    "<script>alert(1)</script>",
    "<img src=x onerror=alert(1)>",
    "[x](javascript:alert(1))",
    "[x](JaVaScRiPt&colon;alert(1))",
    "[x](data:text/html;base64,PHNjcmlwdD4=)",
    "[x](vbscript:msgbox)",
    "![x](https://elsewhere.example/pixel.png)",
    "<iframe src='https://elsewhere.example'></iframe>",
    "<svg/onload=alert(1)>",
    "<style>body{display:none}</style>",
    "<a href='#' style='position:fixed'>x</a>",
    '<https://ok.example/" onmouseover="alert(1)>',
    "[x]: javascript:alert(1)\n\n[x]",
    "`<script>`",
    "|a|\n|-|\n|<script>|",
]
TAG = re.compile(r"<\s*/?\s*([a-zA-Z0-9]+)([^>]*)>")
ATTRIBUTE = re.compile(r'([\w-]+)="([^"]*)"')


def assert_harmless(html: str) -> None:
    for name, rest in TAG.findall(html):
        assert name in TAGS
        for attribute, value in ATTRIBUTE.findall(rest):
            assert attribute in ATTRIBUTES.get(name, set()) | ({"rel"} if name == "a" else set())
            if attribute == "href" and ":" in value.partition("/")[0]:
                assert value.partition(":")[0].lower() in {"http", "https", "mailto"}


@pytest.mark.parametrize("text", HOSTILE)
def test_nothing_hostile_comes_through(text: str) -> None:
    assert_harmless(as_html(text))
    assert_harmless(as_html(f"# {text}\n\n> * {text}\n\n**{text}**"))


@settings(max_examples=150, deadline=None)
@given(
    st.lists(
        st.sampled_from([*HOSTILE, "[", "](", ")", "<", ">", '"', "'", "`", "\n", "|", "&#106;", "\\", "\u202e", "*"]),
        max_size=12,
    )
)
def test_pieces_of_hostile_text_put_together_do_no_harm_either(pieces: list[str]) -> None:
    assert_harmless(as_html("".join(pieces)))


def test_html_is_text() -> None:
    assert as_html("a <b>b</b>") == "<p>a &lt;b&gt;b&lt;/b&gt;</p>\n"


def test_headings_stand_below_the_panels_own() -> None:
    assert as_html("# One\n\n## Two\n\n###### Six") == "<h3>One</h3>\n<h4>Two</h4>\n<h6>Six</h6>\n"


def test_tables_lists_and_links_are_what_they_are() -> None:
    html = as_html("| a | b |\n|:-|-:|\n| 1 | ~~2~~ |\n\n3. x\n\n[docs](https://example.com 'T') <mail@example.com>")
    assert "<th>a</th>" in html
    assert "<s>2</s>" in html
    assert '<ol start="3">' in html
    assert '<a href="https://example.com" title="T" rel="noopener noreferrer">docs</a>' in html
    assert 'href="mailto:mail@example.com"' in html
