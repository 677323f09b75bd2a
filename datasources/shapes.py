"""What a statement answers, as the server describes it before it runs; remembered, so that a repeat costs no round trip."""

import re
import threading
from collections import OrderedDict
from collections.abc import Hashable
from dataclasses import dataclass

import psycopg
from psycopg import errors
from psycopg.generators import execute
from psycopg.pq import ExecStatus
from psycopg.pq.abc import PGresult

from datasources import values
from datasources.errors import QueryRefused
from datasources.frame import Column
from tenants.database import Database
from tenants.key import Key

MAX_COLUMNS = 250
KEPT_DESCRIPTIONS = 2_048
_Place = tuple[Key, Hashable, str]

_NAMES_NO_COLUMN = re.compile(r"\*|\btable\b", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Shape:
    """What a statement answers, as the server described it."""

    columns: tuple[Column, ...]
    oids: tuple[int, ...]


_shapes: OrderedDict[_Place, Shape] = OrderedDict()
_shapes_lock = threading.Lock()


def describe(connection: psycopg.Connection, database: Database, sql: str) -> Shape:
    """Names and types of a statement's columns. Remembered: a repeat costs no round trip."""
    key = _key(database, sql)
    with _shapes_lock:
        if (shape := _shapes.get(key)) is not None:
            _shapes.move_to_end(key)
            return shape
    shape = ask_for_shape(connection, sql)
    with _shapes_lock:
        _shapes[key] = shape
        while len(_shapes) > KEPT_DESCRIPTIONS:
            _shapes.popitem(last=False)
    return shape


def known_shape(database: Database, sql: str) -> Shape | None:
    """What is remembered of a statement."""
    with _shapes_lock:
        return _shapes.get(_key(database, sql))


def ask_for_shape(connection: psycopg.Connection, sql: str) -> Shape:
    """Ask the server, whatever is remembered. Raises QueryRefused for too many columns, and what psycopg raises."""
    server = connection.pgconn
    server.send_prepare(b"", sql.encode())
    _answer_of(connection)
    server.send_describe_prepared(b"")
    described = _answer_of(connection)
    if described.nfields > MAX_COLUMNS:
        raise QueryRefused(f"The query has {described.nfields} columns; {MAX_COLUMNS} are the most.")
    oids = tuple(described.ftype(place) for place in range(described.nfields))
    names = values.unique_names((described.fname(place) or b"").decode() for place in range(described.nfields))
    return Shape(tuple(values.column(name, oid) for name, oid in zip(names, oids, strict=True)), oids)


def forget_shape(database: Database, sql: str) -> None:
    with _shapes_lock:
        _shapes.pop(_key(database, sql), None)


def forget_shapes(database: Database) -> bool:
    """Forget what is remembered of a database's statements. True when there was anything, so that a retry can help."""
    with _shapes_lock:
        old = [key for key in _shapes if key[0] == database.key]
        for key in old:
            del _shapes[key]
    return bool(old)


def by_name(sql: str, shape: Shape) -> str:
    """A statement with its columns in the order they were described in.

    Under `SELECT *` a table may have them in another one since: by their places they would be taken for one another.
    """
    names = [column.name for column in shape.columns]
    if _NAMES_NO_COLUMN.search(sql) is None or not all(values.is_own(name, names) for name in names):
        return sql
    return f"SELECT {', '.join(map(values.quoted, names)) or '*'} FROM (\n{sql}\n) AS s"


def _key(database: Database, sql: str) -> _Place:
    return database.key, database.connection_version, sql


def _answer_of(connection: psycopg.Connection) -> PGresult:
    """What the server says to what was sent. libpq's own waiting calls hold the GIL: a silent server would stop the process."""
    (answer,) = connection.wait(execute(connection.pgconn))
    if answer.status != ExecStatus.COMMAND_OK:
        raise errors.error_from_result(answer)
    return answer
