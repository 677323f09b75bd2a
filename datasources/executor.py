"""The only place that runs people's SQL in a tenant's database: one read-only transaction, a statement at a time, within limits.

A statement is described first, then wrapped: `SELECT <cells, cut to size> FROM (<statement>) LIMIT n`. In a sub-select
PostgreSQL itself refuses everything that is not a plain SELECT; the extended protocol refuses a second statement.
"""

import time
from collections.abc import Generator, Iterator, Mapping
from dataclasses import replace
from itertools import chain, islice

import psycopg
from psycopg import RawCursor, errors

from datasources import values
from datasources.base import Limits
from datasources.budget import budget
from datasources.errors import QueryRefused, SourceError, SourceUnavailable
from datasources.files import files
from datasources.frame import Answered, Column, Frame, SeriesFrame
from datasources.rows import CHUNK_ROWS, Row, collect, frame_of, rows_at_once
from datasources.series import ELEMENT_BYTES, find_points, register
from datasources.shapes import Shape, ask_for_shape, by_name, describe, forget_shape, forget_shapes, known_shape
from datasources.statement import Statement
from datasources.transaction import begin, told, transaction
from tenants.database import Database

GONE = (errors.AdminShutdown, errors.CrashShutdown, errors.CannotConnectNow)
# What has no binary form in Python (the driver's own complaint, without a state), and numbers and times out of range.
UNREADABLE = (None, "22003", "22008")
CHANGED = (
    errors.UndefinedTable, errors.UndefinedColumn, errors.UndefinedFunction, errors.DatatypeMismatch,
    errors.InvalidColumnReference, errors.CannotCoerce,
)  # fmt: skip


def run(database: Database, statements: Mapping[str, Statement], limits: Limits) -> dict[str, Answered]:
    """Run statements one after the other on one snapshot; an answer each, under the same name. Raises SourceError."""
    try:
        return _run_once(database, statements, limits)
    except SourceUnavailable as error:
        if not isinstance(error.__cause__, (*GONE, psycopg.OperationalError)) or isinstance(
            error.__cause__, errors.QueryCanceled
        ):
            raise
        return _run_once(database, statements, limits)
    except SourceError as error:
        if not isinstance(error.__cause__, CHANGED) or not forget_shapes(database):
            raise
        return _run_once(database, statements, limits)


def columns_of(database: Database, statement: Statement, limits: Limits) -> tuple[Column, ...]:
    """The columns a statement answers; they are remembered, so that it runs once at most. Raises as `run`."""
    shape = known_shape(database, statement.sql)
    if shape is not None:
        return shape.columns
    answer = run(database, {"columns": statement}, limits)["columns"]
    assert isinstance(answer, Frame)  # as no series was asked for
    return answer.columns


def stream(database: Database, statement: Statement, limits: Limits) -> Generator[Frame, None, None]:
    """One statement's rows in Frames of a few each, in constant memory; the last one says if `limits.rows` cut it.

    Times come as text: an infinite one in row 100,000 could not be asked for again.
    """
    with files.writing(database.owner), transaction(database, limits) as connection:
        yield from budget.spending_on(database.owner, _frames(connection, statement, limits))


def _frames(connection: psycopg.Connection, statement: Statement, limits: Limits) -> Iterator[Frame]:
    """Each is as many rows as arrive at once: none is held for another."""
    shape = ask_for_shape(connection, statement.sql)
    rows = _stream(connection, statement, shape, limits.rows, times_as_text=True)
    size, sent = rows_at_once(shape), 0
    while piece := list(islice(rows, size)):
        if sent + len(piece) > limits.rows:
            yield frame_of(shape, piece[: limits.rows - sent], truncated=True)
            return
        yield frame_of(shape, piece)
        sent += len(piece)
    if not sent:
        yield frame_of(shape, [])


def _run_once(database: Database, statements: Mapping[str, Statement], limits: Limits) -> dict[str, Answered]:
    with transaction(database, limits) as connection, budget.spending(database.owner, queries=len(statements)):
        return {name: _answer(connection, database, statement, limits) for name, statement in statements.items()}


def _answer(connection: psycopg.Connection, database: Database, statement: Statement, limits: Limits) -> Answered:
    started = time.perf_counter()
    shape = describe(connection, database, statement.sql)
    read = _rows if statement.series_zone is None else _series
    try:
        answer = read(connection, statement, shape, limits)
    except psycopg.DataError as error:
        if error.sqlstate not in UNREADABLE:
            raise
        told(connection, f"ROLLBACK; {begin(limits)}")
        answer = read(connection, statement, shape, limits, careful=True)
    except QueryRefused:  # its columns do not fit: who mends them is seen with the next refresh
        forget_shape(database, statement.sql)
        raise
    return replace(answer, sql=statement.sql, elapsed_ms=(time.perf_counter() - started) * 1_000)


def _rows(connection: psycopg.Connection, statement: Statement, shape: Shape, limits: Limits, *, careful: bool = False) -> Frame:
    rows, is_cut = collect(
        _stream(connection, statement, shape, limits.rows, times_as_text=careful),
        shape,
        most_rows=limits.rows,
        most_bytes=limits.bytes,
    )
    return frame_of(shape, rows, truncated=is_cut)


def _series(
    connection: psycopg.Connection, statement: Statement, shape: Shape, limits: Limits, *, careful: bool = False
) -> SeriesFrame:
    assert statement.series_zone is not None
    points = find_points(shape.columns, shape.oids, statement.series_zone)
    most = min(limits.rows, limits.bytes // (ELEMENT_BYTES * (1 + len(points.values))))
    cursor = RawCursor(connection)
    register(cursor.adapters)
    groups: list[Row] = []
    taken, is_cut = 0, False
    sql = points.sql(by_name(statement.sql, shape), most, careful=careful)
    answer = cursor.stream(sql, statement.parameters, binary=True, size=CHUNK_ROWS)
    while not is_cut and (chunk := list(islice(answer, CHUNK_ROWS))):
        groups += chunk
        taken += points.label_bytes(chunk)
        is_cut = taken > limits.bytes
    series, came, lost = points.read(groups, most)
    return SeriesFrame(series, row_count=min(came, most), lost=lost, truncated=is_cut or came > most)


def _wrapped(statement: Statement, shape: Shape, rows: int, *, times_as_text: bool = False) -> str:
    places = range(len(shape.oids))
    cells = [values.cell(place, shape.oids[place], times_as_text=times_as_text) for place in places]
    names = ", ".join(f"c{place}" for place in places)
    alias = f"q({names})" if names else "q"
    return f"SELECT {', '.join(cells)} FROM (\n{by_name(statement.sql, shape)}\n) AS {alias} LIMIT {rows + 1}"


def _stream(
    connection: psycopg.Connection, statement: Statement, shape: Shape, rows: int, *, times_as_text: bool = False
) -> Iterator[Row]:
    """Rows as they arrive, of the types they were described with."""
    cursor = RawCursor(connection)
    sql = _wrapped(statement, shape, rows, times_as_text=times_as_text)
    answer = cursor.stream(sql, statement.parameters, binary=True, size=rows_at_once(shape))
    first = next(answer, None)
    for oid, column in zip(shape.oids, cursor.description or (), strict=False):
        if values.answered_oid(oid, times_as_text=times_as_text) not in (None, column.type_code):
            raise errors.DatatypeMismatch("A column has another type than it was described with.")
    return chain([first], answer) if first is not None else iter(())
