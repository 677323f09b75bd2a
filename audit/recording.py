"""Writing events: with the change they tell of, or once its answer is made, or later in a batch; one statement for any number."""

import logging
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

import orjson
from django.db import DatabaseError, connection, models
from django.http import HttpRequest

from audit.acting import Acting, acting, request_in_hand
from audit.figures import LOST, WRITTEN
from audit.models import Action, Outcome
from audit.plain import cut, plain
from tenants.models import Tenant

LONGEST_NAME = 300
OLDEST_SECONDS = 3_500.0  # the database takes none that is said to be older than an hour

INSERT = """
INSERT INTO audit_event (at, actor_id, actor, tenant_id, tenant, action, outcome, object_type, object_id, object,
                         before, after, details, request_id, address)
SELECT clock_timestamp() - make_interval(secs => e.age), e.actor_id, e.actor, e.tenant_id, e.tenant, e.action, e.outcome,
       e.object_type, e.object_id, e.object, e.before, e.after, e.details, e.request_id, e.address
FROM jsonb_to_recordset(%s::jsonb) AS e (
  age float8, actor_id bigint, actor text, tenant_id bigint, tenant text, action text, outcome text, object_type text,
  object_id text, object text, before jsonb, after jsonb, details jsonb, request_id text, address inet)
"""

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Thing:
    """What an event is about, by names that outlive it."""

    kind: str = ""
    key: str = ""
    name: str = ""

    @classmethod
    def of(cls, row: models.Model) -> "Thing":
        return cls(row._meta.label_lower, str(row.pk), str(row))


@dataclass(frozen=True, slots=True)
class Told:
    """An event as it is told, before it is written. `tenant`: where it is another than that of the request."""

    action: Action
    outcome: Outcome = Outcome.DONE
    thing: Thing = Thing()
    tenant: Tenant | None = None
    before: Mapping[str, Any] | None = None
    after: Mapping[str, Any] | None = None
    details: Mapping[str, Any] = field(default_factory=dict)
    acting: Acting = field(default_factory=acting)


def record(told: Told) -> None:
    """Write now, in the transaction that is open: rolled back with it."""
    write([told])


def record_anyway(told: Told) -> None:
    """Write once the request is answered, whatever becomes of its transactions; now where there is no request."""
    request = request_in_hand.get()
    if request is None:
        write([told])
    else:
        _deferred(request).append(told)


def write_deferred(request: HttpRequest) -> None:
    """Write what was to be kept of a request that is answered."""
    if waiting := _deferred(request):
        write_or_count(waiting)
        waiting.clear()


def has_deferred(request: HttpRequest) -> bool:
    """Whether the request has told of something that is still to be written."""
    return bool(_deferred(request))


def write_or_count(events: list[Told]) -> None:
    """Write what is over and cannot be undone. Where that fails it is logged, and counted as lost."""
    try:
        write(events)
    except DatabaseError:
        LOST.labels("not written").inc(len(events))
        log.exception("audit events were not written", extra={"actions": [one.action.value for one in events]})


def write(events: Iterable[Told], *, ages: Iterable[float] | None = None) -> None:
    """Write events that happened `ages` seconds ago. Raises DatabaseError."""
    told = list(events)
    rows = [_row(one, age) for one, age in zip(told, ages or [0.0] * len(told), strict=True)]
    with connection.cursor() as cursor:
        cursor.execute(INSERT, [orjson.dumps(rows).decode()])
    for one in told:
        WRITTEN.labels(one.action.value).inc()


def _deferred(request: HttpRequest) -> list[Told]:
    waiting: list[Told] = request.__dict__.setdefault("_audit_deferred", [])
    return waiting


def _row(told: Told, age: float) -> dict[str, Any]:
    who, tenant = told.acting, told.tenant
    return {
        "age": min(max(age, 0.0), OLDEST_SECONDS),
        "actor_id": who.actor_id,
        "actor": _name(who.actor),
        "tenant_id": tenant.pk if tenant is not None else who.tenant_id,
        "tenant": _name(tenant.slug if tenant is not None else who.tenant),
        "action": told.action.value,
        "outcome": told.outcome.value,
        "object_type": _name(told.thing.kind),
        "object_id": _name(told.thing.key),
        "object": _name(told.thing.name),
        "before": plain(told.before),
        "after": plain(told.after),
        "details": plain(told.details),
        "request_id": _name(who.request_id),
        "address": who.address,
    }


def _name(text: str) -> str:
    return cut(text, LONGEST_NAME)
