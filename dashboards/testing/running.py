"""A test of panels on many tenants: what is found comes as it is found, and the run ends where nobody hears it any more."""

import secrets
import threading
import time
from collections.abc import Generator, Iterator, Sequence
from dataclasses import replace

from django.conf import settings

from audit.recording import Told, write_or_count
from audit.statements import told_of_test
from audit.waiting import queue
from dashboards.checking.parallel import Lane, each
from dashboards.read import ReadPanel
from dashboards.testing.one import try_on
from dashboards.testing.parts import Finding, Part, Run
from dashboards.testing.turns import turns
from dashboards.testing.verdict import Outcome, Verdict
from dashboards.unavailable import PanelUnavailable
from datasources.sources import Sources, read_sources
from datasources.stopping import Stopper
from tenants.models import Tenant

# Fewer than may connect at once to databases that nobody has asked before: those who look at panels have their part.
AT_ONCE = max(1, min(4, settings.WEB_THREADS - 4))
MOST_AT_ONCE = 2 * AT_ONCE  # where some are long at work
RECORDED_AT_ONCE = 25


def begin(run: Run) -> Generator[Verdict | None]:
    """What is found, tenant by tenant; None where nothing came for a moment.

    Close it, and the run ends: what it asks of databases is cancelled.

    Raises TooManyRuns before anything is run.
    """
    found = _found(run)
    next(found)  # from here on closing it gives the turn back
    return found


def _found(run: Run) -> Generator[Verdict | None]:
    left, clock, stopper = {tenant.pk: tenant for tenant in run.tenants}, _Clock(run.most_seconds), Stopper()
    parts, sources, events = [(part, part.read()) for part in run.parts], read_sources(run.tenants), _Events(run)

    def ask(its: Sources, lane: Lane) -> tuple[Tenant, list[Finding]]:
        with stopper.heard():
            return its.tenant, [events.noted(one) for one in _each_part(its, parts, lane, clock)]

    turns.take()
    most = min(MOST_AT_ONCE, settings.TENANT_POOL_TOTAL)
    answers = each([sources[pk] for pk in left], ask, at_once=min(AT_ONCE, most), most=most)
    try:
        yield None
        for answer in answers:
            events.write(at_least=RECORDED_AT_ONCE)
            if answer is None:
                yield None
            else:
                tenant, found = answer
                del left[tenant.pk]
                yield from (one.verdict for one in found)
            if clock.is_over:
                break
        for tenant in left.values():
            yield from (clock.not_reached(tenant, part) for part in run.parts if part.is_for(tenant))
    finally:
        clock.stop()
        answers.close()
        stopper.stop()
        turns.give_back()
        events.close()


def _each_part(
    its: Sources, parts: Sequence[tuple[Part, ReadPanel | PanelUnavailable]], lane: Lane, clock: "_Clock"
) -> Iterator[Finding]:
    """The panels on one tenant, one after the other: its viewers keep its connections. What is away is asked once."""
    found: Finding | None = None
    for part, read in parts:
        if not part.is_for(its.tenant):
            continue
        if found is not None and clock.is_over:
            found = Finding(its.tenant, part, clock.not_reached(its.tenant, part), is_asked=False)
        elif isinstance(read, PanelUnavailable):
            wrong = Verdict(its.tenant.slug, its.tenant.name, Outcome.FAILS, error=read.sentence, detail=read.detail)
            found = Finding(its.tenant, part, _named(wrong, part))
        elif found is not None and found.verdict.outcome is Outcome.AWAY and not lane.is_reached:
            found = replace(found, part=part, verdict=_named(found.verdict, part))
        else:
            verdict, sql = try_on(its, part.panel, read, part.length, lane)
            found = Finding(its.tenant, part, _named(verdict, part), sql)
        yield found


def _named(verdict: Verdict, part: Part) -> Verdict:
    return replace(verdict, panel_id=part.panel.slug, panel=part.panel.title)


class _Clock:
    """How long a run may take. It is over, too, where nobody hears it any more."""

    def __init__(self, seconds: float) -> None:
        self.seconds, self.ends_at = seconds, time.monotonic() + seconds
        self.is_stopped = threading.Event()

    @property
    def is_over(self) -> bool:
        return self.is_stopped.is_set() or time.monotonic() > self.ends_at

    def stop(self) -> None:
        self.is_stopped.set()

    def not_reached(self, tenant: Tenant, part: Part) -> Verdict:
        said = f"The test ended after {self.seconds:.0f} s, before its turn."
        return _named(Verdict(tenant.slug, tenant.name, Outcome.AWAY, error=said), part)


class _Events:
    """What was asked of each tenant, for the audit: noted when it is found, whatever becomes of the run, and written a few
    at a time by the thread that began it. What comes to its end after the run has waits for the audit's own thread.
    """

    def __init__(self, run: Run) -> None:
        self.run = run
        self.lock = threading.Lock()
        self.waiting: list[Told] = []
        self.is_closed = False

    def noted(self, found: Finding) -> Finding:
        if found.is_asked:
            told = self._told(found)
            with self.lock:
                if self.is_closed:
                    queue.put(told, key=secrets.token_hex(16), seconds=1.0)
                else:
                    self.waiting.append(told)
        return found

    def write(self, *, at_least: int = 1) -> None:
        with self.lock:
            if len(self.waiting) < at_least:
                return
            written, self.waiting = self.waiting, []
        write_or_count(written)

    def close(self) -> None:
        with self.lock:
            self.is_closed = True
        self.write()

    def _told(self, found: Finding) -> Told:
        one = found.verdict
        error = f"{one.error} {one.detail}".strip()
        return told_of_test(found.tenant, found.part.thing, found.sql, ms=one.ms, rows=one.rows, error=error, who=self.run.acting)
