"""The store in Redis, for several hosts. How much it holds and what goes first is Redis' own business: `maxmemory`."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

from redis import Redis
from redis.backoff import NoBackoff
from redis.exceptions import NoPermissionError, OutOfMemoryError, RedisError
from redis.maint_notifications import MaintNotificationsConfig
from redis.retry import Retry

from datasources.store.base import Counted, Flight, StoreDown

VALUE, FLIGHT, LANDING, COUNTER = (b"paneldash:%s:" % kind for kind in (b"value", b"flight", b"landing", b"counter"))

EXTEND = """
if redis.call('get', KEYS[1]) ~= ARGV[1] then return 0 end
return redis.call('pexpire', KEYS[1], ARGV[2])"""

# A landing without an outcome takes the last one's away.
RELEASE = """
if redis.call('get', KEYS[1]) ~= ARGV[1] then return 0 end
redis.call('del', KEYS[1], KEYS[2])
if ARGV[2] then redis.call('set', KEYS[2], ARGV[1] .. ':' .. ARGV[2], 'PX', ARGV[3]) end
return 1"""

ADD = """
local total = redis.call('incrby', KEYS[1], ARGV[1])
if redis.call('pttl', KEYS[1]) < 0 then redis.call('pexpire', KEYS[1], ARGV[2]) end
return {total, redis.call('pttl', KEYS[1])}"""


class RedisBackend:
    """A connection that was lost is made anew once; a command is never sent twice."""

    def __init__(self, url: str, *, patience_seconds: float) -> None:
        self._client: Any = Redis.from_url(
            url,
            socket_timeout=patience_seconds,
            socket_connect_timeout=patience_seconds,
            retry=Retry(NoBackoff(), 0),
            maint_notifications_config=MaintNotificationsConfig(enabled=False),
        )
        self._extend, self._release, self._add = map(self._client.register_script, (EXTEND, RELEASE, ADD))

    def get_many(self, keys: Sequence[bytes]) -> dict[bytes, bytes]:
        with _translated():
            values = self._client.mget([VALUE + key for key in keys])
        return {key: value for key, value in zip(keys, values, strict=True) if value is not None}

    def put(self, key: bytes, value: bytes, seconds: float) -> bool:
        with _translated():
            try:
                self._client.set(VALUE + key, value, px=_ms(seconds))
            except OutOfMemoryError:  # its `maxmemory-policy` evicts nothing: what it holds can still be read
                return False
        return True

    def delete(self, keys: Sequence[bytes]) -> None:
        with _translated():
            self._client.unlink(*(VALUE + key for key in keys))

    def claim(self, key: bytes, token: str, seconds: float) -> tuple[bool, bytes | None]:
        with _translated():
            both = self._client.pipeline(transaction=False)
            both.set(FLIGHT + key, token, nx=True, px=_ms(seconds)).get(VALUE + key)
            is_ours, value = both.execute()
        return bool(is_ours), value

    def extend(self, key: bytes, token: str, seconds: float) -> bool:
        with _translated():
            return bool(self._extend(keys=[FLIGHT + key], args=[token, _ms(seconds)]))

    def release(self, key: bytes, token: str, outcome: bytes | None, outcome_seconds: float) -> bool:
        left: list[bytes | int] = [] if outcome is None else [outcome, _ms(outcome_seconds)]
        with _translated():
            return bool(self._release(keys=[FLIGHT + key, LANDING + key], args=[token, *left]))

    def look(self, key: bytes) -> Flight:
        with _translated():
            leader, landing = self._client.mget([FLIGHT + key, LANDING + key])
        landed, _, outcome = (landing or b"").partition(b":")
        if landing is None:
            return Flight(leader and leader.decode())
        return Flight(leader and leader.decode(), landed.decode(), outcome)

    def add(self, key: bytes, amount: int, seconds: float) -> Counted:
        with _translated():
            total, ms_left = self._add(keys=[COUNTER + key], args=[amount, _ms(seconds)])
        return Counted(int(total), int(ms_left) / 1_000)

    def held_bytes(self) -> int:
        """All that this Redis holds, of others too; 0 where our user may not ask."""
        with _translated():
            try:
                return int(self._client.info("memory")["used_memory"])
            except NoPermissionError:
                return 0

    def close(self) -> None:
        self._client.close()


@contextmanager
def _translated() -> Iterator[None]:
    try:
        yield
    except (RedisError, OSError) as error:
        raise StoreDown(f"Redis: {type(error).__name__}") from error


def _ms(seconds: float) -> int:
    return max(1, round(seconds * 1000))
