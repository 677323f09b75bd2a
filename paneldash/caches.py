"""CACHES: the table of the central database, and before it Redis where CACHE_URL names one."""

from typing import Any

TABLE = {"BACKEND": "paneldash.cache.table.TableCache"}
SOCKET_SECONDS = 0.25


def caches(url: str) -> dict[str, dict[str, Any]]:
    if not url:
        return {"default": TABLE}
    options = {
        "serializer": "paneldash.cache.fallback.JsonSerializer",
        "socket_timeout": SOCKET_SECONDS,
        "socket_connect_timeout": SOCKET_SECONDS,
    }
    redis = {"BACKEND": "django.core.cache.backends.redis.RedisCache", "LOCATION": url, "OPTIONS": options}
    return {"default": {"BACKEND": "paneldash.cache.fallback.FallbackCache"}, "redis": redis, "table": TABLE}
