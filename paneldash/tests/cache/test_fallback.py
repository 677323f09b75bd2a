import pytest
from django.core.cache import caches
from pytest_django.fixtures import Settings
from redis.exceptions import ConnectionError as NoRedis

from paneldash.cache import fallback
from paneldash.cache.fallback import FallbackCache, JsonSerializer
from paneldash.caches import caches as cache_settings


class Redis:
    """Stands for the cache named `redis`: a dictionary that can be out of order."""

    def __init__(self) -> None:
        self.broken = False
        self.asked = 0
        self.values: dict[str, object] = {}

    def _ask(self) -> None:
        self.asked += 1
        if self.broken:
            raise NoRedis("host and password")

    def get(self, key: str, default: object = None) -> object:
        self._ask()
        return self.values.get(key, default)

    def set(self, key: str, value: object, timeout: int = 60) -> None:
        self._ask()
        self.values[key] = value

    def add(self, key: str, value: object, timeout: int = 60) -> bool:
        self._ask()
        return self.values.setdefault(key, value) is value

    def close(self) -> None: ...


@pytest.fixture
def redis(settings: Settings, monkeypatch: pytest.MonkeyPatch, db: None) -> Redis:
    settings.CACHES = cache_settings("redis://127.0.0.1:1/0")
    monkeypatch.setattr(fallback, "_retry_at", 0.0)
    stand_in = Redis()
    caches["redis"] = stand_in
    return stand_in


def test_redis_is_used_while_it_answers(redis: Redis) -> None:
    cache = FallbackCache("", {})
    cache.set("key", 1)
    assert cache.get("key") == redis.values["key"] == 1


def test_table_stands_in_and_goes_on_counting(redis: Redis) -> None:
    cache, redis.broken = FallbackCache("", {}), True
    assert cache.add("attempts", 1) is True
    assert cache.incr("attempts") == 2
    assert "attempts" in cache


def test_redis_is_left_alone_for_a_while(redis: Redis, monkeypatch: pytest.MonkeyPatch) -> None:
    cache, redis.broken = FallbackCache("", {}), True
    cache.get("key")
    cache.get("key")
    assert redis.asked == 1
    redis.broken = False
    monkeypatch.setattr(fallback, "PAUSE_SECONDS", 0)
    monkeypatch.setattr(fallback, "_retry_at", 0.0)
    cache.set("key", "back")
    assert cache.get("key") == "back"


@pytest.mark.parametrize("text", [b"\x80\x04\x95pickle", b"", b"{broken"])
def test_unreadable_value_is_a_miss(text: bytes) -> None:
    assert JsonSerializer().loads(text) is None


def test_no_pickle_anywhere() -> None:
    options = cache_settings("redis://cache:6379/0")["redis"]["OPTIONS"]
    assert options["serializer"] == "paneldash.cache.fallback.JsonSerializer"
    assert JsonSerializer().dumps({"a": [1, None]}) == b'{"a":[1,null]}'
