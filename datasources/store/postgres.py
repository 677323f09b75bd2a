"""The store without any further service: unlogged tables of the central database, over its pool of connections."""

import os
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from time import monotonic
from typing import Any, cast

import psycopg
from django.db import connections
from psycopg.pq import TransactionStatus
from psycopg_pool import ConnectionPool

from datasources.store import statements
from datasources.store.base import Counted, Flight, StoreDown
from datasources.store.deadline import answer_of

SHARDS = 16
ENTRY_BYTES = 200  # about what a row and its places in the indexes take beside key and value
SWEEP_SECONDS = 30.0
ROOM_SHARE = 32  # the part of the whole that is made free at once
ROOM_ROUNDS = 20  # for one large entry that takes the place of very many small ones
SWEPT_SHARE = 16  # the part that is swept at once, of what expired
WRITTEN_A_SECOND = 20_000_000  # bytes a busy server takes in; so much longer a large value may take

TRUE = b"\x01"  # a boolean, as the protocol writes it
Value = bytes | str | None
Row = list[bytes | None]


def central_pool() -> ConnectionPool[Any]:
    pool = cast(Any, connections["default"]).pool
    pool.open()
    return cast("ConnectionPool[Any]", pool)


class PostgresBackend:
    """At most `whole_bytes` of entries; the oldest go first.

    Who puts too much makes room, some per cent of the whole at once; who writes anything sweeps now and then. Nothing is
    part of the caller's transaction.
    """

    def __init__(
        self, *, whole_bytes: int, patience_seconds: float, pool: Callable[[], ConnectionPool[Any]] = central_pool
    ) -> None:
        self._whole_bytes = whole_bytes
        self._pool = pool
        self._patience_seconds = patience_seconds
        self._sweep_at = 0.0

    def get_many(self, keys: Sequence[bytes]) -> dict[bytes, bytes]:
        return {key or b"": value or b"" for key, value in self._run(statements.GET, _array(keys))}

    def put(self, key: bytes, value: bytes, seconds: float) -> bool:
        size = len(key) + len(value) + ENTRY_BYTES
        longer = len(value) / WRITTEN_A_SECOND
        before = self._run(statements.PUT, key, value, str(size), str(seconds), _shard(), longer_seconds=longer)
        if _number(before) + size > self._whole_bytes:
            self._make_room()
        self._sweep_if_due()
        return True

    def delete(self, keys: Sequence[bytes]) -> None:
        self._run(statements.DELETE, _shard(), _array(keys))

    def claim(self, key: bytes, token: str, seconds: float) -> tuple[bool, bytes | None]:
        ((is_ours, was_led, value),) = self._run(statements.CLAIM, key, token, str(seconds))
        if is_ours == TRUE == was_led:  # who led landed meanwhile, after the statement looked for a value
            value = self.get_many([key]).get(key)
        return is_ours == TRUE, value

    def extend(self, key: bytes, token: str, seconds: float) -> bool:
        return bool(self._run(statements.EXTEND, key, token, str(seconds)))

    def release(self, key: bytes, token: str, outcome: bytes | None, outcome_seconds: float) -> bool:
        is_ours = bool(self._run(statements.RELEASE, key, token, outcome, str(outcome_seconds)))
        self._sweep_if_due()
        return is_ours

    def look(self, key: bytes) -> Flight:
        for leader, landed, outcome in self._run(statements.LOOK, key):
            return Flight(_text(leader), _text(landed), outcome)
        return Flight()

    def add(self, key: bytes, amount: int, seconds: float) -> Counted:
        rows = self._run(statements.ADD, key, str(amount), str(seconds))
        self._sweep_if_due()
        return Counted(_number(rows), _number(rows, place=1) / 1_000)

    def held_bytes(self) -> int:
        return _number(self._run(statements.HELD))

    def close(self) -> None:
        """The pool belongs to the central database."""

    def _make_room(self) -> None:
        self._sweep()
        roomy_bytes = self._whole_bytes - self._whole_bytes // ROOM_SHARE
        for _ in range(ROOM_ROUNDS):
            if not self._run(statements.MAKE_ROOM, _shard(), str(self._whole_bytes), str(roomy_bytes)):
                return

    def _sweep_if_due(self) -> None:
        if monotonic() >= self._sweep_at:  # two threads may both come here: the second finds nothing to do
            self._sweep_at = monotonic() + SWEEP_SECONDS
            self._sweep()

    def _sweep(self) -> None:
        self._run(statements.SWEEP, _shard(), str(self._whole_bytes // SWEPT_SHARE))

    def _run(self, statement: str, *values: Value, longer_seconds: float = 0.0) -> list[Row]:
        """One statement, by the protocol that keeps values apart from SQL; they and the answer are binary."""
        with self._connection() as connection:
            connection.pgconn.send_query_params(
                statement.encode(),
                [value.encode() if isinstance(value, str) else value for value in values],
                param_formats=[int(isinstance(value, bytes)) for value in values],
                result_format=1,
            )
            answer = answer_of(connection, silence_seconds=self._patience_seconds + longer_seconds)
        return [[answer.get_value(row, place) for place in range(answer.nfields)] for row in range(answer.ntuples)]

    @contextmanager
    def _connection(self) -> Iterator[psycopg.Connection[Any]]:
        """One of the pool's. Whatever goes wrong is StoreDown, that the pool is closed at the end of a process too.

        A connection that still waits for an answer is not used again.
        """
        connection = None
        try:
            pool = self._pool()
            connection = pool.getconn(timeout=self._patience_seconds)
            yield connection
        except psycopg.Error as error:
            if connection is not None and connection.pgconn.transaction_status != TransactionStatus.IDLE:
                connection.close()
            raise StoreDown(f"PostgreSQL: {type(error).__name__}") from error
        finally:
            if connection is not None:
                pool.putconn(connection)


def _shard() -> str:
    return str(os.getpid() % SHARDS)


def _array(keys: Sequence[bytes]) -> str:
    quoted = ",".join(rf'"\\x{key.hex()}"' for key in keys)
    return f"{{{quoted}}}"


def _text(value: bytes | None) -> str | None:
    return None if value is None else value.decode()


def _number(rows: list[Row], *, place: int = 0) -> int:
    """A bigint, as the protocol writes it."""
    return int.from_bytes(rows[0][place] or b"", "big", signed=True)
