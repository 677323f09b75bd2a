"""What is done to a data source: entered, made the default, switched, tested, deleted."""

from typing import Any

from django.db import transaction

from audit.models import Action, Outcome
from audit.recording import Thing, Told, record
from datasources.models import DataSource
from datasources.pages.forms import SourceForm
from datasources.sources import OWN_LANGUAGE, configured_of
from datasources.statuses import Seen, ask_status
from datasources.uses import Use, uses_of
from tenants.models import Tenant

MOST_SOURCES = 50  # of one tenant: all of them are known together
TEST_WAITS_SECONDS = 5.0


class StillUsed(Exception):
    """The source cannot be deleted: `uses` need it."""

    def __init__(self, uses: list[Use]) -> None:
        super().__init__()
        self.uses = uses


def save_entered(form: SourceForm) -> DataSource:
    """Store a valid form. The first one that can be a default is it."""
    is_new = form.instance.pk is None
    source = form.save()
    if is_new and may_be_default(source) and not _others(source).exists():
        source.is_default = True
        source.save(update_fields=["is_default", "updated_at"])
    return source


def may_be_default(source: DataSource) -> bool:
    """What is written in a tenant's own database's language asks that one where it names none."""
    configured = configured_of(source)
    return configured is not None and configured.kind.language != OWN_LANGUAGE


def make_default(source: DataSource) -> None:
    """Of its kind, for its tenant or for all: instead of the one that is."""
    with transaction.atomic():
        for other in _others(source).select_for_update().filter(is_default=True):
            other.is_default = False
            other.save(update_fields=["is_default", "updated_at"])
        source.is_default = True
        source.save(update_fields=["is_default", "updated_at"])


def switch(source: DataSource, *, is_enabled: bool) -> None:
    source.is_enabled = is_enabled
    source.save(update_fields=["is_enabled", "updated_at"])


def delete(source: DataSource) -> None:
    """Raises StillUsed."""
    if uses := uses_of(source):
        raise StillUsed(uses)
    source.delete()


def test(source: DataSource, tenant: Tenant | None) -> Seen | None:
    """Ask it now, and record that somebody did; None where its settings are not valid, or too many are being asked."""
    configured = configured_of(source)
    seen = ask_status(configured, tenant, wait_seconds=TEST_WAITS_SECONDS) if configured is not None else None
    if seen is not None:
        outcome = Outcome.DONE if seen.status.is_connected else Outcome.FAILED
        details: dict[str, Any] = {"summary": seen.status.error or seen.status.version}
        record(Told(Action.TEST_CONNECTION, outcome, Thing.of(source), tenant, details=details))
    return seen


def _others(source: DataSource) -> Any:
    return DataSource.objects.filter(tenant=source.tenant_id, kind=source.kind).exclude(pk=source.pk)
