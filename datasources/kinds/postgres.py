"""Further PostgreSQL databases of a tenant: reached, guarded and bounded as its own is.

They belong to one tenant each: one database for all tenants would show each the others' rows.
"""

from dataclasses import dataclass
from typing import Annotated, ClassVar, Literal

from django.conf import settings
from pydantic import AfterValidator, Field

from datasources.kinds.base import Configured, Secrets, Settings, SourceKind, Status
from datasources.kinds.pem import Certificates
from datasources.postgres import PostgresSource
from tenants.connection_test import Report, examine
from tenants.key import Key
from tenants.models import Tenant
from tenants.resolve import HostRefused, check_host

SslMode = Literal["disable", "prefer", "require", "verify-ca", "verify-full"]


def _host(host: str) -> str:
    if host.startswith("/"):
        raise ValueError("A socket folder is not for data sources.")
    try:
        check_host(host)
    except HostRefused as error:
        raise ValueError(str(error)) from error
    return host


def _schemas(text: str) -> str:
    if any(name.strip().startswith(("pg_", "information_schema")) for name in text.split(",")):
        raise ValueError("PostgreSQL's own schemas are not for panels.")
    return text


class PostgresSettings(Settings):
    host: Annotated[str, Field(min_length=1, max_length=255), AfterValidator(_host)]
    port: Annotated[int, Field(ge=1, le=65_535)] = 5432
    database: Annotated[str, Field(min_length=1, max_length=63)]
    user: Annotated[str, Field(min_length=1, max_length=63, title="Role", description="A role that may only read.")]
    sslmode: Annotated[SslMode, Field(title="TLS", description="verify-full checks the certificate and the host's name.")] = (
        "verify-full"
    )
    ca_certificate: Annotated[Certificates, Field(title="CA certificate", description="PEM; empty: the system's.")] = ""
    search_path: Annotated[
        str,
        AfterValidator(_schemas),
        Field(min_length=1, max_length=500, title="Schemas", description="Those panels may read, by comma."),
    ] = "public"


class PostgresSecrets(Secrets):
    password: Annotated[str, Field(max_length=1_000)] = ""


ItsConfigured = Configured[PostgresSettings, PostgresSecrets]


@dataclass(frozen=True, slots=True)
class FurtherDatabase:
    """A tenant's database besides its own, as a tenants.database.Database."""

    owner: Tenant
    configured: ItsConfigured

    @property
    def key(self) -> Key:
        return Key(self.owner.pk, self.configured.pk)

    @property
    def connection_version(self) -> str:
        """The owner's is in it: the session has its time zone."""
        return self.configured.identity(self.owner).version

    @property
    def alias(self) -> str:
        return f"{self.owner.alias}.{self.configured.slug}"

    @property
    def host(self) -> str:
        return self.configured.settings.host

    @property
    def port(self) -> int:
        return self.configured.settings.port

    @property
    def database(self) -> str:
        return self.configured.settings.database

    @property
    def user(self) -> str:
        return self.configured.settings.user

    @property
    def sslmode(self) -> str:
        return self.configured.settings.sslmode

    @property
    def ca_certificate(self) -> str:
        return self.configured.settings.ca_certificate

    @property
    def search_path(self) -> str:
        return self.configured.settings.search_path

    @property
    def time_zone(self) -> str:
        return self.owner.time_zone

    @property
    def timeout_ms(self) -> int | None:
        return self.configured.timeout_ms

    @property
    def is_active(self) -> bool:
        return self.owner.is_active

    @property
    def is_operators(self) -> bool:
        return False

    def password(self) -> str:
        return self.configured.secrets().password


class PostgresKind(SourceKind[PostgresSettings, PostgresSecrets]):
    name, label, language = "postgres", "PostgreSQL", "sql"
    settings, secrets = PostgresSettings, PostgresSecrets
    targets: ClassVar[tuple[str, ...]] = ("host", "port", "database", "user", "sslmode", "ca_certificate")
    may_be_shared = False

    def make(self, configured: ItsConfigured, tenant: Tenant, *, platform: bool) -> PostgresSource:
        return PostgresSource(tenant, platform=platform, database=FurtherDatabase(tenant, configured))

    def status(self, configured: ItsConfigured, tenant: Tenant | None) -> Status:
        assert tenant is not None  # as it may not be shared
        if _is_central(configured.settings):
            return Status(is_connected=False, error="This is PanelDash's own database. It must not be a data source.")
        return _status(examine(FurtherDatabase(tenant, configured)))


def _is_central(its: PostgresSettings) -> bool:
    central = settings.DATABASES["default"]
    own = (central.get("HOST") or "localhost", int(central.get("PORT") or 5432), central["NAME"])
    return (its.host, its.port, its.database) == own


def _status(report: Report) -> Status:
    wrong = [finding.sentence for finding in report.findings if finding.severity == "refused"]
    warnings = tuple(finding.sentence for finding in report.findings if finding.severity == "warning")
    if not report.reachable:
        return Status(is_connected=False, error=wrong[0] if wrong else "The database cannot be reached.", warnings=warnings)
    return Status(
        is_connected=not wrong,
        version=f"PostgreSQL {report.server_version}" if report.server_version else "",
        latency_ms=report.latency_ms,
        facts=(("Role", report.role), ("Encrypted", "yes" if report.encrypted else "no")),
        warnings=warnings,
        error=wrong[0] if wrong else "",
    )


SOURCE_KIND = PostgresKind()
