"""Size rules: what a short text may make the server plan and collect. Time, memory and rows are for the executor."""

from collections import Counter

from datasources.guard.builders import COLLECTORS, called, is_builder, is_long_padding
from datasources.guard.inlining import relations_when_inlined
from datasources.guard.refusal import Refusal
from datasources.guard.scopes import Scopes
from datasources.guard.tree import Node

MAX_COLUMNS = 250
MAX_FROM_ITEMS = 32
MAX_RELATIONS = 200
MAX_BUILDERS = 40
MAX_COLLECTORS = 12
MAX_BUILDER_DEPTH = 3

_FROM_ITEMS = frozenset({"RangeVar", "RangeSubselect", "RangeFunction"})


def check_sizes(nodes: list[Node], scopes: Scopes) -> None:
    """Refuse a statement that is too large, or becomes so when the planner inlines its WITH queries."""
    for node in nodes:
        if node.kind == "SelectStmt" and len(node.fields.get("targetList", ())) > MAX_COLUMNS:
            raise _too_many("columns", MAX_COLUMNS, node)
    _check_from_items(nodes)
    _check_builders(nodes)
    if relations_when_inlined(nodes, scopes) > MAX_RELATIONS:
        raise _too_many("tables, counting those inside WITH queries each time they are used", MAX_RELATIONS, nodes[0])


def _check_from_items(nodes: list[Node]) -> None:
    selects: list[int] = []  # the nearest SELECT around each node, itself for a SELECT
    for index, node in enumerate(nodes):
        selects.append(index if node.kind == "SelectStmt" else selects[node.parent])
    items = Counter(selects[node.parent] for node in nodes if node.kind in _FROM_ITEMS)
    for select, count in items.items():
        if count > MAX_FROM_ITEMS:
            raise _too_many("tables in one FROM", MAX_FROM_ITEMS, nodes[select])


def _check_builders(nodes: list[Node]) -> None:
    builders = collectors = 0
    depths: list[tuple[int, bool]] = []  # builders around and at each node; whether one of them is a collector
    for node in nodes:
        depth, collected = depths[node.parent] if node.parent >= 0 else (0, False)
        if node.kind == "FuncCall":
            building, collecting = is_builder(node.fields), called(node.fields) in COLLECTORS
            if collected and is_long_padding(node.fields):
                raise Refusal("This query may build too large a value: long padding inside an aggregate.", at=node.at)
            depth, collected = depth + building, collected or collecting
            builders, collectors = builders + (building and not collecting), collectors + collecting
        if depth > MAX_BUILDER_DEPTH:
            raise Refusal(
                "This query may build too large a value: too many functions that lengthen values inside one another.",
                at=node.at,
            )
        depths.append((depth, collected))
    if builders > MAX_BUILDERS:
        raise _too_many("functions that lengthen values", MAX_BUILDERS, nodes[0])
    if collectors > MAX_COLLECTORS:
        raise _too_many("aggregates that collect values", MAX_COLLECTORS, nodes[0])


def _too_many(what: str, most: int, node: Node) -> Refusal:
    return Refusal(f"This query has too many {what}: at most {most} are allowed.", at=node.at)
