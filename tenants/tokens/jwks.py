"""The keys a JWT may be signed with, where an identity provider publishes them: fetched now and then, from one address only."""

import functools
import logging
import os
import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from time import monotonic
from typing import Any

import jwt
import orjson
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey, RSAPublicKey

from tenants.outbound import ANYWHERE, OutboundError, Request, send

FRESH_SECONDS = 600.0
OLDEST_SECONDS = 3_600.0  # a provider that is away so long has perhaps taken a key back
PAUSE_SECONDS = 30.0  # between two fetches, whatever keys are asked for
SILENCE_SECONDS = 2.0
WHOLE_SECONDS = 5.0
MOST_BYTES = 256_000
MOST_KEYS = 100
SHORTEST_KEY_BITS = 2_048  # RFC 7518, section 3.3

Keys = Mapping[str | None, RSAPublicKey]

log = logging.getLogger(__name__)


class KeysAway(Exception):
    """The keys cannot be had now: nobody's JWT can be told from a forged one."""


@dataclass(slots=True)
class KeySet:
    """The keys of one address, by their `kid`. `fetch` raises KeysAway."""

    url: str
    fetch: Callable[[str], Keys]
    clock: Callable[[], float] = monotonic
    _keys: Keys = field(default_factory=dict)
    _fetched_at: float = float("-inf")
    _next_fetch_at: float = float("-inf")
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def find(self, kid: str | None) -> RSAPublicKey | None:
        """The key of that name; without a name the only one there is. A name nobody knows is a reason to look again.

        Raises KeysAway.
        """
        if not self._is_younger(FRESH_SECONDS) or self._chosen(kid) is None:
            self._refresh(waits=self._chosen(kid) is None)
        if not self._is_younger(OLDEST_SECONDS):
            raise KeysAway
        return self._chosen(kid)

    def _refresh(self, *, waits: bool) -> None:
        """One caller fetches. The others wait for it only where they cannot do without."""
        if not self._lock.acquire(timeout=WHOLE_SECONDS if waits else 0):
            return
        try:
            if self.clock() < self._next_fetch_at:
                return
            self._next_fetch_at = self.clock() + PAUSE_SECONDS
            self._keys, self._fetched_at = self.fetch(self.url), self.clock()
        except KeysAway as error:
            log.warning("the keys of JWT_JWKS_URL cannot be fetched: %s", error)
        finally:
            self._lock.release()

    def _is_younger(self, seconds: float) -> bool:
        return self.clock() - self._fetched_at < seconds

    def _chosen(self, kid: str | None) -> RSAPublicKey | None:
        if kid is None:
            return next(iter(self._keys.values())) if len(self._keys) == 1 else None
        return self._keys.get(kid)


def fetch_keys(url: str) -> Keys:
    """Ask the address, and no other that it may name: a redirect is a failure. It is the operator's, wherever it is.

    Raises KeysAway.
    """
    try:
        response = send(
            Request(
                url=url, seconds=WHOLE_SECONDS, silence_seconds=SILENCE_SECONDS, most_bytes=MOST_BYTES, networks=ANYWHERE,
                unpacks=False,
            )
        )  # fmt: skip
    except OutboundError as error:
        raise KeysAway(f"{error.sentence} {error.detail}".strip()) from error
    if response.status != 200:
        raise KeysAway(f"status {response.status}")
    try:
        document = orjson.loads(response.body)
    except orjson.JSONDecodeError as error:
        raise KeysAway("it is no JSON") from error
    listed = document.get("keys") if isinstance(document, dict) else None
    if not isinstance(listed, list):
        raise KeysAway("it is no set of keys")
    found = [pair for entry in listed[:MOST_KEYS] if (pair := _read_key(entry)) is not None]
    return dict(reversed(found))  # of two with one name the first


def _read_key(entry: Any) -> tuple[str | None, RSAPublicKey] | None:
    """A key that signatures by RS256 may be checked with; None for one that is for something else."""
    if not isinstance(entry, dict) or entry.get("kty") != "RSA":
        return None
    kid = entry.get("kid")
    if entry.get("use", "sig") != "sig" or entry.get("alg", "RS256") != "RS256" or not isinstance(kid, str | None):
        return None
    try:
        key = jwt.PyJWK(entry, algorithm="RS256").key
    except (jwt.PyJWTError, ValueError, TypeError):
        return None
    public = key.public_key() if isinstance(key, RSAPrivateKey) else key
    return (kid, public) if public.key_size >= SHORTEST_KEY_BITS else None


@functools.lru_cache(maxsize=1)
def key_set(url: str) -> KeySet:
    return KeySet(url, fetch_keys)


os.register_at_fork(after_in_child=key_set.cache_clear)
