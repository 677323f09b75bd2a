"""One place of a document in a form: what its field is called, how it is filled in, and what is wrong there."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from dashboards.editor.shapes import Shape
from dashboards.editor.ways import Way
from dashboards.editor.words import KEYS, WAYS, one_of, suggested

MOST_IN_A_LINE = 4
MOST_LINES = 24
LONGEST_SUMMARY = 80
LINES = {"sql": 10, "promql": 4, "content": 12, "further": 6, "description": 2, "where": 2}
SHORT = {"url", "order_by", "options", "option", "value", "default", "all_value"}  # of a line, though they may be long


@dataclass(slots=True, kw_only=True)
class Node:
    """`name` is the field's, `path` the place in the document as errors name it, `widget` how it is filled in.

    `mark` and `raw` are as `reading.py` has them. A node that `can_be_off` and is not `is_on` has no children yet.
    """

    name: str
    path: str
    key: str
    model: str
    label: str
    about: str
    shape: Shape
    widget: str
    value: Any = None
    text: str = ""
    mark: str = ""
    is_on: bool = True
    is_said: bool = False
    options: list[tuple[str, str]] = field(default_factory=list)
    kind: str = ""
    ways: Sequence[Way] = ()
    way: str = ""
    kept: str = ""
    more: str = ""
    entry: str | None = None
    errors: list[str] = field(default_factory=list)
    children: list["Node"] = field(default_factory=list)

    @property
    def template(self) -> str:
        return f"editor/nodes/{'rows' if self.widget == 'entries' else self.widget}.html"

    @property
    def summary(self) -> str:
        """What a closed row says of itself: its name, and the first that is said in it."""
        said = [node.text for node in self.walk() if node.is_said and node.text and node.widget in {"text", "number", "choice"}]
        return " · ".join(dict.fromkeys([*([self.entry] if self.entry else []), *said[:3]]))[:LONGEST_SUMMARY]

    @property
    def is_folded(self) -> bool:
        """A row that is long is closed, unless nothing is said in it yet or something is wrong."""
        return not self.is_line and bool(self.value) and not self.has_errors

    @property
    def is_inline(self) -> bool:
        """A value with its kind that stand side by side."""
        return all(child.widget in {"text", "number", "choice", "boolean"} and not child.is_long for child in self.children)

    @property
    def is_line(self) -> bool:
        """A row that is one field, or a few short ones, stands on one line with its buttons."""
        if self.widget != "object":
            return True
        short = [one for one in self.children if not one.children or (one.widget == "union" and one.is_inline)]
        return len(self.children) == len(short) <= MOST_IN_A_LINE

    @property
    def is_single(self) -> bool:
        """A row that is one field alone needs no label to be seen."""
        return self.widget in {"text", "number", "choice", "boolean"} and self.entry is None and not self.is_long

    @property
    def is_long(self) -> bool:
        """A text that is written in lines."""
        return "\n" in self.text or (self.shape.is_long and self.key not in SHORT)

    @property
    def lines(self) -> int:
        return min(max(self.text.count("\n") + 1, LINES.get(self.key, 3)), MOST_LINES)

    @property
    def can_be_off(self) -> bool:
        return self.shape.is_nullable

    @property
    def suggestions(self) -> str:
        return suggested(self.key, self.model, self.shape.format)

    @property
    def one(self) -> str:
        return one_of(self.key)

    @property
    def said_name(self) -> str:
        """The name that an object gives itself."""
        return next((child.text for child in self.children if child.key == "name"), "")

    @property
    def said_label(self) -> str:
        """What a row is called by its buttons."""
        return f"{self.label} {self.entry}" if self.entry else self.label

    @property
    def way_label(self) -> str:
        return WAYS.get(self.shape.model, "Asked in")

    @property
    def key_label(self) -> str:
        return KEYS.get(self.key, "Name")

    @property
    def has_errors(self) -> bool:
        return any(one.errors for one in self.walk())

    @property
    def count(self) -> int:
        return len(self.children)

    def walk(self) -> "list[Node]":
        return [self, *(one for child in self.children for one in child.walk())]
