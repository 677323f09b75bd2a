"""Prometheus and what speaks as it does: VictoriaMetrics, Thanos, Mimir."""

from base64 import b64encode
from typing import Annotated, ClassVar, Literal, Self

from pydantic import AfterValidator, Field, model_validator

from datasources.intervals import SCRAPE_MS
from datasources.kinds.base import Configured, Secrets, Settings, SourceKind, Status
from datasources.kinds.pem import LINES, Certificates, PrivateKey
from datasources.prometheus.gate import gates
from datasources.prometheus.headers import OF_SECRETS, read_headers
from datasources.prometheus.parameters import read_parameters
from datasources.prometheus.server import Credentials, Server
from datasources.prometheus.source import PrometheusSource, Setting
from datasources.prometheus.status import status_of
from datasources.promql.values import duration_ms
from tenants.models import Tenant
from tenants.outbound import AddressRefused, Tls
from tenants.outbound.client import read_url

TENANT = "{tenant}"  # in the value of a header or a parameter: the tenant's slug


def _url(url: str) -> str:
    try:
        read_url(url)
    except AddressRefused as error:
        raise ValueError(error.sentence) from error
    return url.rstrip("/")


def _plain_headers(text: str) -> str:
    for name in read_headers(text):
        if name.lower() in OF_SECRETS:
            raise ValueError(f"{name} is a secret: use the fields for credentials, or the secret headers.")
    return text


def _parameters(text: str) -> str:
    read_parameters(text)
    return text


def _secret_headers(text: str) -> str:
    read_headers(text)
    return text


def _interval(text: str) -> str:
    if not duration_ms(text):
        raise ValueError("This is a length of time: 15s, 1m.")
    return text


class PrometheusSettings(Settings):
    url: Annotated[
        str,
        Field(min_length=1, max_length=500, title="Address", description="http://prometheus:9090; the path up to /api/v1."),
        AfterValidator(_url),
    ]
    flavour: Annotated[
        Literal["prometheus", "victoriametrics"],
        Field(
            title="Dialect",
            description="victoriametrics: queries may be MetricsQL, in which mistakes are found by the server alone.",
        ),
    ] = "prometheus"
    method: Annotated[
        Literal["POST", "GET"], Field(title="Requests", description="GET where something on the way lets no POST through.")
    ] = "POST"
    scrape_interval: Annotated[
        str,
        Field(max_length=10, title="Scrape interval", description="How often it asks its targets: the finest step."),
        AfterValidator(_interval),
    ] = "15s"
    auth: Annotated[Literal["none", "basic", "bearer"], Field(title="Signs in with")] = "none"
    user: Annotated[str, Field(max_length=200, description="For basic.")] = ""
    headers: Annotated[
        str,
        Field(
            max_length=4_000,
            title="Headers",
            description="One a line, X-Scope-OrgID: customer-1. {tenant} is the tenant's id.",
            json_schema_extra=LINES,
        ),
        AfterValidator(_plain_headers),
    ] = ""
    parameters: Annotated[
        str,
        Field(
            max_length=2_000,
            title="Parameters",
            description="Sent with each query, as in a URL: dedup=true&partial_response=false. {tenant} is the tenant's id.",
        ),
        AfterValidator(_parameters),
    ] = ""
    ca_certificate: Annotated[Certificates, Field(title="CA certificate", description="PEM; empty: the system's.")] = ""
    client_certificate: Annotated[Certificates, Field(title="Client certificate", description="PEM; its key is a secret.")] = ""
    verify_tls: Annotated[bool, Field(title="Check the certificate", description="Off, others may read along.")] = True

    @model_validator(mode="after")
    def _user_of_basic(self) -> Self:
        if (self.auth == "basic") != bool(self.user):
            raise ValueError("A user belongs to basic, and basic needs one.")
        if ":" in self.user:
            raise ValueError("A user of basic has no colon.")
        return self


class PrometheusSecrets(Secrets):
    password: Annotated[str, Field(max_length=1_000, description="For basic.")] = ""
    token: Annotated[str, Field(max_length=8_000, pattern=r"^[\x21-\x7e]*$", description="For bearer.")] = ""
    client_key: Annotated[PrivateKey, Field(title="Client key", description="PEM, without a password.")] = ""
    secret_headers: Annotated[
        str,
        Field(
            max_length=4_000,
            title="Secret headers",
            description="As headers are, for those that are keys.",
            json_schema_extra=LINES,
        ),
        AfterValidator(_secret_headers),
    ] = ""


ItsConfigured = Configured[PrometheusSettings, PrometheusSecrets]


class PrometheusKind(SourceKind[PrometheusSettings, PrometheusSecrets]):
    name, label, language = "prometheus", "Prometheus", "promql"
    settings, secrets = PrometheusSettings, PrometheusSecrets
    targets: ClassVar[tuple[str, ...]] = ("url", "auth", "user", "ca_certificate", "client_certificate", "verify_tls")

    def make(self, configured: ItsConfigured, tenant: Tenant, *, platform: bool) -> PrometheusSource:
        its = configured.settings
        return PrometheusSource(
            tenant,
            Server(its.url, its.method, lambda: _credentials(configured, tenant.slug), _own_parameters(its, tenant.slug)),
            gates.of(configured.pk, configured.version),
            identity=configured.identity(tenant),
            limits=configured.limits(tenant),
            setting=Setting(duration_ms(its.scrape_interval) or SCRAPE_MS, is_checked=its.flavour == "prometheus"),
            platform=platform,
        )

    def status(self, configured: ItsConfigured, tenant: Tenant | None) -> Status:
        """Of a shared source whose headers name the tenant, the platform sees it as a tenant of no name."""
        return status_of(self.make(configured, tenant or Tenant(), platform=tenant is None))


def _own_parameters(its: PrometheusSettings, tenant: str) -> list[tuple[str, str]]:
    return [(name, value.replace(TENANT, tenant)) for name, value in read_parameters(its.parameters)]


def _credentials(configured: ItsConfigured, tenant: str) -> Credentials:
    its, hidden = configured.settings, configured.secrets()
    headers = {**read_headers(its.headers), **read_headers(hidden.secret_headers)}
    headers = {name: value.replace(TENANT, tenant) for name, value in headers.items()}
    if its.auth == "basic":
        headers["Authorization"] = f"Basic {b64encode(f'{its.user}:{hidden.password}'.encode()).decode()}"
    elif its.auth == "bearer":
        headers["Authorization"] = f"Bearer {hidden.token}"
    tls = Tls(ca=its.ca_certificate, verify=its.verify_tls, certificate=its.client_certificate, key=hidden.client_key)
    return Credentials(headers, tls)


SOURCE_KIND = PrometheusKind()
