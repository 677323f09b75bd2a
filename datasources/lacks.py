"""What a tenant's database lacks for a query, from PostgreSQL's own errors: what kind of thing, and its name."""

import re
from collections.abc import Generator, Iterable
from typing import Literal

import psycopg
from psycopg import errors

from datasources.errors import Lack, SourceError
from datasources.frame import Frame
from datasources.guard.refusal import Refusal
from datasources.guard.statement import read

_KINDS: tuple[tuple[tuple[type[psycopg.Error], ...], Literal["table", "column", "right", "type"]], ...] = (
    ((errors.UndefinedTable, errors.InvalidSchemaName), "table"),
    ((errors.UndefinedColumn,), "column"),
    ((errors.InsufficientPrivilege,), "right"),
    ((errors.DatatypeMismatch, errors.UndefinedFunction, errors.AmbiguousFunction, errors.CannotCoerce), "type"),
)
# Names stand in quotes of the server's language; a name with its table stands bare, and what may not be read comes last.
_QUOTED = re.compile(r"[\"„“”«»]\s?([^\"„“”«»]+?)\s?[\"“”«»]")
_DOTTED = re.compile(r"[^\W\d]\w*(?:\.\w+)+")
_LAST = re.compile(r"\S+$")


def lack_of(error: psycopg.Error) -> Lack | None:
    """None where the database has all that the query needs, and something else is wrong."""
    kind = next((kind for classes, kind in _KINDS if isinstance(error, classes)), None)
    if kind is None:
        return None
    return Lack(kind, name_in(error.diag.message_primary or "", kind))


def name_in(said: str, kind: str) -> str:
    """The name in a server's message, whatever its language; empty where there is none."""
    if kind == "type":  # what does not fit which is a sentence, not a name
        return ""
    patterns = (_LAST,) if kind == "right" else (_QUOTED, _DOTTED)
    found = next((match for pattern in patterns if (match := pattern.search(said))), None)
    return "" if found is None else found[found.lastindex or 0]


def of_its_table(lack: Lack, sql: str) -> Lack:
    """A column's name with its table's, where the query tells which: `o.discount` or `discount` is `orders.discount`."""
    if lack.kind != "column" or not lack.name:
        return lack
    try:
        tables = read(sql).tables
    except Refusal:
        return lack
    alias, _, column = lack.name.rpartition(".")
    known = set(tables.values())
    table = tables.get(alias) if alias else next(iter(known)) if len(known) == 1 else None
    return Lack("column", f"{table}.{column}" if table else column)


def name_table(error: SourceError, texts: Iterable[str]) -> None:
    """Let an error that lacks a column say of which table, as the SQL that was run tells."""
    if error.lack is not None:
        named = (of_its_table(error.lack, sql) for sql in texts)
        error.lack = next((lack for lack in named if "." in lack.name), error.lack)


def naming_tables(frames: Generator[Frame, None, None], sql: str) -> Generator[Frame, None, None]:
    """The same frames; an error among them is told of its table."""
    try:
        yield from frames
    except SourceError as error:
        name_table(error, [sql])
        raise
