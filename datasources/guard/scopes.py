"""Which names of a FROM mean a WITH query of the statement, by PostgreSQL's rules of scope, and which mean a relation.

A flat set of WITH names would be a hole: in `WITH pg_roles AS (SELECT * FROM pg_roles) …` the inner one is the catalog.
"""

from collections import defaultdict
from dataclasses import dataclass

from datasources.guard.tree import Node

Scope = dict[str, int]
STATEMENT = -1


@dataclass(frozen=True, slots=True)
class Scopes:
    """By index of node: `meanings` has the WITH query each RangeVar reads, None for a relation of the database;
    `owners` has the WITH query each node stands in, or STATEMENT.
    """

    meanings: dict[int, int | None]
    owners: list[int]

    def encloses(self, query: int, owner: int) -> bool:
        """Whether a WITH query is `owner` or holds it: a reference to it from there is recursion."""
        while owner not in {STATEMENT, query}:
            owner = self.owners[owner]
        return owner == query


def resolve(nodes: list[Node]) -> Scopes:
    """The scopes of a flattened statement."""
    withs = _with_queries(nodes)
    visible: list[Scope] = []  # what the children of each node see
    for index in range(len(nodes)):
        visible.append(_visible(nodes, index, visible, withs))
    meanings = {index: _meaning(node, visible[index]) for index, node in enumerate(nodes) if node.kind == "RangeVar"}
    return Scopes(meanings, _owners(nodes))


def _with_queries(nodes: list[Node]) -> dict[int, list[int]]:
    """SELECT → its WITH queries, in order."""
    found: dict[int, list[int]] = defaultdict(list)
    for index, node in enumerate(nodes):
        if node.kind == "CommonTableExpr":
            found[nodes[node.parent].parent].append(index)
    return found


def _visible(nodes: list[Node], index: int, visible: list[Scope], withs: dict[int, list[int]]) -> Scope:
    node = nodes[index]
    around = visible[node.parent] if node.parent >= 0 else {}
    if node.kind == "SelectStmt" and index in withs:
        return around | _named(nodes, withs[index])
    if node.kind == "CommonTableExpr" and not nodes[node.parent].fields.get("recursive"):
        select = nodes[node.parent].parent
        outside = visible[nodes[select].parent] if nodes[select].parent >= 0 else {}
        earlier = withs[select][: withs[select].index(index)]
        return outside | _named(nodes, earlier)
    return around


def _named(nodes: list[Node], queries: list[int]) -> Scope:
    return {nodes[query].fields["ctename"]: query for query in queries}


def _meaning(node: Node, scope: Scope) -> int | None:
    if node.fields.get("schemaname") or node.fields.get("catalogname"):
        return None
    return scope.get(node.fields["relname"])


def _owners(nodes: list[Node]) -> list[int]:
    owners: list[int] = []
    for node in nodes:
        if node.parent < 0:
            owners.append(STATEMENT)
        elif nodes[node.parent].kind == "CommonTableExpr":
            owners.append(node.parent)
        else:
            owners.append(owners[node.parent])
    return owners
