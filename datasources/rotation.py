"""Encrypting data sources' secrets anew under the newest key."""

from django.db import transaction

from audit.difference import CHANGED_SECRET, SECRET
from audit.models import Action
from audit.recording import Thing, Told, record
from datasources.models import DataSource
from datasources.sources import configured_of
from tenants.credentials import CredentialsError, is_newest
from tenants.rotation import Rotated


def rotate_secrets() -> Rotated:
    """As tenants.rotation.rotate, of data sources."""
    changed, current, unreadable = 0, 0, []
    for pk in DataSource.objects.exclude(secrets_token="").order_by("pk").values_list("pk", flat=True):
        with transaction.atomic():
            row = DataSource.objects.select_for_update(of=["self"]).select_related("tenant").get(pk=pk)
            configured = configured_of(row)
            try:
                secrets = configured.secrets() if configured is not None else None
            except CredentialsError:
                secrets = None
            if configured is None or secrets is None:
                unreadable.append(f"{row.tenant.slug if row.tenant else '(shared)'}/{row.slug}")
            elif is_newest(row.secrets_token):
                current += 1
            else:
                token = configured.kind.seal(pk, configured.settings, secrets.model_dump(mode="json"))
                # Past save(): they are the same secrets, so results and connections are as good as before.
                DataSource.objects.filter(pk=pk).update(secrets_token=token)
                _tell(row)
                changed += 1
    return changed, current, unreadable


def _tell(row: DataSource) -> None:
    before, after = {"secrets_token": SECRET}, {"secrets_token": CHANGED_SECRET}
    details = {"what": "encrypted under the newest key"}
    record(Told(Action.CHANGE, thing=Thing.of(row), tenant=row.tenant, before=before, after=after, details=details))
