"""Which source a slug leads to: the tenant's own wins, what is not for the tenant is a sentence, and to know it costs no query."""

import time
from typing import Any, ClassVar

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError, connection, transaction
from django.test.utils import CaptureQueriesContext

from audit.models import Event
from datasources.errors import QueryRefused, SourceMissing
from datasources.kinds import SOURCE_KINDS
from datasources.kinds.base import Configured, Secrets, Settings, SourceKind, Status
from datasources.models import DataSource
from datasources.postgres import PostgresSource
from datasources.results.key import key_of
from datasources.sources import configured_of, source_of, sources_seen_by
from tenants import known
from tenants.credentials import CredentialsError
from tenants.models import Tenant


class StarsSettings(Settings):
    url: str
    colour: str = "red"


class StarsSecrets(Secrets):
    password: str = ""


class Stars:
    """A source as far as a key goes."""

    def __init__(self, configured: Configured, tenant: Tenant, platform: bool) -> None:
        self.configured, self.tenant, self.platform = configured, tenant, platform
        self.identity, self.slug = configured.identity(tenant), configured.slug

    def limits(self) -> Any:
        return self.configured.limits(self.tenant)


class StarsKind(SourceKind[StarsSettings, StarsSecrets]):
    name, label, language = "stars", "Stars", "starql"
    settings, secrets = StarsSettings, StarsSecrets
    targets: ClassVar[tuple[str, ...]] = ("url",)

    def make(self, configured: Any, tenant: Tenant, *, platform: bool) -> Any:
        return Stars(configured, tenant, platform)

    def status(self, configured: Any, tenant: Tenant | None) -> Status:
        return Status(is_connected=True)


class PrivateKind(StarsKind):
    name, may_be_shared = "private", False


@pytest.fixture(autouse=True)
def _kinds(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(SOURCE_KINDS, "stars", StarsKind())
    monkeypatch.setitem(SOURCE_KINDS, "private", PrivateKind())


def make(slug: str, tenant: Tenant | None = None, *, kind: str = "stars", **facts: Any) -> DataSource:
    facts = {"settings": {"url": "https://stars.example"}, "is_open": tenant is None, **facts}
    return DataSource.objects.create(slug=slug, name=slug.title(), kind=kind, tenant=tenant, **facts)


def look(tenant: Tenant, slug: str = "tenant", *, platform: bool = False) -> Any:
    return source_of(tenant, slug, platform=platform, language="starql")


def test_sql_that_names_no_source_asks_the_tenants_own_database(acme: Tenant) -> None:
    with CaptureQueriesContext(
        connection,
    ) as queries:
        source = source_of(acme, platform=True)
    assert isinstance(source, PostgresSource)
    assert (source.tenant, source.platform, source.identity.source) == (acme, True, 0)
    assert not queries


def test_a_tenants_own_source_wins_over_the_shared_one(acme: Tenant, globex: Tenant) -> None:
    shared, own = make("metrics"), make("metrics", acme)
    assert look(acme, "metrics").identity.source == own.pk
    assert look(globex, "metrics").identity.source == shared.pk


def test_nobody_gets_another_tenants_source(acme: Tenant, globex: Tenant) -> None:
    make("metrics", globex)
    with pytest.raises(SourceMissing, match="no data source “metrics”"):
        look(acme, "metrics")
    assert sources_seen_by(acme) == []


def test_two_tenants_never_share_a_result_of_a_shared_source(acme: Tenant, globex: Tenant) -> None:
    make("metrics")
    keys = {key_of(look(tenant, "metrics"), {}) for tenant in (acme, globex)}
    assert len(keys) == 2
    assert {key.split(":")[0] for key in keys} == {str(acme.pk), str(globex.pk)}


def test_what_changes_the_answers_changes_the_key(acme: Tenant) -> None:
    source = make("metrics", acme)
    keys = [key_of(look(acme, "metrics"), {})]
    for name, value in {"settings": {"url": "https://other.example"}, "timeout_ms": 5_000, "secrets_token": "x"}.items():
        setattr(source, name, value)
        source.save()
        keys.append(key_of(look(acme, "metrics"), {}))
    versions = (source.version, source.answers_version)
    source.name = "Another"
    source.save()
    assert (source.version, source.answers_version) == (versions[0] + 1, versions[1])
    assert len(set(keys)) == 4
    assert key_of(look(acme, "metrics"), {}) == keys[-1]


def test_a_source_that_is_off_or_gone_is_a_sentence(acme: Tenant) -> None:
    source = make("metrics", acme)
    make("metrics")
    look(acme, "metrics")
    source.is_enabled = False
    source.save()
    with pytest.raises(SourceMissing, match="“Metrics” is switched off"):  # and the shared one does not answer in its place
        look(acme, "metrics")
    DataSource.objects.all().delete()
    with pytest.raises(SourceMissing, match="no data source “metrics”"):
        look(acme, "metrics")


def test_what_tenants_write_themselves_asks_no_shared_source_unless_it_is_open_to_them(acme: Tenant) -> None:
    make("metrics", is_open=False)
    assert look(acme, "metrics", platform=True).platform
    with pytest.raises(SourceMissing, match="panels that the platform keeps"):
        look(acme, "metrics")
    assert sources_seen_by(acme, platform=False) == []
    assert [row.slug for row in sources_seen_by(acme, platform=True)] == ["metrics"]


def test_a_kind_that_must_not_be_shared_is_not(acme: Tenant) -> None:
    make("metrics", kind="private")
    with pytest.raises(SourceMissing):
        look(acme, "metrics", platform=True)


def test_a_source_is_asked_in_its_language_alone(acme: Tenant) -> None:
    make("metrics", acme)
    with pytest.raises(QueryRefused, match="is asked in starql, not in SQL"):
        source_of(acme, "metrics", platform=False)


def test_the_tenants_default_comes_before_the_shared_one(acme: Tenant, globex: Tenant) -> None:
    make("all", is_default=True)
    make("first", acme)
    make("mine", acme, is_default=True)
    assert look(acme).slug == "mine"
    assert look(globex).slug == "all"


def test_without_a_default_it_is_said(acme: Tenant) -> None:
    make("metrics", acme)
    with pytest.raises(SourceMissing, match="no data source for starql"):
        look(acme)


@pytest.mark.parametrize("broken", [{"kind": "gone"}, {"settings": {"uri": "x"}}])
def test_settings_that_are_not_valid_any_more_are_a_sentence(acme: Tenant, broken: dict) -> None:
    make("metrics", acme, **broken)
    with pytest.raises(SourceMissing, match="not valid any more"):
        look(acme, "metrics")


def test_a_source_that_is_known_costs_no_query(acme: Tenant) -> None:
    make("metrics", acme)
    look(acme, "metrics")
    with CaptureQueriesContext(connection) as queries:
        look(acme, "metrics")
    assert not queries


def test_what_another_process_changes_is_seen_within_five_seconds(acme: Tenant, monkeypatch: pytest.MonkeyPatch) -> None:
    make("metrics", acme)
    look(acme, "metrics")
    with connection.cursor() as cursor:  # past Django, as another process does
        cursor.execute("UPDATE datasources_datasource SET is_enabled = false")
    look(acme, "metrics")
    now = time.monotonic()
    monkeypatch.setattr(known.time, "monotonic", lambda: now + 4.01)
    with pytest.raises(SourceMissing):
        look(acme, "metrics")


def test_the_own_databases_slug_is_nobody_elses(acme: Tenant) -> None:
    with pytest.raises(ValidationError):
        DataSource(slug="tenant", name="x", kind="stars", tenant=acme).full_clean()
    with pytest.raises(IntegrityError), transaction.atomic():
        make("tenant", acme)


@pytest.mark.parametrize("facts", [{}, {"slug": "other", "is_default": True}])
def test_a_slug_and_a_default_are_there_once(acme: Tenant, facts: dict) -> None:
    for tenant in (acme, None):
        make("metrics", tenant, is_default=True)
        with pytest.raises(IntegrityError), transaction.atomic():
            make(**{"slug": "metrics", "tenant": tenant, **facts})


def test_secrets_are_read_back_for_their_row_and_target_alone(acme: Tenant) -> None:
    source, other = make("metrics", acme), make("other", acme)
    kind = SOURCE_KINDS["stars"]
    source.secrets_token = kind.seal(source.pk, StarsSettings(**source.settings), {"password": "hunter2"})
    source.save()
    assert configured_of(source).secrets().password == "hunter2"
    assert "hunter2" not in repr(configured_of(source)) + repr(configured_of(source).secrets()) + source.secrets_token
    source.settings = {"url": "https://stars.example", "colour": "blue"}
    assert configured_of(source).secrets().password == "hunter2"
    source.settings = {"url": "https://evil.example"}
    other.secrets_token = source.secrets_token
    for stolen in (source, other):
        with pytest.raises(CredentialsError):
            configured_of(stolen).secrets()


def test_changes_are_audited_without_their_secrets(acme: Tenant) -> None:
    source = make("metrics", acme)
    source.secrets_token = "v1.hunter2"
    source.settings = {"url": "https://other.example"}
    source.save()
    event = Event.objects.filter(object_type="datasources.datasource", action="change").latest("id")
    assert (event.tenant_id, event.after["settings.url"]) == (acme.pk, "https://other.example")
    assert event.after["secrets_token"] == "(secret, changed)"
    assert "hunter2" not in str(event.before) + str(event.after)
