"""The way from a refresh to a source: what is known in the process, what is in the store, or one flight to the source."""

import time
from collections.abc import Mapping
from concurrent.futures import CancelledError
from contextlib import suppress
from copy import copy
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from typing import Literal

from django.conf import settings

from datasources.base import Query, Source
from datasources.errors import QueryTimeout, SourceError, SourceUnavailable
from datasources.landing import landings
from datasources.load import load
from datasources.load.figures import tenant_asked, tenant_failed
from datasources.results import closed
from datasources.results.entry import Entry, make_entry, packed, unpacked
from datasources.results.figures import RESULTS, UNAVAILABLE
from datasources.results.first_level import FirstLevel
from datasources.results.flights import LEASE_SECONDS, Lease, Threads, release, wait
from datasources.results.key import key_of
from datasources.results.outcome import as_outcome, error_of
from datasources.runs import Runs
from datasources.statuses import note_mishap
from datasources.store import Store, StoreDown, store

How = Literal["known", "stored", "waited", "stale", "asked", "last"]
KEPT_SECONDS = 900.0  # so long the last result can be shown, with its age, where a fresh one cannot be had
MOST_AHEAD_SECONDS = 5.0  # so far hosts' clocks may differ; what was asked later than that was asked by a wrong clock
SHARE_OF_TIME = 2  # who polls has a result for so many times as long as it took: half of the time nobody asks for it
PATIENCE_SECONDS = 5.0  # waiters wait so much longer than the query may take

_first = FirstLevel(whole_bytes=settings.RESULT_BYTES)
_threads = Threads()
_lease = Lease()


@dataclass(frozen=True, slots=True)
class Result:
    """An entry and how it was come by: `known` in this process, `stored` by another, `waited` for, `stale`, or `asked`.

    Or it is the `last` there was, and `because` says why there is no fresh one.
    """

    entry: Entry
    how: How
    because: SourceUnavailable | None = None


@dataclass(frozen=True, slots=True)
class Question:
    """What to ask of which source; `anew`, without what is kept of closed buckets."""

    source: Source
    queries: Mapping[str, Query]
    anew: bool


@dataclass(frozen=True, slots=True)
class Wanted:
    """What is wanted: the queries' result under `key`, asked for at a moment, in epoch seconds, or later.

    They may take `longest_seconds`. Where a fresher one is under way, one at most `stale_seconds` older will do. Whoever says
    so polls: what was dear to come by is new enough for longer, or a thousand viewers, each of whom waits, would have a slow
    query asked all the time.
    """

    key: str
    not_before: float
    stale_seconds: float
    longest_seconds: float

    @property
    def oldest(self) -> float:
        """What was asked for earlier will not do, whatever it took."""
        dear_seconds = SHARE_OF_TIME * self.longest_seconds if self.stale_seconds else 0.0
        return min(self.not_before - self.stale_seconds, time.time() - dear_seconds)

    def is_met(self, entry: Entry | None) -> bool:
        if entry is None or not self.stale_seconds:
            return self._is_since(entry, self.not_before)
        return self._is_since(entry, min(self.not_before, time.time() - SHARE_OF_TIME * entry.elapsed_ms / 1_000))

    def is_nearly_met(self, entry: Entry | None) -> bool:
        return self._is_since(entry, self.not_before - self.stale_seconds)

    @staticmethod
    def _is_since(entry: Entry | None, moment: float) -> bool:
        return entry is not None and moment <= entry.asked_at <= time.time() + MOST_AHEAD_SECONDS


def fetch(
    source: Source, queries: Mapping[str, Query], *, not_before: datetime, stale_seconds: float = 0.0,
    anew: bool = False, or_last: bool = False,
) -> Result:  # fmt: skip
    """The queries' result. Raises as a source's `run`.

    Simultaneous askers cost one query. An error is that of all who waited for it, and is not kept. `anew`: where it has to
    be asked for, closed buckets are not taken from what is kept. `or_last`: where the source cannot be asked now, the last
    result will do.
    """
    longest_seconds = source.limits().timeout_ms / 1_000
    wanted = Wanted(key_of(source, queries), not_before.timestamp(), stale_seconds, longest_seconds)
    question = Question(source, queries, anew)
    deadline = time.monotonic() + longest_seconds + PATIENCE_SECONDS
    try:
        result = _from_process(question, wanted, deadline)
    except SourceUnavailable as error:
        UNAVAILABLE.labels(error.reason).inc()
        load.away(source.tenant.pk, error.reason)
        last = _last(wanted.key) if or_last and source.tenant.is_active else None
        if last is None:
            raise
        result = Result(last, "last", copy(error))
    RESULTS.labels(result.how).inc()
    load.result(source.tenant.pk, result.how)
    return result


def known(source: Source, queries: Mapping[str, Query]) -> Entry | None:
    """The last result this process has; None where it has none. Nobody is asked."""
    return _first.get(key_of(source, queries))


def forget_results() -> None:
    """Forget what this process holds, once it is in the store; there it stays."""
    landings.done()
    _first.clear()


def _from_process(question: Question, wanted: Wanted, deadline: float) -> Result:
    while True:
        known = _first.get(wanted.key)
        if known is not None and wanted.is_met(known):
            return Result(known, "known")
        landings.let_go()  # of what was fetched before: this may take long
        flight, is_ours = _threads.board(wanted.key)
        if is_ours:
            with _threads.leading(wanted.key, flight):
                result = _from_store(question, wanted, deadline)
                _first.put(wanted.key, result.entry)
            flight.set_result(result.entry)
            return result
        if known is not None and wanted.is_nearly_met(known):
            return Result(known, "stale")
        try:
            entry = flight.result(max(0.0, deadline - time.monotonic()))
        except SourceError as error:
            raise copy(error) from error
        except CancelledError:
            continue
        except TimeoutError as error:
            raise _too_long() from error
        if wanted.is_met(entry):
            return Result(entry, "waited")


def _from_store(question: Question, wanted: Wanted, deadline: float) -> Result:
    """Whoever holds the key's lease looks first, then asks: two can never do so at once."""
    shared = store()
    while True:
        try:
            token, value = shared.claim(wanted.key, LEASE_SECONDS)
        except StoreDown:
            return Result(_ask(question, shared)[0], "asked")
        found = unpacked(value, not_before=wanted.oldest)
        is_met = wanted.is_met(found)
        if not is_met and not wanted.is_nearly_met(found):
            found = None
        if token is not None and not is_met:
            if found is not None:
                _first.put(wanted.key, found)  # nobody here is shown an older one meanwhile than was shown elsewhere
            return _lead(question, wanted.key, shared, token)
        if token is not None:
            landings.later(partial(release, shared, wanted.key, token))
        if found is not None:
            return Result(found, "stored" if is_met else "stale")
        landing = wait(shared, wanted.key, deadline - time.monotonic())
        if landing is None:
            raise _too_long()
        if landing.outcome is not None:
            raise error_of(landing.outcome)


def _lead(question: Question, key: str, shared: Store, token: str) -> Result:
    """Ask; the result is put into the store before those who wait there hear of it."""
    try:
        with _lease.held(shared, key, token):
            entry, runs = _ask(question, shared)
    except SourceError as error:
        release(shared, key, token, as_outcome(error))
        raise
    except BaseException:
        release(shared, key, token)
        raise
    landings.later(partial(_land, shared, key, token, entry, runs))
    return Result(entry, "asked")


def _land(shared: Store, key: str, token: str, entry: Entry, runs: Mapping[str, Runs]) -> None:
    with suppress(StoreDown):
        shared.put(key, packed(entry), KEPT_SECONDS)
    release(shared, key, token)
    closed.keep(shared, runs)


def _last(key: str) -> Entry | None:
    """The last result there was, in this process or the store, if it is not too old to be shown."""
    oldest = time.time() - KEPT_SECONDS
    known = _first.get(key)
    with suppress(StoreDown):
        stored = unpacked(store().get(key), not_before=oldest)
        if stored is not None and (known is None or stored.asked_at > known.asked_at):
            _first.put(key, stored)
            return stored
    return known if known is not None and known.asked_at >= oldest else None


def _ask(question: Question, shared: Store) -> tuple[Entry, Mapping[str, Runs]]:
    asked_at, started = time.time(), time.perf_counter()
    try:
        asked = closed.ask(question.source, question.queries, shared, anew=question.anew)
    except SourceError as error:
        tenant_failed(question.source.tenant.slug, error)
        note_mishap(question.source.identity, error)
        raise
    elapsed_ms = (time.perf_counter() - started) * 1_000
    tenant_asked(question.source.tenant.slug, elapsed_ms / 1_000)
    return make_entry(asked.frames, asked_at=asked_at, elapsed_ms=elapsed_ms), asked.runs


def _too_long() -> QueryTimeout:
    return QueryTimeout("The query took longer than it may. Try a shorter time range.")
