"""What the app of tenants does without saving a row, by its signals."""

from typing import Any

from audit.difference import CHANGED_SECRET, SECRET
from audit.models import Action, Outcome
from audit.recording import Thing, Told, record
from tenants.models import Tenant
from tenants.signals import connection_tested, password_reencrypted

FIT = {Tenant.Verdict.GOOD, Tenant.Verdict.WARNING}


def listen() -> None:
    connection_tested.connect(_tested, dispatch_uid="audit")
    password_reencrypted.connect(_reencrypted, dispatch_uid="audit")


def _tested(tenant: Tenant, verdict: Tenant.Verdict, summary: str, **_: Any) -> None:
    outcome = Outcome.DONE if verdict in FIT else Outcome.FAILED
    details = {"verdict": verdict.value, "summary": summary}
    record(Told(Action.TEST_CONNECTION, outcome, Thing.of(tenant), tenant, details=details))


def _reencrypted(tenant: Tenant, **_: Any) -> None:
    before, after = {"password_token": SECRET}, {"password_token": CHANGED_SECRET}
    details = {"what": "encrypted under the newest key"}
    record(Told(Action.CHANGE, thing=Thing.of(tenant), tenant=tenant, before=before, after=after, details=details))
