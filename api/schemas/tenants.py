"""Tenants as programs see them. A password goes in and never comes out."""

from datetime import datetime
from typing import Annotated, Literal

from pydantic import BaseModel, Field, StringConstraints

from api.schemas.parts import PLAIN, TEXT, WITHOUT_NUL, Given, Name, Page, Slug, example

RoleName = Literal["viewer", "editor", "admin"]
Host = Annotated[str, StringConstraints(min_length=1, max_length=255, pattern=PLAIN)]
DatabaseName = Annotated[str, StringConstraints(min_length=1, max_length=63, pattern=PLAIN)]
Password = Annotated[
    str, StringConstraints(min_length=1, max_length=1_000, pattern=TEXT), Field(json_schema_extra={"writeOnly": True})
]
SslMode = Literal["disable", "prefer", "require", "verify-ca", "verify-full"]
Certificate = Annotated[str, StringConstraints(max_length=100_000), WITHOUT_NUL, Field(description="PEM; empty: the system's.")]
Verdict = Literal["untested", "good", "warning", "refused", "unreachable"]
Zone = Annotated[str, StringConstraints(max_length=64, pattern=PLAIN), Field(examples=["Europe/Paris"])]
Timeout = Annotated[int, Field(ge=100, le=30_000, description="null: the installation's PANEL_TIMEOUT_MS.")]
RowLimit = Annotated[int, Field(ge=0, le=2_147_483_647, description="null: the installation's PANEL_ROW_LIMIT.")]
Schemas = Annotated[str, StringConstraints(min_length=1, max_length=500, pattern=PLAIN), Field(description="By comma.")]


class TenantSummary(BaseModel):
    model_config = example(tenant_id="acme", name="Acme", role="viewer", time_zone="Europe/Paris", is_active=True)

    tenant_id: str
    name: str
    role: Annotated[RoleName, Field(description="The caller's; a platform admin is admin everywhere.")]
    time_zone: str
    is_active: bool


class TenantPage(Page[TenantSummary]):
    pass


class Connection(BaseModel):
    """How the tenant's database is reached, and what its last test found. For platform admins."""

    host: str
    port: int
    database: str
    user: str
    sslmode: SslMode
    has_ca_certificate: bool
    search_path: str
    timeout_ms: int | None
    row_limit: int | None
    verdict: Verdict
    tested_at: datetime | None
    summary: str


class TenantDetail(TenantSummary):
    created_at: datetime
    updated_at: datetime
    connection: Annotated[Connection | None, Field(description="For platform admins; null for all others.")]


class NewTenant(Given):
    model_config = example(
        tenant_id="northwind", name="Northwind", host="db.example.com", database="northwind", user="paneldash_reader",
        password="its password", time_zone="Europe/Paris",  # noqa: S106
    )  # fmt: skip

    tenant_id: Slug
    name: Name
    host: Host
    port: Annotated[int, Field(ge=1, le=65_535)] = 5432
    database: DatabaseName
    user: Annotated[DatabaseName, Field(description="A read-only role of that database.")]
    password: Password
    sslmode: SslMode = "verify-full"
    ca_certificate: Certificate = ""
    search_path: Schemas = "public"
    time_zone: Zone = "UTC"
    timeout_ms: Timeout | None = None
    row_limit: RowLimit | None = None
    is_active: bool = True


class TenantChange(Given):
    """What is not named stays. With another host, port, database or user the password must come along."""

    model_config = example(is_active=False)

    name: Name | None = None
    host: Host | None = None
    port: Annotated[int, Field(ge=1, le=65_535)] | None = None
    database: DatabaseName | None = None
    user: DatabaseName | None = None
    password: Password | None = None
    sslmode: SslMode | None = None
    ca_certificate: Certificate | None = None
    search_path: Schemas | None = None
    time_zone: Zone | None = None
    timeout_ms: Timeout | None = None
    row_limit: RowLimit | None = None
    is_active: bool | None = None


class Finding(BaseModel):
    severity: Literal["good", "warning", "refused"]
    sentence: str


class ConnectionReport(BaseModel):
    """What a connection test found. A tenant that cannot be reached is an answer, not an error."""

    verdict: Verdict
    is_fit: Annotated[bool, Field(description="Whether panels should run with this role.")]
    reachable: bool
    server_version: str
    latency_ms: float | None
    encrypted: bool
    can_write: bool | None
    findings: list[Finding]
