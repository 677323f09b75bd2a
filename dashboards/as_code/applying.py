"""Applying a folder: all of it or nothing, one at a time, each row through the function that counts versions."""

from django.db import connection, transaction

from dashboards.as_code.definitions import Definition
from dashboards.as_code.planning import Change, Plan, plan
from dashboards.as_code.reading import Whole
from dashboards.as_code.source_plan import write_source
from dashboards.as_code.stored import MODELS, Row
from dashboards.changing import delete_unchanged, locked, save_change, save_new
from dashboards.document import DashboardDocument, place_panels, take_fields
from dashboards.models import Dashboard, Panel, Shared
from dashboards.panels.document import PanelDocument
from tenants.models import Tenant, User

COMMAND = "panels apply"
LOCK = 4_103_877_201  # of the central database, for this alone


def apply(definitions: Whole, tenant: Tenant | None, *, revision: str, prune: bool) -> Plan:
    """Make what is stored as the definitions say, and answer what was changed. Raises Refused, Overtaken, Gone."""
    with transaction.atomic():
        take_turns()
        planned = plan(definitions.items, tenant, prune=prune, sources=definitions.sources)
        for source in planned.sources:
            write_source(source)
        for change in planned.changes:
            write(change, planned, revision=revision)
    return planned


def make_missing(definitions: Whole, tenant: Tenant | None) -> int:
    """Make what is not there yet, as if by hand: it has no mark. Answers how many were made."""
    with transaction.atomic():
        take_turns()
        planned = plan(definitions.items, tenant, prune=False, sources=definitions.sources)
        new_sources = [source for source in planned.sources if source.act == "create"]
        for source in new_sources:
            write_source(source)
        new = [change for change in planned.changes if change.act == "create"]
        for change in new:
            write(change, planned, revision="")
    return len(new_sources) + len(new)


def take_turns() -> None:
    """Wait for whoever applies at this moment; they wait for us until our transaction ends."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [LOCK])


def write(change: Change, planned: Plan, *, revision: str, by: User | str = COMMAND, through: str = COMMAND) -> None:
    """Make one change; `by` and `through` as in `save_change`. Without a revision what is made has no mark."""
    row, definition = change.row, change.definition
    if definition is None:
        assert row is not None  # what is deleted is there
        delete_unchanged(row, seen=row.version)
    elif row is None:
        _finish(_create(definition, planned, by=by, through=through), definition, planned, revision)
    elif change.act == "mark":
        _mark(locked(row, seen=row.version), definition, revision)
    else:
        stored = save_change(row, lambda stored: _take(stored, definition), by=by, through=through, seen=row.version)
        _finish(stored, definition, planned, revision)


def _create(definition: Definition, planned: Plan, *, by: User | str, through: str) -> Row:
    row = MODELS[definition.kind](slug=definition.slug, tenant=planned.tenant)
    _take(row, definition)
    return save_new(row, by=by, through=through)


def _take(row: Row, definition: Definition) -> None:
    if row.tenant_id is not None:
        row.scope = Shared.Scope.TENANT
    else:
        row.scope = Shared.Scope.ALL if definition.shared_with is None else Shared.Scope.CHOSEN
    document = definition.document
    if isinstance(row, Panel) and isinstance(document, PanelDocument):
        row.take(document)
    elif isinstance(row, Dashboard) and isinstance(document, DashboardDocument):
        take_fields(row, document)


def _finish(row: Row, definition: Definition, planned: Plan, revision: str) -> None:
    """What needs a stored row: with whom it is shared, its placements, and its mark."""
    row.shared_with.set([planned.chosen[slug] for slug in definition.shared_with or ()])
    if isinstance(row, Dashboard) and isinstance(definition.document, DashboardDocument):
        place_panels(row, definition.document)
    if revision:
        _mark(row, definition, revision)


def _mark(row: Row, definition: Definition, revision: str) -> None:
    row.managed_file, row.managed_revision, row.managed_version = definition.place.file, revision, row.version
    row.save(update_fields=["managed_file", "managed_revision", "managed_version"])
