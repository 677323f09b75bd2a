"""Which source a slug leads to for a tenant: its own of that slug, else a shared one. It is known, and costs no query."""

from collections.abc import Mapping

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

_known = Known[int, Mapping[str, DataSource]](most=5_000)


def source_of(tenant: Tenant, slug: str = OWN, *, platform: bool, language: str = OWN_LANGUAGE) -> Source:
    """The source of that slug, for what is written in `language`.

    `tenant`, the default, is the tenant's own database; for another language the tenant's default source, or the shared
    default. `platform`: as of Source. Raises SourceMissing and QueryRefused.
    """
    if slug == OWN and language == OWN_LANGUAGE:
        return PostgresSource(tenant, platform=platform)
    row = _default_of(tenant, language) if slug == OWN else _rows(tenant).get(slug)
    if row is None:
        what = f"no data source for {language}" if slug == OWN else f"no data source “{slug}”"
        raise SourceMissing(f"There is {what} here. An admin can add it.")
    if not row.is_enabled:
        raise SourceMissing(f"The data source “{row.name}” is switched off.")
    configured = configured_of(row)
    kind = configured.kind
    if kind.language != language:
        raise QueryRefused(f"The data source “{row.name}” is a {kind.label}: it is asked in {kind.language}, not in {language}.")
    if row.is_shared and not (kind.may_be_shared and (platform or row.is_open)):
        raise SourceMissing(f"The data source “{row.name}” answers panels that the platform keeps, and no others.")
    return kind.make(configured, tenant, platform=platform)


def configured_of(row: DataSource) -> AnyConfigured:
    """A row with its settings read. Raises SourceMissing where they are not valid any more."""
    try:
        kind = SOURCE_KINDS[row.kind]
        its = kind.settings.model_validate(row.settings)
    except (KeyError, ValidationError) as error:
        sentence = f"The settings of the data source “{row.name}” are not valid any more. An admin has to correct them."
        raise SourceMissing(sentence) from error
    return Configured(
        kind=kind,
        pk=row.pk,
        slug=row.slug,
        name=row.name,
        tenant_id=row.tenant_id,
        settings=its,
        secrets_token=row.secrets_token,
        timeout_ms=row.timeout_ms,
        version=row.version,
    )


def sources_seen_by(tenant: Tenant, *, language: str | None = None) -> list[DataSource]:
    """The sources a tenant's panels can name, by slug; of one language, those of it. Not the caller's to change."""
    return [row for row in _rows(tenant).values() if language is None or _language_of(row) == language]


def forget_sources() -> None:
    """Which sources there are, and how they are set up, is asked anew."""
    _known.forget()


def _rows(tenant: Tenant) -> Mapping[str, DataSource]:
    found = _known.get(tenant.pk, lambda: _read(tenant))
    return found if found is not None else {}


def _read(tenant: Tenant) -> Mapping[str, DataSource]:
    rows: dict[str, DataSource] = {}
    for row in DataSource.objects.of(tenant):
        rows.setdefault(row.slug, row)
    return rows


def _default_of(tenant: Tenant, language: str) -> DataSource | None:
    """The tenant's own default before the shared one."""
    defaults = [row for row in sources_seen_by(tenant, language=language) if row.is_default]
    return min(defaults, key=lambda row: (row.is_shared, row.slug), default=None)


def _language_of(row: DataSource) -> str:
    kind = SOURCE_KINDS.get(row.kind)
    return kind.language if kind is not None else ""
