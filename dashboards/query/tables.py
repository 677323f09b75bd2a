"""What a query may read, beside the text and for its completion: the schemas, tables and columns of the panel's source."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from datasources.catalogue import KEPT_SECONDS, YOUNG_SECONDS, Catalogue, Table, catalogue
from datasources.errors import SourceError
from datasources.postgres import PostgresSource
from tenants.session_options import schemas

MOST_LISTED = 200  # tables on the page; whoever looks for another one searches
MOST_COMPLETED = 1_000
MOST_COLUMNS = 20_000


@dataclass(frozen=True, slots=True)
class Listed:
    """Tables by schema, and how many there are in all. `error`: why there are none to be had."""

    schemas: tuple[tuple[str, tuple[Table, ...]], ...] = ()
    count: int = 0
    shown: int = 0
    error: str = ""


def list_tables(source: PostgresSource, search: str = "", *, anew: bool = False) -> Listed:
    """The tables whose name, or a column's name, contains what is searched for; all of them without."""
    try:
        known = catalogue(source.database, youngest=YOUNG_SECONDS if anew else KEPT_SECONDS)
    except SourceError as error:
        return Listed(error=error.sentence)
    found = [table for table in _in_order(known, source) if _matches(table, search.strip().lower())]
    shown = found[:MOST_LISTED]
    by_schema: dict[str, list[Table]] = {}
    for table in shown:
        by_schema.setdefault(table.schema, []).append(table)
    return Listed(tuple((name, tuple(tables)) for name, tables in by_schema.items()), len(found), len(shown))


def completions(source: PostgresSource) -> dict[str, Any]:
    """For the editor's script: columns with their types by table by schema, and the schema that names are looked up in first.

    Of a source that cannot be reached, nothing.
    """
    first, *_ = schemas(source.database)
    try:
        known = catalogue(source.database)
    except SourceError:
        return {"schemas": {}, "first": first}
    found: dict[str, dict[str, list[tuple[str, str]]]] = {}
    for table in _few(_in_order(known, source)):
        columns = [(column.name, column.type_name) for column in table.columns.values()]
        found.setdefault(table.schema, {})[table.name] = columns
    return {"schemas": found, "first": first}


def _in_order(known: Catalogue, source: PostgresSource) -> list[Table]:
    """By schema as names are looked up, then by name."""
    place = {name: number for number, name in enumerate(schemas(source.database))}
    return sorted(known.tables.values(), key=lambda table: (place.get(table.schema, len(place)), table.schema, table.name))


def _matches(table: Table, search: str) -> bool:
    names = (f"{table.schema}.{table.name}", *table.columns)
    return any(search in name.lower() for name in names)


def _few(tables: Iterable[Table]) -> Iterable[Table]:
    columns = 0
    for number, table in enumerate(tables):
        columns += len(table.columns)
        if number >= MOST_COMPLETED or columns > MOST_COLUMNS:
            return
        yield table
