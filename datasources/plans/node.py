"""A node of PostgreSQL's plan, as EXPLAIN (FORMAT JSON, VERBOSE) tells of it."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class Node:
    """`kind` is PostgreSQL's “Node Type”; `children` stand in the order in which it names them."""

    kind: str
    facts: dict[str, Any]
    children: tuple["Node", ...] = ()

    @property
    def relation(self) -> tuple[str, str] | None:
        """Schema and name of the table that is read here."""
        name = self.facts.get("Relation Name")
        return (self.facts.get("Schema", ""), name) if name else None

    @property
    def alias(self) -> str:
        """How the node's conditions call its table."""
        return str(self.facts.get("Alias", ""))

    @property
    def rows(self) -> int:
        return int(self.facts.get("Plan Rows", 0))

    @property
    def width(self) -> int:
        """Bytes of a row."""
        return int(self.facts.get("Plan Width", 0))

    @property
    def cost(self) -> float:
        return float(self.facts.get("Total Cost", 0.0))

    @property
    def condition(self) -> str:
        """What the rows that were read are tested for."""
        return str(self.facts.get("Filter", ""))

    @property
    def main_child(self) -> "Node | None":
        """The one the rows come from; of a join, the outer side."""
        return next((child for child in self.children if child.facts.get("Parent Relationship") == "Outer"), None)

    @property
    def inner_child(self) -> "Node | None":
        return next((child for child in self.children if child.facts.get("Parent Relationship") == "Inner"), None)


def read_node(plan: dict[str, Any]) -> Node:
    return Node(plan.get("Node Type", ""), plan, tuple(map(read_node, plan.get("Plans", ()))))


def walk(node: Node, parent: Node | None = None) -> Iterator[tuple[Node, Node | None]]:
    """Every node with the one above it, from the top."""
    yield node, parent
    for child in node.children:
        yield from walk(child, node)
