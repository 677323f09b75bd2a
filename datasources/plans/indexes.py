"""The index that would serve, as SQL for whoever owns the table."""

import re
from collections.abc import Sequence

from datasources.guard.parser import parse
from datasources.guard.refusal import Refusal
from datasources.guard.tree import names, only

_PLAIN = re.compile(r"[a-z_][a-z0-9_]*")


def create_index(table: tuple[str, str], keys: Sequence[str], *, is_divided: bool) -> str:
    """`keys` are SQL already. Of a table with partitions no index can be made while others write."""
    how = "INDEX" if is_divided else "INDEX CONCURRENTLY"
    return f"CREATE {how} ON {table_name(table)} ({', '.join(keys)})"


def table_name(table: tuple[str, str]) -> str:
    schema, name = table
    return written(name) if schema == "public" else f"{written(schema)}.{written(name)}"


def written(name: str) -> str:
    """A name as one writes it: in quotes only where PostgreSQL would read something else without them."""
    return name if _PLAIN.fullmatch(name) and _is_read_as_a_name(name) else '"' + name.replace('"', '""') + '"'


def _is_read_as_a_name(name: str) -> bool:
    """Whether it is no key word: `order` is none of SQL's expressions, and `user` is another."""
    try:
        (statement,) = parse(f"SELECT 1 ORDER BY {name}")
    except Refusal:
        return False
    (key,) = statement["stmt"]["SelectStmt"]["sortClause"]
    kind, fields = only(key["SortBy"]["node"])
    return kind == "ColumnRef" and names(fields["fields"]) == (name,)
