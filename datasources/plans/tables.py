"""What hints must know besides the plan: the tables in it, and how much memory a sort has."""

from collections.abc import Mapping
from dataclasses import dataclass

from datasources.base import Limits
from datasources.catalogue import YOUNG_SECONDS, TableColumn, catalogue
from datasources.executor import run
from datasources.frame import rows_of
from datasources.plans.node import Node, walk
from datasources.statement import Statement
from tenants.database import Database

# `reltuples` is set by CREATE INDEX too: whether a table was ever analysed, only its statistics tell.
# A partition's index is made on the table it is a part of.
_TABLES = """
WITH RECURSIVE wanted AS (
    SELECT c.oid, n.nspname, c.relname, c.reltuples::float8 AS rows,
           EXISTS (SELECT FROM pg_stats s WHERE s.schemaname = n.nspname AND s.tablename = c.relname) AS is_analysed
    FROM unnest($1::text[], $2::text[]) AS asked(schema, name)
    JOIN pg_namespace n ON n.nspname = asked.schema
    JOIN pg_class c ON c.relnamespace = n.oid AND c.relname = asked.name
), above AS (
    SELECT oid, oid AS top FROM wanted
    UNION SELECT above.oid, i.inhparent FROM above JOIN pg_inherits i ON i.inhrelid = above.top
)
SELECT w.nspname, w.relname, tn.nspname, t.relname, w.rows, w.is_analysed
FROM wanted w JOIN above a ON a.oid = w.oid AND NOT EXISTS (SELECT FROM pg_inherits i WHERE i.inhrelid = a.top)
JOIN pg_class t ON t.oid = a.top JOIN pg_namespace tn ON tn.oid = t.relnamespace
"""
_MEMORY = "SELECT pg_size_bytes(current_setting('work_mem'))"


@dataclass(frozen=True, slots=True)
class KnownTable:
    """`whole` is the table it is a partition of, or itself. `rows` is -1 where PostgreSQL does not know."""

    whole: tuple[str, str]
    is_part: bool
    rows: float
    is_analysed: bool
    columns: Mapping[str, TableColumn]


@dataclass(frozen=True, slots=True)
class Surroundings:
    tables: Mapping[tuple[str, str], KnownTable]
    sort_bytes: int


def read_surroundings(database: Database, plan: Node, limits: Limits) -> Surroundings:
    """Read what is known of a plan's tables, as it is now. Raises SourceError."""
    names = sorted({node.relation for node, _ in walk(plan) if node.relation is not None})
    schemas, tables = [schema for schema, _ in names], [name for _, name in names]
    frames = run(database, {"tables": Statement(_TABLES, (schemas, tables)), "memory": Statement(_MEMORY)}, limits)
    columns = {place: table.columns for place, table in catalogue(database, youngest=YOUNG_SECONDS).tables.items()}
    known = {}
    for schema, name, top_schema, top_name, rows, is_analysed in rows_of(frames, "tables").rows():
        here, whole = (schema, name), (top_schema, top_name)
        known[here] = KnownTable(whole, here != whole, rows, is_analysed, columns.get(whole) or columns.get(here, {}))
    return Surroundings(known, int(rows_of(frames, "memory").values[0][0]))
