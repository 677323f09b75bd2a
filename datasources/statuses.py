"""How sources were found when somebody last looked, kept for a minute for all who look; and what their panels met last.

A source that does not answer holds who asks for seconds, so that few ask at once.
"""

import threading
import time
from collections.abc import Iterable
from contextlib import suppress
from dataclasses import asdict, dataclass
from functools import partial
from typing import Any

import orjson

from datasources.base import Identity
from datasources.errors import SourceError
from datasources.kinds.base import AnyConfigured, Status
from datasources.landing import landings
from datasources.models import DataSource
from datasources.store import StoreDown, store
from tenants.forks import begin_empty
from tenants.models import Tenant
from tenants.seldom import Seldom

KEPT_SECONDS = 60.0
ASKED_AT_ONCE = 3
ERRORS_KEPT_SECONDS = 24 * 3_600.0
# What says nothing about the source: the asker's fault, the document's, a share that is spent, a source that is not there.
NO_MISHAPS = {"asker", "refused", "budget", "busy", "missing"}

_mishaps = Seldom(every_seconds=10.0)


@dataclass(frozen=True, slots=True)
class Seen:
    """`at` in epoch seconds."""

    status: Status
    at: float


@dataclass(frozen=True, slots=True)
class Mishap:
    """An error that a panel met, as its viewers were told; `at` in epoch seconds."""

    sentence: str
    at: float


class _Asking:
    def __init__(self) -> None:
        begin_empty(self._start_empty)

    def _start_empty(self) -> None:
        self.places = threading.BoundedSemaphore(ASKED_AT_ONCE)


_asking = _Asking()


def kept_statuses(rows: Iterable[DataSource], tenant: Tenant | None) -> dict[int, Seen]:
    """What is kept, by the rows' ids, of what the tenant asked: one look into the store, and no source is asked."""
    keys = {row.pk: _status_key(row.pk, row.answers_version, tenant) for row in rows}
    found = _read_many(keys.values())
    seen = {pk: _seen(found[key]) for pk, key in keys.items() if key in found}
    return {pk: one for pk, one in seen.items() if one is not None}


def ask_status(configured: AnyConfigured, tenant: Tenant | None, *, wait_seconds: float = 0.0) -> Seen | None:
    """Ask the source now and keep what it says; None where others are being asked, so that this one has to wait."""
    places = _asking.places
    if not (places.acquire(timeout=wait_seconds) if wait_seconds else places.acquire(blocking=False)):
        return None
    try:
        seen = Seen(configured.kind.status(configured, tenant), time.time())
    finally:
        places.release()
    with suppress(StoreDown):
        store().put(_status_key(configured.pk, configured.version, tenant), orjson.dumps(asdict(seen)), KEPT_SECONDS)
    return seen


def note_mishap(identity: Identity, error: SourceError) -> None:
    """A panel could not be answered by its source. Nobody waits until that is stored."""
    if identity.is_own or error.reason in NO_MISHAPS or not _mishaps.is_due(identity):
        return
    body = orjson.dumps({"sentence": error.sentence, "at": time.time()})
    for tenant in (identity.tenant, 0):
        landings.later(partial(_put, _mishap_key(tenant, identity.source), body))


def last_mishaps(rows: Iterable[DataSource], tenant: Tenant | None) -> dict[int, Mishap]:
    """By the rows' ids: what a tenant's panels met, or anybody's."""
    keys = {row.pk: _mishap_key(tenant.pk if tenant is not None else 0, row.pk) for row in rows}
    found = _read_many(keys.values())
    mishaps = {pk: _mishap(found[key]) for pk, key in keys.items() if key in found}
    return {pk: one for pk, one in mishaps.items() if one is not None}


def _status_key(pk: int, version: int, tenant: Tenant | None) -> str:
    """A shared one's headers may say who asks: what one tenant is told is not what another one is."""
    return f"source-status:{pk}:{version}:{tenant.pk if tenant is not None else 0}"


def _mishap_key(tenant: int, pk: int) -> str:
    return f"source-error:{tenant}:{pk}"


def _put(key: str, body: bytes) -> None:
    with suppress(StoreDown):
        store().put(key, body, ERRORS_KEPT_SECONDS)


def _read_many(keys: Iterable[str]) -> dict[str, Any]:
    """What the store has that can be read at all."""
    found: dict[str, Any] = {}
    with suppress(StoreDown):
        for key, body in store().get_many(keys).items():
            with suppress(orjson.JSONDecodeError):
                found[key] = orjson.loads(body)
    return found


def _seen(raw: Any) -> Seen | None:
    """None for what is of another version of the program, or damaged."""
    try:
        facts = dict(raw["status"])
        facts["facts"] = tuple((str(name), str(text)) for name, text in facts["facts"])
        facts["warnings"] = tuple(map(str, facts["warnings"]))
        return Seen(Status(**facts), float(raw["at"]))
    except (KeyError, TypeError, ValueError):
        return None


def _mishap(raw: Any) -> Mishap | None:
    try:
        return Mishap(str(raw["sentence"]), float(raw["at"]))
    except (KeyError, TypeError, ValueError):
        return None
