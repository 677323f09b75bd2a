"""Keys from an identity provider: what is taken for one, when they are fetched, and what a provider may not do to us."""

import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from tenants.tests.tokens.issuer import Publisher, new_key, published
from tenants.tokens import jwks
from tenants.tokens.jwks import FRESH_SECONDS, OLDEST_SECONDS, PAUSE_SECONDS, Keys, KeysAway, KeySet, fetch_keys

KEY, OTHER = new_key(), new_key()


@pytest.fixture
def publisher() -> Iterator[Publisher]:
    made = Publisher()
    yield made
    made.close()


class Clock:
    now = 1_000.0

    def __call__(self) -> float:
        return self.now


class Source:
    """Stands for the address: what it publishes, whether it answers, and how often it was asked."""

    def __init__(self) -> None:
        self.keys: Keys = {"one": KEY.public_key()}
        self.asked = 0
        self.is_away = False

    def __call__(self, url: str) -> Keys:
        self.asked += 1
        if self.is_away:
            raise KeysAway("away")
        return self.keys


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def source() -> Source:
    return Source()


@pytest.fixture
def keys(clock: Clock, source: Source) -> KeySet:
    return KeySet("https://login.example.com/keys", source, clock)


def test_keys_are_fetched_once(keys: KeySet, source: Source) -> None:
    assert [keys.find("one") == KEY.public_key() for _ in range(5)] == [True] * 5
    assert source.asked == 1


def test_keys_are_fetched_again_when_they_are_old(keys: KeySet, source: Source, clock: Clock) -> None:
    keys.find("one")
    clock.now += FRESH_SECONDS
    source.keys = {"two": OTHER.public_key()}
    assert keys.find("one") is None
    assert source.asked == 2


def test_a_new_key_is_found_at_its_first_use(keys: KeySet, source: Source, clock: Clock) -> None:
    keys.find("one")
    source.keys = {"one": KEY.public_key(), "two": OTHER.public_key()}
    clock.now += PAUSE_SECONDS
    assert keys.find("two") == OTHER.public_key()


def test_names_nobody_knows_do_not_make_us_ask_again_and_again(keys: KeySet, source: Source, clock: Clock) -> None:
    keys.find("one")
    for number in range(100):
        assert keys.find(f"made up {number}") is None
    assert source.asked == 1
    clock.now += PAUSE_SECONDS
    assert keys.find("made up") is None
    assert source.asked == 2


def test_while_the_provider_is_away_its_last_keys_hold_for_an_hour(keys: KeySet, source: Source, clock: Clock) -> None:
    keys.find("one")
    source.is_away = True
    clock.now += OLDEST_SECONDS - 1
    assert keys.find("one") == KEY.public_key()
    clock.now += 1
    with pytest.raises(KeysAway):
        keys.find("one")


def test_a_provider_that_is_away_is_not_asked_by_every_call(keys: KeySet, source: Source, clock: Clock) -> None:
    source.is_away = True
    for _ in range(20):
        with pytest.raises(KeysAway):
            keys.find("one")
    assert source.asked == 1
    clock.now += PAUSE_SECONDS
    source.is_away = False
    assert keys.find("one") == KEY.public_key()


def test_a_token_without_a_name_means_the_only_key(keys: KeySet, source: Source, clock: Clock) -> None:
    assert keys.find(None) == KEY.public_key()
    source.keys = {"one": KEY.public_key(), "two": OTHER.public_key()}
    clock.now += FRESH_SECONDS
    assert keys.find(None) is None


def test_of_many_callers_one_fetches_and_all_get_the_key(clock: Clock) -> None:
    asked, may_answer = [], threading.Event()

    def slowly(url: str) -> Keys:
        asked.append(url)
        may_answer.wait(30)
        return {"one": KEY.public_key()}

    keys = KeySet("https://login.example.com/keys", slowly, clock)
    with ThreadPoolExecutor(8) as threads:
        finding = [threads.submit(keys.find, "one") for _ in range(8)]
        may_answer.set()
        assert all(found.result(30) == KEY.public_key() for found in finding)
    assert len(asked) == 1


def test_published_keys_are_read(publisher: Publisher) -> None:
    publisher.publish(published(KEY), published(OTHER, "two"))
    assert fetch_keys(publisher.url) == {"one": KEY.public_key(), "two": OTHER.public_key()}


@pytest.mark.parametrize(
    "entry",
    [
        published(KEY, use="enc"), published(KEY, alg="RS512"), published(KEY, alg="HS256"), published(KEY, kty="oct", k="c2VjcmV0"),
        published(KEY, kty="EC"), published(KEY, n="!"), published(KEY, n=7), published(KEY, e=""), published(KEY, kid=7),
        published(new_key(1_024)), {}, None, [], "key", {"kty": "oct", "k": "c2VjcmV0", "kid": "one"},
    ],
)  # fmt: skip
def test_what_is_no_key_for_signatures_is_passed_over(publisher: Publisher, entry: Any) -> None:
    publisher.publish(entry, published(OTHER, "two"))
    assert fetch_keys(publisher.url) == {"two": OTHER.public_key()}


def test_of_two_keys_with_one_name_the_first_counts(publisher: Publisher) -> None:
    publisher.publish(published(KEY), published(OTHER))
    assert fetch_keys(publisher.url) == {"one": KEY.public_key()}


def test_a_redirect_is_not_followed(publisher: Publisher) -> None:
    publisher.answer = lambda handler: publisher.send(handler, b"", 302, Location=f"{publisher.url}/elsewhere")
    with pytest.raises(KeysAway, match="302"):
        fetch_keys(publisher.url)
    assert publisher.asked == ["/keys"]


@pytest.mark.parametrize("status", [204, 400, 401, 404, 500, 503])
def test_another_status_is_no_set_of_keys(publisher: Publisher, status: int) -> None:
    publisher.answer = lambda handler: publisher.send(handler, {"keys": [published(KEY)]} if status != 204 else b"", status)
    with pytest.raises(KeysAway, match=str(status)):
        fetch_keys(publisher.url)


@pytest.mark.parametrize("document", [b"", b"<html>", b"null", b"[]", b'{"keys": {}}', b'{"keys"', b"\xff", b"[" * 5_000])
def test_what_is_no_set_of_keys_is_refused(publisher: Publisher, document: bytes) -> None:
    publisher.answer = lambda handler: publisher.send(handler, document)
    with pytest.raises(KeysAway):
        fetch_keys(publisher.url)


def test_a_flood_is_cut_off(publisher: Publisher) -> None:
    sent = []

    def flood(handler: Any) -> None:
        handler.send_response(200)
        handler.end_headers()
        for _ in range(2_000):
            sent.append(handler.wfile.write(b"x" * 16_384))

    publisher.answer = flood
    with pytest.raises(KeysAway, match="large"):
        fetch_keys(publisher.url)
    assert len(sent) < 2_000


def test_a_bomb_is_not_unpacked(publisher: Publisher) -> None:
    publisher.answer = lambda handler: publisher.send(handler, b"\x1f\x8b" + b"\0" * 50, **{"Content-Encoding": "gzip"})
    with pytest.raises(KeysAway, match="JSON"):
        fetch_keys(publisher.url)


@pytest.mark.parametrize("bytes_at_once", [b"", b" "])
def test_a_silent_or_dripping_provider_holds_nobody_up(
    publisher: Publisher, monkeypatch: pytest.MonkeyPatch, bytes_at_once: bytes
) -> None:
    monkeypatch.setattr(jwks, "SILENCE_SECONDS", 0.5)
    monkeypatch.setattr(jwks, "WHOLE_SECONDS", 0.5)
    over = threading.Event()

    def drip(handler: Any) -> None:
        handler.send_response(200)
        handler.end_headers()
        deadline = time.monotonic() + 30
        while not over.wait(0.1) and time.monotonic() < deadline:
            handler.wfile.write(bytes_at_once)
            handler.wfile.flush()

    publisher.answer = drip
    with pytest.raises(KeysAway):
        fetch_keys(publisher.url)
    over.set()


def test_nobody_at_the_address_is_away() -> None:
    with pytest.raises(KeysAway):
        fetch_keys("http://127.0.0.1:1/keys")


def test_the_environments_proxy_is_not_asked(publisher: Publisher, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("http_proxy", "https_proxy", "all_proxy"):
        monkeypatch.setenv(name, "http://127.0.0.1:1")
    publisher.publish(published(KEY))
    assert fetch_keys(publisher.url)
