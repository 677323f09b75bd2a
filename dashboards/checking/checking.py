"""Every panel on every tenant's database: planned there, not run, many tenants at once, and what is found is stored."""

import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import TypeVar

from django.conf import settings

from dashboards.asked_source import asked_source
from dashboards.checking.finding import FINE, Found, Outcome, of_cost, of_error
from dashboards.checking.panels import Panels, ask_of, read_panels
from dashboards.checking.parallel import each
from dashboards.checking.runs import begin, note, running
from dashboards.checking.storing import forget_disabled, store
from dashboards.models import CheckRun, Panel
from dashboards.panels.base import BadRequest
from dashboards.read import read_panel
from dashboards.unavailable import PanelUnavailable
from datasources.errors import SourceBusy, SourceError, SourceMissing, SourceUnavailable
from datasources.fitting import read_anew
from datasources.sources import Sources, read_sources
from tenants.connections import close_tenant
from tenants.models import Tenant
from tenants.session_options import statement_timeout_ms

Answer = TypeVar("Answer")

AT_ONCE = 6  # tenants, as many as may be connecting at once
BUSY_TRIES = 5
BUSY_SECONDS = 1.0


@dataclass(frozen=True, slots=True)
class TenantChecked:
    """What was found of a tenant's panels; `unreachable` says why nothing was."""

    tenant: Tenant
    found: dict[int, Found] = field(default_factory=dict)
    unreachable: str = ""


@dataclass(frozen=True, slots=True)
class Report:
    """All tenants that were checked, by their id, and the panels by theirs."""

    tenants: tuple[TenantChecked, ...]
    panels: dict[int, Panel]
    seconds: float

    @property
    def is_fine(self) -> bool:
        """Whether every panel works on every tenant."""
        return not any(
            one.unreachable or any(found.outcome is not Outcome.FINE for found in one.found.values()) for one in self.tenants
        )


def check_all(
    *,
    tenant: Tenant | None = None,
    panel: str | None = None,
    by: str = "check",
    run: CheckRun | None = None,
    at_once: int = AT_ONCE,
    told: Callable[[int, int], None] = lambda _done, _all: None,
) -> Report:
    """Check every panel on every enabled tenant, or on one, or one panel by its id; store and answer what is found.

    A tenant is asked over one connection, `at_once` of them at the same time, never more than TENANT_POOL_TOTAL. `by` is
    for the page, `run` one that is begun already. `told` hears how many of the tenants are through. It is for a process
    that serves no pages: a tenant's connections are closed after it.
    """
    started = time.perf_counter()
    tenants = [tenant] if tenant is not None else list(Tenant.objects.filter(is_active=True).order_by("slug"))
    panels = read_panels(panel)
    checked: list[TenantChecked] = []
    with running(run or begin(by), tenants=len(tenants)) as run:
        for one in _checked(tenants, panels, min(at_once, settings.TENANT_POOL_TOTAL)):
            checked.append(one)
            close_tenant(one.tenant)
            store(one.tenant, panels.of(one.tenant), one.found, unreachable=bool(one.unreachable), is_whole=panel is None)
            note(run, done=len(checked), unreachable=sum(bool(one.unreachable) for one in checked))
            told(len(checked), len(tenants))
    forget_disabled()
    checked.sort(key=lambda one: one.tenant.slug)
    known = {row.pk: row for one in tenants for row in panels.of(one)}
    return Report(tuple(checked), known, time.perf_counter() - started)


def _checked(tenants: list[Tenant], panels: Panels, at_once: int) -> Iterator[TenantChecked]:
    asked = each(read_sources(tenants).values(), lambda sources, _: _check(sources, panels), at_once=at_once)
    return (checked for checked in asked if checked is not None)


def _check(sources: Sources, panels: Panels) -> TenantChecked:
    """One tenant's panels, one after the other. In a thread of its own, so nothing is asked of the central database."""
    tenant = sources.tenant
    try:
        _patiently(lambda: read_anew(tenant))
        return TenantChecked(tenant, {panel.pk: _fit(sources, panel, panels.range_of(panel)) for panel in panels.of(tenant)})
    except SourceError as error:
        return TenantChecked(tenant, unreachable=error.sentence)


def _fit(sources: Sources, panel: Panel, length: str) -> Found:
    """Raises SourceUnavailable where the tenant's own database cannot be asked."""
    tenant = sources.tenant
    is_own = False
    try:
        read = read_panel(panel)
        ask = ask_of(read, tenant, length)
        queries = list(read.kind.queries(read.document, ask).values())
        if not queries:
            return FINE
        source = asked_source(tenant, panel, read, ask, sources)
        is_own = source.identity.is_own
        cost = _patiently(lambda: source.fit(queries))
    except (SourceUnavailable, SourceMissing) as error:
        if is_own:
            raise
        return Found(Outcome.UNKNOWN, detail=error.sentence)
    except SourceError as error:
        return of_error(error)
    except (PanelUnavailable, BadRequest) as error:
        return Found(Outcome.FAILS, detail=f"{error} {getattr(error, 'detail', '')}".strip()[:500])
    return of_cost(cost, timeout_ms=statement_timeout_ms(tenant))


def _patiently(ask: Callable[[], Answer]) -> Answer:
    """A database whose connections are all in use, by those who look at it now, is asked again."""
    for _ in range(BUSY_TRIES):
        try:
            return ask()
        except SourceBusy:
            time.sleep(BUSY_SECONDS)
    return ask()
