"""Markdown that anybody may have written, as HTML that does nothing: no script, no style, no image, no foreign frame."""

import re
from collections.abc import Sequence

import nh3
from markdown_it import MarkdownIt
from markdown_it.token import Token

from dashboards.panels.base import Ask
from dashboards.panels.interpolation import has_mentions, in_link, titled

HIGHEST_HEADING = 3  # a panel's own title is of the second level
TAGS = {
    "a", "blockquote", "br", "code", "del", "em", "h3", "h4", "h5", "h6", "hr", "li", "ol", "p", "pre", "s", "strong",
    "table", "tbody", "td", "th", "thead", "tr", "ul",
}  # fmt: skip
ATTRIBUTES = {"a": {"href", "title"}, "ol": {"start"}}
SCHEMES = {"http", "https", "mailto"}

_ENCODED = re.compile(r"(?:\$%7B|%5B%5B)(\w+(?::\w*)?)(?:%7D|%5D%5D)")
_reader = MarkdownIt("commonmark", {"html": False, "typographer": False}).enable(["table", "strikethrough"]).disable("image")


def as_html(text: str, ask: Ask | None = None) -> str:
    """CommonMark with tables and strikethrough. HTML in it is text; two fences stand before what the first lets through.

    Values of variables take their places once it is read: in them nothing is Markdown, and in a link they are encoded.
    """
    tokens = _reader.parse(text)
    if ask is not None and has_mentions(text):
        _take_values(tokens, ask)
    for token in tokens:
        if token.type in {"heading_open", "heading_close"}:
            token.tag = f"h{min(6, int(token.tag[1]) + HIGHEST_HEADING - 1)}"
    html = str(_reader.renderer.render(tokens, _reader.options, {}))
    return nh3.clean(html, tags=TAGS, attributes=ATTRIBUTES, url_schemes=SCHEMES, link_rel="noopener noreferrer")


def _take_values(tokens: Sequence[Token], ask: Ask) -> None:
    for token in tokens:
        _take_values(token.children or (), ask)
        if token.type in {"text", "code_inline", "code_block", "fence"}:
            token.content = titled(token.content, ask)
        elif token.type == "link_open":
            href = _ENCODED.sub(r"${\1}", str(token.attrs.get("href", "")))
            token.attrs["href"] = in_link(href, ask)
