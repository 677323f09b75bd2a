"""The cache that is there without any further service: an unlogged table of the central database, JSON in it."""

import logging
import random
from collections.abc import Iterable
from contextlib import AbstractContextManager, nullcontext
from typing import Any

import orjson
from django.core.cache.backends.base import DEFAULT_TIMEOUT, BaseCache
from django.db import DatabaseError, connection, transaction
from prometheus_client import Counter

MOST_ENTRIES = 100_000
CULL_EVERY = 500  # writes, on average
CULL_AT_MOST = 5_000

FAILURES = Counter("paneldash_cache_failures_total", "Cache operations that failed and counted as a miss")
logger = logging.getLogger(__name__)

GET = "SELECT key, value FROM paneldash_cache WHERE key = ANY(%s) AND expires_at > statement_timestamp()"
PUT = """
INSERT INTO paneldash_cache AS old (key, value, expires_at)
VALUES (%s, %s, statement_timestamp() + make_interval(secs => %s)) ON CONFLICT (key) DO UPDATE
SET value = excluded.value, expires_at = excluded.expires_at"""
ADD = f"{PUT} WHERE old.expires_at <= statement_timestamp() RETURNING true"
TOUCH = """
UPDATE paneldash_cache SET expires_at = statement_timestamp() + make_interval(secs => %s)
WHERE key = %s AND expires_at > statement_timestamp() RETURNING true"""
ADD_UP = """
UPDATE paneldash_cache SET value = (value::bigint + %s)::text
WHERE key = %s AND expires_at > statement_timestamp() RETURNING value::bigint"""
DELETE = "DELETE FROM paneldash_cache WHERE key = %s RETURNING true"
CULL = """
DELETE FROM paneldash_cache WHERE key IN (
  SELECT key FROM paneldash_cache
  WHERE expires_at <= statement_timestamp() OR (SELECT count(*) FROM paneldash_cache) > %s
  ORDER BY expires_at LIMIT %s)"""
FORGET_EXPIRED = "DELETE FROM paneldash_cache WHERE expires_at <= statement_timestamp()"
A_CENTURY = 100 * 365 * 86_400


class TableCache(BaseCache):
    """Shared by all processes; every operation is one statement. A failure is a miss and is counted.

    `add` answers False when it fails, so that a lock built on it is not had: throttles fail closed.
    """

    def __init__(self, _location: str, params: dict[str, Any]) -> None:
        super().__init__(params)

    def get(self, key: str, default: Any = None, version: int | None = None) -> Any:
        return self.get_many([key], version).get(key, default)

    def get_many(self, keys: Iterable[str], version: int | None = None) -> dict[str, Any]:
        names = {self.make_and_validate_key(key, version): key for key in keys}
        return {names[name]: orjson.loads(value) for name, value in self._run(GET, [list(names)])}

    def set(self, key: str, value: Any, timeout: Any = DEFAULT_TIMEOUT, version: int | None = None) -> None:
        self._put(PUT, key, value, timeout, version)

    def add(self, key: str, value: Any, timeout: Any = DEFAULT_TIMEOUT, version: int | None = None) -> bool:
        return bool(self._put(f"{ADD}", key, value, timeout, version))

    def touch(self, key: str, timeout: Any = DEFAULT_TIMEOUT, version: int | None = None) -> bool:
        name = self.make_and_validate_key(key, version)
        return bool(self._run(TOUCH, [self._lifetime_seconds(timeout), name]))

    def incr(self, key: str, delta: int = 1, version: int | None = None) -> int:
        rows = self._run(ADD_UP, [delta, self.make_and_validate_key(key, version)])
        if not rows:
            raise ValueError(f"Key {key!r} not found")
        return int(rows[0][0])

    def delete(self, key: str, version: int | None = None) -> bool:
        return bool(self._run(DELETE, [self.make_and_validate_key(key, version)]))

    def clear(self) -> None:
        self._run("TRUNCATE paneldash_cache", [])

    def _put(self, statement: str, key: str, value: Any, timeout: Any, version: int | None) -> list[tuple[Any, ...]]:
        name, text = self.make_and_validate_key(key, version), orjson.dumps(value).decode()
        rows = self._run(statement, [name, text, self._lifetime_seconds(timeout)])
        if random.randrange(CULL_EVERY) == 0:  # noqa: S311
            self._run(CULL, [MOST_ENTRIES, CULL_AT_MOST])
        return rows

    def _lifetime_seconds(self, timeout: Any) -> float:
        chosen = self.default_timeout if timeout is DEFAULT_TIMEOUT else timeout
        return A_CENTURY if chosen is None else chosen

    def _run(self, statement: str, values: list[Any]) -> list[tuple[Any, ...]]:
        # Inside a transaction a failing statement would take the caller's work with it; a savepoint keeps it apart.
        guard: AbstractContextManager[Any] = transaction.atomic() if connection.in_atomic_block else nullcontext()
        try:
            with guard, connection.cursor() as cursor:
                cursor.execute(statement, values)
                return cursor.fetchall() if cursor.description else []
        except DatabaseError as error:
            FAILURES.inc()
            logger.warning("cache: %s", error)
            return []
