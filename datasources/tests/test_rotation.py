"""The secrets of data sources follow the keys, and nothing else about a source changes."""

import secrets
from typing import Any

from audit.models import Event
from datasources.kinds import SOURCE_KINDS
from datasources.models import DataSource
from datasources.rotation import rotate_secrets
from datasources.sources import configured_of
from tenants.models import Tenant

WHERE = {"host": "db.example.com", "database": "d", "user": "u"}


def make(tenant: Tenant, slug: str) -> DataSource:
    kind = SOURCE_KINDS["postgres"]
    source = DataSource.objects.create(tenant=tenant, kind="postgres", slug=slug, name=slug, settings=WHERE)
    source.secrets_token = kind.seal(source.pk, kind.settings(**WHERE), {"password": f"of {slug}"})
    source.save()
    return source


def password_of(source: DataSource) -> str:
    source.refresh_from_db()
    configured = configured_of(source)
    assert configured is not None
    return configured.secrets().password


def test_secrets_are_under_the_newest_key_after_it(acme: Tenant, settings: Any) -> None:
    source, version = make(acme, "one"), 2
    settings.TENANT_CREDENTIAL_KEYS = [secrets.token_urlsafe(32), *settings.TENANT_CREDENTIAL_KEYS]
    assert rotate_secrets() == (1, 0, [])
    assert rotate_secrets() == (0, 1, [])
    settings.TENANT_CREDENTIAL_KEYS = settings.TENANT_CREDENTIAL_KEYS[:1]
    assert (password_of(source), source.version) == ("of one", version)
    assert Event.objects.latest("id").details == {"what": "encrypted under the newest key"}


def test_what_no_key_opens_is_named(acme: Tenant, settings: Any) -> None:
    make(acme, "one")
    DataSource.objects.create(kind="gone", slug="two", name="two", secrets_token="v1.x.y")
    settings.TENANT_CREDENTIAL_KEYS = [secrets.token_urlsafe(32)]
    assert rotate_secrets() == (0, 0, ["acme/one", "(shared)/two"])
