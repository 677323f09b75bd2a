"""Which source a slug leads to for a tenant: its own of that slug, else a shared one. It is known, and costs no query."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass

from django.db.models import Q
from pydantic import ValidationError

from datasources.base import OWN, Source
from datasources.errors import QueryRefused, SourceMissing
from datasources.kinds import SOURCE_KINDS
from datasources.kinds.base import AnyConfigured, Configured
from datasources.models import DataSource
from datasources.postgres import PostgresSource
from tenants.known import Known
from tenants.models import Tenant

OWN_LANGUAGE = "sql"
LANGUAGES = {"sql": "SQL", "promql": "PromQL"}  # as people write them


@dataclass(frozen=True, slots=True)
class Found:
    """A data source as it was read; without `configured`, its settings are not valid any more."""

    row: DataSource
    configured: AnyConfigured | None

    @property
    def is_open(self) -> bool:
        """Whether what the tenant makes itself may ask it."""
        return not self.row.is_shared or self.row.is_open


@dataclass(frozen=True, slots=True)
class Sources:
    """The sources of one tenant, by slug, besides its own database."""

    tenant: Tenant
    found: Mapping[str, Found]

    def of(self, slug: str = OWN, *, platform: bool, language: str = OWN_LANGUAGE) -> Source:
        """As `source_of`."""
        if slug == OWN and language == OWN_LANGUAGE:
            return PostgresSource(self.tenant, platform=platform)
        found = self._default(language) if slug == OWN else self.found.get(slug)
        if found is None:
            what = f"no data source for {_said(language)}" if slug == OWN else f"no data source “{slug}”"
            raise SourceMissing(f"There is {what} here. An admin can add it.")
        name, configured = found.row.name, found.configured
        if not found.row.is_enabled:
            raise SourceMissing(f"The data source “{name}” is switched off.")
        if configured is None:
            raise SourceMissing(f"The settings of the data source “{name}” are not valid any more. An admin has to correct them.")
        kind = configured.kind
        if kind.language != language:
            asked, given = _said(kind.language), _said(language)
            raise QueryRefused(f"The data source “{name}” is a {kind.label}: it is asked in {asked}, not in {given}.")
        if (found.row.is_shared and not kind.may_be_shared) or not (platform or found.is_open):
            raise SourceMissing(f"The data source “{name}” answers panels that the platform keeps, and no others.")
        return kind.make(configured, self.tenant, platform=platform)

    def in_language(self, language: str | None) -> list[Found]:
        """All of them, or those that are asked in one language."""
        return [
            found
            for found in self.found.values()
            if language is None or (found.configured is not None and found.configured.kind.language == language)
        ]

    def _default(self, language: str) -> Found | None:
        """The tenant's own default before the shared one."""
        defaults = [found for found in self.in_language(language) if found.row.is_default]
        return min(defaults, key=lambda found: (found.row.is_shared, found.row.slug), default=None)


_known = Known[int, Mapping[str, Found]](most=5_000)


def source_of(tenant: Tenant, slug: str = OWN, *, platform: bool, language: str = OWN_LANGUAGE) -> Source:
    """The source of that slug, for what is written in `language`.

    `tenant`, the default, is the tenant's own database; for another language the tenant's default source, or the shared
    default. `platform`: as of Source. Raises SourceMissing and QueryRefused.
    """
    if slug == OWN and language == OWN_LANGUAGE:
        return PostgresSource(tenant, platform=platform)
    return _sources(tenant).of(slug, platform=platform, language=language)


def read_sources(tenants: Collection[Tenant]) -> dict[int, Sources]:
    """Those of several tenants, by their rows' ids, as they are now, in one query."""
    shared: dict[str, Found] = {}
    own: dict[int, dict[str, Found]] = {tenant.pk: {} for tenant in tenants}
    for row in DataSource.objects.filter(Q(tenant__in=own) | Q(tenant=None)):
        place = shared if row.tenant_id is None else own[row.tenant_id]
        place[row.slug] = Found(row, configured_of(row))
    return {tenant.pk: Sources(tenant, shared | own[tenant.pk]) for tenant in tenants}


def configured_of(row: DataSource) -> AnyConfigured | None:
    """A row with its settings read; None where they are not valid any more."""
    try:
        kind = SOURCE_KINDS[row.kind]
        its = kind.settings.model_validate(row.settings)
    except (KeyError, ValidationError):
        return None
    return Configured(
        kind=kind,
        pk=row.pk,
        slug=row.slug,
        name=row.name,
        tenant_id=row.tenant_id,
        settings=its,
        secrets_token=row.secrets_token,
        timeout_ms=row.timeout_ms,
        version=row.answers_version,
    )


def sources_seen_by(tenant: Tenant, *, platform: bool = True, language: str | None = None) -> list[DataSource]:
    """The sources that can be named, by slug; of one language, those of it. Not the caller's to change.

    `platform`: by panels that the platform keeps; what a tenant makes itself may name fewer.
    """
    return [found.row for found in _sources(tenant).in_language(language) if platform or found.is_open]


def forget_sources() -> None:
    """Which sources there are, and how they are set up, is asked anew."""
    _known.forget()


def _sources(tenant: Tenant) -> Sources:
    return Sources(tenant, _known.get(tenant.pk, lambda: read_sources([tenant])[tenant.pk].found) or {})


def _said(language: str) -> str:
    return LANGUAGES.get(language, language)
