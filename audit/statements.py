"""SQL that was run in a tenant's database: always where a person gave it, seldom where a panel asked anew by itself."""

import hashlib
from typing import Any

from audit.acting import Acting, acting, actor
from audit.models import Action, Outcome
from audit.recording import Thing, Told, record_anyway
from audit.waiting import queue
from tenants.models import Tenant
from tenants.seldom import Seldom

PANEL_EVERY_SECONDS = 3_600.0
panel_runs = Seldom(every_seconds=PANEL_EVERY_SECONDS)
refusals = Seldom(every_seconds=PANEL_EVERY_SECONDS)


def record_sql(
    tenant: Tenant, how: str, sql: str, *, thing: Thing | None = None, ms: float | None = None, rows: int | None = None,
    error: str = "", is_refused: bool = False,
) -> None:  # fmt: skip
    """A person had this SQL run, or explained. It is kept whatever becomes of the request."""
    outcome = Outcome.REFUSED if is_refused else Outcome.FAILED if error else Outcome.DONE
    record_anyway(Told(Action.RUN_SQL, outcome, thing or Thing(), tenant, details=_details(how, sql, ms, rows, error)))


def told_of_test(tenant: Tenant, thing: Thing, sql: str, *, ms: float | None, rows: int | None, error: str, who: Acting) -> Told:
    """A panel was tested on a tenant: to be written with those of other tenants, as it is found while an answer streams."""
    outcome = Outcome.FAILED if error else Outcome.DONE
    return Told(Action.RUN_SQL, outcome, thing, tenant, details=_details("test", sql, ms, rows, error), acting=who)


def record_refused_sql(tenant: Tenant | None, sql: str, why: str) -> None:
    """The guard refused it. A panel that is refused at every refresh is recorded once an hour for each who looks."""
    who = acting()
    if not refusals.is_due((who.actor, tenant.pk if tenant else None, _digest(sql))):
        return
    details = _details("guard", sql, None, None, why)
    record_anyway(Told(Action.RUN_SQL, Outcome.REFUSED, tenant=tenant, details=details, acting=who))


def note_panel_run(tenant: Tenant, panel: Thing, sql: str, *, ms: float, rows: int) -> None:
    """A panel's refresh has reached the tenant's database: recorded once an hour for each user, panel and SQL, and not by now.

    It costs a look into a table in memory; who looks at a panel waits for nothing.
    """
    key = (actor(), tenant.pk, panel.key, _digest(sql))
    if panel_runs.is_due(key):
        details = _details("panel", sql, ms, rows, "")
        told = Told(Action.RUN_PANEL, Outcome.DONE, panel, tenant, details=details, acting=acting())
        queue.put(told, key=repr(key), seconds=PANEL_EVERY_SECONDS)


def _details(how: str, sql: str, ms: float | None, rows: int | None, error: str) -> dict[str, Any]:
    figures = {"ms": None if ms is None else round(ms, 1), "rows": rows, "error": error or None}
    return {"how": how, "sql": sql, **{name: value for name, value in figures.items() if value is not None}}


def _digest(sql: str) -> bytes:
    return hashlib.blake2b(sql.encode(errors="replace"), digest_size=12).digest()
