"""What is dear about a plan, in words."""

from collections.abc import Iterator

from datasources.base import CountQuery, Query, SeriesQuery, TableQuery
from datasources.explained import Hint
from datasources.plans.hint import about, size
from datasources.plans.indexes import table_name
from datasources.plans.node import Node, walk
from datasources.plans.scans import order_hint, scan_hints
from datasources.plans.tables import Surroundings

MANY_TIMES = 10_000
MANY_ROWS = 1_000_000
ROW_HEADER_BYTES = 24
WORTH_ANALYSING_COST, WORTH_ANALYSING_ROWS = 50.0, 1_000


def hints(plan: Node, around: Surroundings, query: Query) -> list[Hint]:
    """One of a kind and table, the plan's order kept: a table's partitions say the same, each of itself."""
    asked = query.of if isinstance(query, CountQuery) else query
    found: dict[tuple[str, str], Hint] = {}
    for node, parent in walk(plan):
        for hint in [*_reading(node, parent, around, asked), *_sorting(node, parent, around), *_looping(node)]:
            found.setdefault((hint.kind, hint.statement or hint.sentence), hint)
    return list(found.values())


def _reading(node: Node, parent: Node | None, around: Surroundings, query: Query) -> Iterator[Hint]:
    table = around.tables.get(node.relation) if node.relation is not None else None
    if table is not None and node.relation is not None:
        if not table.is_analysed and (node.cost >= WORTH_ANALYSING_COST or table.rows >= WORTH_ANALYSING_ROWS):
            name = table_name(table.whole)
            yield Hint("statistics", f"{name} was never analysed: PostgreSQL knows nothing of what is in it.", f"ANALYZE {name}")
        if node.kind == "Seq Scan":
            yield from scan_hints(node, table, query)
    if node.kind == "Sort" and parent is not None and parent.kind == "Limit":
        yield from _ordering(parent, node, around, is_structured=isinstance(query, TableQuery | SeriesQuery))


def _ordering(limit: Node, sort: Node, around: Surroundings, *, is_structured: bool) -> Iterator[Hint]:
    scan = sort.main_child
    table = around.tables.get(scan.relation) if scan is not None and scan.relation is not None else None
    if scan is not None and scan.kind == "Seq Scan" and table is not None:
        yield from order_hint(limit, sort, scan, table, is_structured=is_structured)


def _sorting(node: Node, parent: Node | None, around: Surroundings) -> Iterator[Hint]:
    """A sort for the first few rows keeps only these."""
    if node.kind != "Sort" or (parent is not None and parent.kind == "Limit"):
        return
    needed = node.rows * (node.width + ROW_HEADER_BYTES)
    if needed > around.sort_bytes:
        sentence = (
            f"A sort of {about(node.rows)}, {size(needed)}, has {size(around.sort_bytes)} of memory (work_mem) and goes to disk."
        )
        yield Hint("sort", f"{sentence} A shorter time range, or grouping before sorting, makes it smaller.")


def _looping(node: Node) -> Iterator[Hint]:
    outer, inner = node.main_child, node.inner_child
    if node.kind != "Nested Loop" or outer is None or inner is None:
        return
    if outer.rows >= MANY_TIMES or outer.rows * inner.rows >= MANY_ROWS:
        sentence = (
            f"A nested loop runs its inner side once for each of {about(outer.rows)}, and finds {about(inner.rows)} each time."
        )
        yield Hint("loop", f"{sentence} An index on what the two are joined by, or a narrower condition, makes it cheaper.")
