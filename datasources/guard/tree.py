"""A parsed statement as a flat list of nodes, parents before children: no walk of it recurses."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from datasources.guard.refusal import Refusal
from datasources.guard.shapes import CONSTANT, NAMES, SHAPES

Fields = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Node:
    """`parent` is an index in the same list, -1 for the root; `at` is the offset in bytes of it or of what holds it."""

    kind: str
    fields: Fields
    parent: int
    at: int


def flatten(kind: str, fields: Fields) -> list[Node]:
    """All nodes of a tree in the order of the text. Raises Refusal at a kind or field that is not allowed."""
    nodes: list[Node] = []
    pending = [(kind, fields, -1, 0)]
    while pending:
        kind, fields, parent, above = pending.pop()
        at = fields.get("location", -1)
        node = Node(kind, fields, parent, at if at >= 0 else above)
        nodes.append(node)
        children = [(*child, len(nodes) - 1, node.at) for child in _children(node)]
        pending.extend(reversed(children))
    return nodes


def _children(node: Node) -> Iterator[tuple[str, Fields]]:
    shape = SHAPES.get(node.kind)
    if shape is None:
        raise _not_allowed(node.kind, node)
    for name, value in node.fields.items():
        kind = shape.get(name)
        if kind is None:
            raise _not_allowed(name, node)
        if kind == CONSTANT:
            continue
        if isinstance(value, list):
            for item in value:
                yield from item.items()
        elif isinstance(value, dict):
            yield from [(kind, value)] if kind else value.items()


def _not_allowed(what: str, node: Node) -> Refusal:
    return Refusal(f"This query uses what PanelDash does not allow: {NAMES.get(what, what)}.", what, at=node.at)


def names(strings: list[Fields]) -> tuple[str, ...]:
    """The parts of a dotted name; `*` for a star."""
    return tuple(item["String"].get("sval", "") if "String" in item else "*" for item in strings)


def only(item: Fields) -> tuple[str, Fields]:
    """Kind and fields of a node that says its kind; no kind for an empty place."""
    return next(iter(item.items()), ("", {}))
