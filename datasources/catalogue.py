"""What a tenant's database has: the tables its role may read, their columns and indexes, and names the guard must know."""

import threading
import time
from collections import OrderedDict
from collections.abc import Hashable
from dataclasses import dataclass, field

from django.conf import settings

from datasources.allowed import EXTENSION_FUNCTIONS
from datasources.base import Limits
from datasources.errors import Lack, QueryRefused
from datasources.executor import run
from datasources.frame import rows_of
from datasources.guard import Policy
from datasources.statement import Statement
from tenants.database import Database
from tenants.key import Key
from tenants.session_options import schemas

KEPT_SECONDS = 600.0
YOUNG_SECONDS = 5.0  # an older catalogue is read again before a name is called unknown
KEPT_CATALOGUES = 200
MOST_COLUMNS = 200_000

# relkind: r table, p partitioned, v view, m materialized view; foreign tables reach other servers and are left out.
_COLUMNS = """
SELECT n.nspname, c.relname, c.relkind::text, c.reltuples::float8, a.attname, t.typname, a.attnum,
       EXISTS (SELECT FROM pg_index i WHERE i.indrelid = c.oid AND i.indkey[0] = a.attnum AND i.indisvalid) AS leads_index,
       EXISTS (SELECT FROM pg_index i WHERE i.indrelid = c.oid AND i.indisprimary AND a.attnum = ANY (i.indkey)) AS is_key
FROM pg_class c
JOIN pg_namespace n ON n.oid = c.relnamespace
JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped
JOIN pg_type t ON t.oid = a.atttypid
WHERE n.nspname = ANY ($1::text[]) AND c.relkind IN ('r', 'p', 'v', 'm')
  AND has_schema_privilege(n.oid, 'USAGE') AND has_column_privilege(c.oid, a.attnum, 'SELECT')
ORDER BY n.nspname, c.relname, a.attnum
"""

# What the guard must know besides: names that mean something else in this database than they do elsewhere.
# A view is closed, and so is every view over it, when reading it runs a function with its owner's rights or with effects,
# or reaches a foreign table. PostgreSQL records no dependency on its own functions.
_NAMES = """
WITH RECURSIVE mine AS (
    SELECT p.oid, n.nspname, p.proname, t.typtype = 'c' OR t.typname IN ('record', 'any', 'anyelement', 'anynonarray',
               'anycompatible', 'anycompatiblenonarray') AS takes_row,
           p.pronargs - p.pronargdefaults <= 1 AND (p.pronargs >= 1 OR p.provariadic <> 0) AS takes_one
    FROM pg_proc p JOIN pg_namespace n ON n.oid = p.pronamespace LEFT JOIN pg_type t ON t.oid = p.proargtypes[0]
    WHERE n.nspname NOT IN ('pg_catalog', 'information_schema')
), depends AS (
    SELECT r.ev_class AS view, d.refobjid AS oid
    FROM pg_rewrite r JOIN pg_depend d ON d.classid = 'pg_rewrite'::regclass AND d.objid = r.oid
    JOIN pg_class v ON v.oid = r.ev_class AND v.relkind = 'v'
    WHERE d.refobjid <> r.ev_class
), closed AS (
    SELECT view FROM depends WHERE oid IN (
        SELECT p.oid FROM pg_proc p WHERE p.prosecdef OR p.provolatile = 'v'
        UNION SELECT o.oid FROM pg_operator o JOIN pg_proc p ON p.oid = o.oprcode WHERE p.prosecdef OR p.provolatile = 'v'
        UNION SELECT oid FROM pg_class WHERE relkind = 'f')
    UNION SELECT depends.view FROM depends JOIN closed ON closed.view = depends.oid
)
SELECT 'attribute', '', proname FROM mine WHERE takes_one AND takes_row
UNION SELECT 'field', '', proname FROM mine WHERE takes_one AND NOT takes_row
UNION SELECT 'field', '', typname FROM pg_type WHERE typtype = 'd' AND typnamespace <> 'information_schema'::regnamespace
UNION SELECT 'shadow', '', proname FROM mine
      WHERE nspname = ANY ($1::text[])
        AND NOT EXISTS (SELECT FROM pg_depend d WHERE d.objid = mine.oid AND d.deptype = 'e')
        AND EXISTS (SELECT FROM pg_proc b WHERE b.proname = mine.proname AND b.pronamespace = 'pg_catalog'::regnamespace)
UNION SELECT 'function', '', name FROM unnest($2::text[]) AS name
      WHERE NOT EXISTS (SELECT FROM mine WHERE proname = name
                        AND NOT EXISTS (SELECT FROM pg_depend d WHERE d.objid = mine.oid AND d.deptype = 'e'))
UNION SELECT 'bucket', '', p.proname FROM pg_proc p JOIN pg_namespace n ON n.oid = p.pronamespace
      JOIN pg_depend d ON d.classid = 'pg_proc'::regclass AND d.objid = p.oid AND d.deptype = 'e'
      JOIN pg_extension e ON e.oid = d.refobjid AND e.extname = 'timescaledb'
      WHERE p.proname = 'time_bucket' AND n.nspname = ANY ($1::text[])
        AND oidvectortypes(p.proargtypes) = 'interval, timestamp with time zone, timestamp with time zone'
        AND has_schema_privilege(n.oid, 'USAGE') AND has_function_privilege(p.oid, 'EXECUTE')
UNION SELECT 'enum', n.nspname, t.typname FROM pg_type t JOIN pg_namespace n ON n.oid = t.typnamespace
      WHERE t.typtype = 'e' AND n.nspname = ANY ($1::text[])
UNION SELECT 'hidden', n.nspname, c.relname FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
      WHERE n.nspname = ANY ($1::text[]) AND c.relkind IN ('r', 'p', 'v', 'm', 'f')
        AND (c.relkind = 'f' OR c.oid IN (SELECT view FROM closed)
             OR NOT has_schema_privilege(n.oid, 'USAGE') OR NOT has_any_column_privilege(c.oid, 'SELECT'))
"""


@dataclass(frozen=True, slots=True)
class TableColumn:
    name: str
    type_name: str
    leads_index: bool
    is_key: bool


@dataclass(frozen=True, slots=True)
class Table:
    """`rows` is PostgreSQL's own estimate, -1 where it has none."""

    schema: str
    name: str
    is_view: bool
    rows: float
    columns: dict[str, TableColumn]

    @property
    def key(self) -> tuple[str, ...]:
        return tuple(column.name for column in self.columns.values() if column.is_key)


@dataclass(frozen=True, slots=True)
class Catalogue:
    tables: dict[tuple[str, str], Table]
    names: dict[str, frozenset[str]]
    hidden: frozenset[tuple[str, str]]
    read_at: float = field(default_factory=time.monotonic)

    @property
    def has_time_bucket(self) -> bool:
        """Whether TimescaleDB's function is there, and no other function that takes its name."""
        return "time_bucket" in self.names.get("bucket", frozenset()) & self.names["function"]

    def find(self, name: str, search_path: tuple[str, ...]) -> Table | None:
        """A table by `name` or `schema.name`; a name with dots in it is tried as it stands first."""
        for schema in search_path:
            if (schema, name) in self.tables:
                return self.tables[schema, name]
        schema, _, rest = name.partition(".")
        return self.tables.get((schema, rest))


_known: OrderedDict[tuple[Key, Hashable], Catalogue] = OrderedDict()
_lock = threading.Lock()


def catalogue(database: Database, *, youngest: float = KEPT_SECONDS) -> Catalogue:
    """The database's catalogue, read again where it is older than `youngest` seconds. Raises SourceError."""
    key = (database.key, database.connection_version)
    with _lock:
        found = _known.get(key)
        if found is not None and time.monotonic() - found.read_at <= youngest:
            _known.move_to_end(key)
            return found
    found = _read(database)
    with _lock:
        _known[key] = found
        while len(_known) > KEPT_CATALOGUES:
            _known.popitem(last=False)
    return found


def invalidate(database: Database) -> None:
    """Forget it: a name it has turned out to be gone, or of another type."""
    with _lock:
        _known.pop((database.key, database.connection_version), None)


def find_table(database: Database, name: str) -> Table:
    """A table the tenant's role may read. Raises QueryRefused, and SourceError where the catalogue cannot be read."""
    for youngest in (KEPT_SECONDS, YOUNG_SECONDS):
        if (table := catalogue(database, youngest=youngest).find(name, schemas(database))) is not None:
            return table
    is_hidden = any((schema, name) in catalogue(database).hidden for schema in schemas(database))
    raise QueryRefused(
        "A table this panel needs is not in this tenant's database.",
        detail=f"There is no table or view “{name}”{' that the role may read' if is_hidden else ''}.",
        lack=Lack("right" if is_hidden else "table", name),
    )


def policy(database: Database, *, statistics: bool = False, youngest: float = KEPT_SECONDS) -> Policy:
    """What the guard allows in SQL for this database."""
    known = catalogue(database, youngest=youngest)
    return Policy(
        relations=frozenset(known.tables),
        search_path=schemas(database),
        functions=known.names["function"],
        enums=known.names["enum"],
        attribute_functions=known.names["attribute"],
        field_functions=known.names["field"],
        hidden_relations=known.hidden,
        shadowing_functions=known.names["shadow"] - known.names["function"],
        statistics=statistics,
    )


def _read(database: Database) -> Catalogue:
    paths = list(schemas(database))
    limits = Limits(timeout_ms=settings.PANEL_TIMEOUT_MS, rows=MOST_COLUMNS, bytes=settings.PANEL_BYTE_LIMIT)
    frames = run(
        database,
        {
            "columns": Statement(_COLUMNS, (paths,)),
            "names": Statement(_NAMES, (paths, sorted(EXTENSION_FUNCTIONS))),
        },
        limits,
    )
    tables: dict[tuple[str, str], Table] = {}
    for schema, name, kind, rows, column, type_name, _, leads, is_key in rows_of(frames, "columns").rows():
        table = tables.setdefault((schema, name), Table(schema, name, kind == "v", rows, {}))
        table.columns[column] = TableColumn(column, type_name, leads, is_key)
    names: dict[str, set[str]] = {what: set() for what in ("attribute", "field", "shadow", "function", "bucket", "enum")}
    hidden: set[tuple[str, str]] = set()
    for what, schema, name in rows_of(frames, "names").rows():
        if what == "hidden":
            hidden.add((schema, name))
        else:
            names[what] |= {name, f"{schema}.{name}"} if what == "enum" else {name}
    for closed in hidden & tables.keys():
        del tables[closed]
    return Catalogue(tables, {what: frozenset(found) for what, found in names.items()}, frozenset(hidden))
