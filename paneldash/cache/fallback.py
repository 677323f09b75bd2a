"""With CACHE_URL the cache is Redis; while Redis fails, the table stands in, so that throttles go on counting."""

import logging
from collections.abc import Callable
from time import monotonic
from typing import Any

import orjson
from django.core.cache import caches
from redis.exceptions import RedisError

from paneldash.cache.table import FAILURES

PAUSE_SECONDS = 5.0

logger = logging.getLogger(__name__)
_retry_at = 0.0


class JsonSerializer:
    """No pickle: who can write to Redis must not be able to run code here. What cannot be read is a miss."""

    def dumps(self, value: Any) -> bytes:
        return orjson.dumps(value)

    def loads(self, text: bytes) -> Any:
        try:
            return orjson.loads(text)
        except orjson.JSONDecodeError:
            return None


class FallbackCache:
    """Every operation goes to the cache named `redis`, and to `table` for a while after it failed."""

    def __init__(self, _location: str, _params: dict[str, Any]) -> None: ...

    def __getattr__(self, operation: str) -> Callable[..., Any]:
        def run(*arguments: Any, **named: Any) -> Any:
            global _retry_at
            if monotonic() >= _retry_at:
                try:
                    return getattr(caches["redis"], operation)(*arguments, **named)
                except RedisError as error:
                    _retry_at = monotonic() + PAUSE_SECONDS
                    FAILURES.inc()
                    logger.warning("Redis does not answer, the table stands in: %s", type(error).__name__)
            return getattr(caches["table"], operation)(*arguments, **named)

        return run

    def __contains__(self, key: str) -> bool:
        return bool(self.has_key(key))
