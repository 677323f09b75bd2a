"""A page taken apart, as a browser would: its elements, its scripts, and what of it may not be there."""

import json
from dataclasses import dataclass, field
from html.parser import HTMLParser
from typing import Any

from django.test import Client

LINKS = {"href", "src", "action", "formaction", "hx-get", "hx-post", "data-points"}


@dataclass
class Page(HTMLParser):
    """`elements` are (tag, attributes); `scripts` the texts of script elements with no `src`."""

    text: str
    elements: list[tuple[str, dict[str, str | None]]] = field(default_factory=list)
    scripts: list[tuple[str, str]] = field(default_factory=list)

    def __post_init__(self) -> None:
        super().__init__()
        self._script = ""
        self.feed(self.text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, dict(attrs)))
        is_inline = tag == "script" and not any(name == "src" for name, _ in attrs)
        self._script = (dict(attrs).get("type") or "text/javascript") if is_inline else ""

    def handle_data(self, data: str) -> None:
        if self._script:
            self.scripts.append((self._script, data))

    def handle_endtag(self, tag: str) -> None:
        self._script = ""

    @property
    def figures(self) -> list[Any]:
        return [json.loads(text) for kind, text in self.scripts if kind == "application/json"]

    def links(self) -> list[str]:
        return [value or "" for _, attributes in self.elements for name, value in attributes.items() if name in LINKS]

    def inline_code(self) -> list[str]:
        """What a policy without unsafe-inline would not run or apply: scripts, handlers, styles."""
        scripts = [text for kind, text in self.scripts if "json" not in kind]
        handlers = [name for _, attributes in self.elements for name in attributes if name.startswith(("on", "hx-on"))]
        styles = [f"<{tag} style>" for tag, attributes in self.elements if tag == "style" or "style" in attributes]
        return scripts + handlers + styles


def html_of(client: Client, path: str, **options: Any) -> Page | None:
    """The page behind a URL, if it answers with one."""
    response = client.get(path, **options)
    if response.streaming or not response["Content-Type"].startswith("text/html"):
        return None
    return Page(response.content.decode())


def texts_in(tree: Any) -> list[str]:
    """Every text in a tree of lists and mappings, keys included."""
    if isinstance(tree, str):
        return [tree]
    if isinstance(tree, dict):
        return [*tree, *texts_in(list(tree.values()))]
    return [text for item in tree for text in texts_in(item)] if isinstance(tree, list) else []
