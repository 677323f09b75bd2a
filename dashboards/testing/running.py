"""A test of a panel on many tenants: what is found comes as it is found, and the run ends where nobody hears it any more."""

import time
from collections.abc import Generator, Sequence
from dataclasses import dataclass, field

from django.conf import settings

from audit.acting import Acting, acting
from audit.recording import Thing, Told, write_or_count
from audit.statements import told_of_test
from dashboards.checking.parallel import Lane, each
from dashboards.models import Panel
from dashboards.refresh import read_panel
from dashboards.testing.one import try_on
from dashboards.testing.turns import turns
from dashboards.testing.verdict import Outcome, Verdict
from datasources.sources import Sources, read_sources
from datasources.stopping import Stopper
from tenants.models import Tenant

# Fewer than may connect at once to databases that nobody has asked before: those who look at panels have their part.
AT_ONCE = max(1, min(4, settings.WEB_THREADS - 4))
MOST_AT_ONCE = 2 * AT_ONCE  # where some are long at work
RECORDED_AT_ONCE = 25

Finding = tuple[Tenant, Verdict, str]


@dataclass(frozen=True, slots=True)
class Run:
    """What is to be run: a panel as it is stored or as it would be, on some tenants, so far back, for so long at most."""

    panel: Panel
    tenants: Sequence[Tenant]
    length: str
    most_seconds: float
    thing: Thing
    acting: Acting = field(default_factory=acting)


def begin(run: Run) -> Generator[Verdict | None]:
    """What is found, tenant by tenant; None where nothing came for a moment.

    Close it, and the run ends: what it asks of databases is cancelled.

    Raises TooManyRuns and PanelUnavailable before anything is run.
    """
    found = _found(run)
    next(found)  # from here on closing it gives the turn back
    return found


def _found(run: Run) -> Generator[Verdict | None]:
    left, ends_at = {tenant.pk: tenant for tenant in run.tenants}, time.monotonic() + run.most_seconds
    read, sources, stopper = read_panel(run.panel), read_sources(run.tenants), Stopper()

    def ask(its: Sources, lane: Lane) -> Finding:
        with stopper.heard():
            return its.tenant, *try_on(its, run.panel, read, run.length, lane)

    turns.take()
    most = min(MOST_AT_ONCE, settings.TENANT_POOL_TOTAL)
    answers = each([sources[pk] for pk in left], ask, at_once=min(AT_ONCE, most), most=most)
    events = _Events(run)
    try:
        yield None
        for answer in answers:
            if answer is not None:
                del left[answer[0].pk]
                events.add(*answer)
            yield answer[1] if answer is not None else None
            if time.monotonic() > ends_at:
                break
        yield from (_not_reached(tenant, run.most_seconds) for tenant in left.values())
    finally:
        answers.close()
        stopper.stop()
        turns.give_back()
        events.write()


def _not_reached(tenant: Tenant, seconds: float) -> Verdict:
    return Verdict(tenant.slug, tenant.name, Outcome.AWAY, error=f"The test ended after {seconds:.0f} s, before its turn.")


class _Events:
    """What was asked of each tenant, for the audit: written a few at a time, whatever becomes of the run."""

    def __init__(self, run: Run) -> None:
        self.run = run
        self.waiting: list[Told] = []

    def add(self, tenant: Tenant, one: Verdict, sql: str) -> None:
        error = f"{one.error} {one.detail}".strip()
        self.waiting.append(told_of_test(tenant, self.run.thing, sql, ms=one.ms, rows=one.rows, error=error, who=self.run.acting))
        if len(self.waiting) >= RECORDED_AT_ONCE:
            self.write()

    def write(self) -> None:
        if self.waiting:
            write_or_count(self.waiting)
            self.waiting = []
