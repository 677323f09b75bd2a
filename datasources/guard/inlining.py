"""How large a query becomes for the planner, which copies WITH queries to where they are read.

A query of 900 bytes whose WITH queries double one another took 1.3 GB to plan.
"""

from collections import Counter, defaultdict
from graphlib import CycleError, TopologicalSorter

from datasources.guard.refusal import Refusal
from datasources.guard.scopes import STATEMENT, Scopes
from datasources.guard.tree import Node


def relations_when_inlined(nodes: list[Node], scopes: Scopes) -> int:
    """The number of relations and functions in FROM, those of a WITH query once for each of its copies."""
    sizes: Counter[int] = Counter()  # by WITH query, and the statement
    reads: dict[int, Counter[int]] = defaultdict(Counter)
    for index, node in enumerate(nodes):
        owner, query = scopes.owners[index], scopes.meanings.get(index)
        if query is not None and not scopes.encloses(query, owner):
            reads[owner][query] += 1
        elif node.kind in {"RangeVar", "RangeFunction"}:
            sizes[owner] += 1
    copied = _copied(nodes, reads)
    for query in _inner_first(nodes, scopes, reads):
        sizes[query] += sum(times * (sizes[read] if read in copied else 1) for read, times in reads[query].items())
        if query != STATEMENT and query not in copied:
            sizes[scopes.owners[query]] += sizes[query]
    return sizes[STATEMENT]


def _copied(nodes: list[Node], reads: dict[int, Counter[int]]) -> set[int]:
    """The WITH queries that are read once, or NOT MATERIALIZED; each of the others is computed once."""
    times: Counter[int] = sum(reads.values(), Counter())
    hints = {index: node.fields.get("ctematerialized") for index, node in enumerate(nodes) if node.kind == "CommonTableExpr"}
    once = {query for query, hint in hints.items() if hint == "CTEMaterializeDefault" and times[query] == 1}
    return once | {query for query, hint in hints.items() if hint == "CTEMaterializeNever"}


def _inner_first(nodes: list[Node], scopes: Scopes, reads: dict[int, Counter[int]]) -> list[int]:
    """The WITH queries so that each comes after those it reads and holds, and the statement last."""
    graph: dict[int, set[int]] = {STATEMENT: set(reads[STATEMENT])}
    for index, node in enumerate(nodes):
        if node.kind == "CommonTableExpr":
            graph.setdefault(index, set()).update(reads[index])
            graph.setdefault(scopes.owners[index], set()).add(index)
    try:
        return list(TopologicalSorter(graph).static_order())
    except CycleError as error:
        raise Refusal("Two WITH queries of this query read each other.") from error
