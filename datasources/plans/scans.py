"""Hints on tables that are read whole: the index that would serve, or why none does."""

from collections.abc import Iterator

from datasources.base import Query, SeriesQuery
from datasources.explained import Hint
from datasources.guard.parser import parse
from datasources.guard.tree import names, only
from datasources.plans.conditions import Asked, read_condition
from datasources.plans.hint import about
from datasources.plans.indexes import create_index, table_name, written
from datasources.plans.node import Node
from datasources.plans.tables import KnownTable

BIG_COST = 400.0  # some 20,000 short rows, a few milliseconds
MOST = 0.2  # of a table, beyond which reading it whole is the quicker way
_TIMES = {"timestamptz", "timestamp", "date"}


def scan_hints(node: Node, table: KnownTable, query: Query) -> Iterator[Hint]:
    """What to say of a sequential scan with a condition."""
    if node.cost < BIG_COST or not node.condition:
        return
    asked = read_condition(node.condition, node.alias)
    wrapped = [(name, what) for name, what in asked.wrapped.items() if _is_time(table, name)]
    for name, what in wrapped:
        yield Hint("wrapped", _unwrapped(name, what))
    keys = _keys(asked, table, time_first=isinstance(query, SeriesQuery))
    if table.is_analysed and 0 < table.rows * MOST < node.rows:
        yield Hint("most", f"{_read_whole(node, table)} No index would help with so many; a shorter time range would.")
    elif keys and not _is_there(keys, table):
        statement = create_index(table.whole, [written(key) for key in keys], is_divided=table.is_part)
        yield Hint("index", f"{_read_whole(node, table)} An index would serve.", statement)
    elif not keys and not wrapped:
        yield Hint("index", f"{_read_whole(node, table)} No plain index serves such a condition.")


def order_hint(limit: Node, sort: Node, node: Node, table: KnownTable, *, is_structured: bool) -> Iterator[Hint]:
    """What to say where a table is read whole for the first few rows of an order.

    A structured query puts NULLs where the index has them, once the column has one.
    """
    if node.cost < BIG_COST or node.condition:
        return
    keys = [_order_key(text, node.alias) for text in sort.facts.get("Sort Key", ())]
    if not keys or None in keys:
        return
    columns = [key[0] for key in keys if key is not None]
    directions = [key[1] for key in keys if key is not None]
    if is_structured:
        columns, directions = columns[:1], [""]
    if len(set(directions)) == 1 and directions[0] in {"", " DESC"}:
        directions = [""] * len(columns)
    written_keys = [written(column) + direction for column, direction in zip(columns, directions, strict=True)]
    statement = create_index(table.whole, written_keys, is_divided=table.is_part)
    sentence = (
        f"All of {table_name(table.whole)} is read and sorted for its first {limit.rows:,}. An index in that order would serve."
    )
    yield Hint("order", sentence, statement)


def _read_whole(node: Node, table: KnownTable) -> str:
    of = f", {about(table.rows)}," if table.rows > 0 else ""
    return f"All of {table_name(table.whole)}{of} is read to find {about(node.rows)}."


def _unwrapped(name: str, what: str) -> str:
    column = written(name)
    return (
        f"The condition has {column} inside {what}, where no index on it can serve. "
        f"Compare {column} itself with the ends of the range, as $__timeFilter({column}) does."
    )


def _keys(asked: Asked, table: KnownTable, *, time_first: bool) -> list[str]:
    """Equality before the range, as an index is read; but a time series is cut into buckets where its time column leads."""
    times = [name for name in asked.ranged if _is_time(table, name)] or asked.ranged
    pieces = [times[:1], asked.equal] if time_first else [asked.equal, times[:1]]
    return list(dict.fromkeys(name for piece in pieces for name in piece))


def _is_there(keys: list[str], table: KnownTable) -> bool:
    """Whether PostgreSQL has such an index already, and would rather not use it."""
    return len(keys) == 1 and keys[0] in table.columns and table.columns[keys[0]].leads_index


def _is_time(table: KnownTable, name: str) -> bool:
    return name in table.columns and table.columns[name].type_name in _TIMES


def _order_key(text: str, alias: str) -> tuple[str, str] | None:
    """A column and its direction as SQL; None for an expression."""
    (statement,) = parse(f"SELECT 1 ORDER BY {text}")
    key = statement["stmt"]["SelectStmt"]["sortClause"][0]["SortBy"]
    kind, fields = only(key["node"])
    if kind != "ColumnRef" or len(names(fields["fields"])) != 2 or names(fields["fields"])[0] != alias:
        return None
    direction = " DESC" if key["sortby_dir"] == "SORTBY_DESC" else ""
    nulls = {"SORTBY_NULLS_FIRST": " NULLS FIRST", "SORTBY_NULLS_LAST": " NULLS LAST"}.get(key["sortby_nulls"], "")
    return names(fields["fields"])[1], direction + nulls
