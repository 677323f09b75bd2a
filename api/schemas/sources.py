"""Data sources as programs see them. Secrets go in and never come out."""

from datetime import datetime
from typing import Annotated, Any

from pydantic import BaseModel, Field, StringConstraints, WithJsonSchema

from api.schemas.parts import PLAIN, TEXT, WITHOUT_NUL, Given, Name, Page, Slug, example
from api.schemas.problems import Overtaken
from api.schemas.sharing import Owner, Version
from api.schemas.tenants import Timeout

URL = "https://prometheus.example.com"
Kind = Annotated[str, StringConstraints(max_length=40, pattern=PLAIN), Field(description="`postgres`, `prometheus`")]
Settings = Annotated[dict[str, Any], WithJsonSchema({"type": "object", "x-document": "settings"})]
Secrets = Annotated[dict[str, Any], WithJsonSchema({"type": "object", "x-document": "secrets"})]
SomeSettings = Annotated[dict[str, Any], Field(max_length=100, description="Those that change; null: as it is without.")]
Forgets = Annotated[bool, Field(description="The stored secrets that are not given anew are forgotten.")]
Open = Annotated[bool, Field(description="Of a shared one: panels that tenants make themselves may ask it too.")]
Moment = Annotated[str, StringConstraints(max_length=60, pattern=PLAIN)]
Value = Annotated[str, StringConstraints(max_length=1_000, pattern=TEXT)]


class SourceSummary(BaseModel):
    model_config = example(
        source_id="prometheus", kind="prometheus", name="Prometheus", is_shared=False, is_default=True, is_enabled=True,
        is_open=False, version=3, updated_at="2026-11-21T12:40:05+00:00",
    )  # fmt: skip

    source_id: Annotated[str, Field(description="What panels name it by, in `data_source.source`.")]
    kind: str
    name: str
    is_shared: Annotated[bool, Field(description="Kept by the platform; false: the tenant's own.")]
    is_default: Annotated[bool, Field(description="It is asked by what names no source and is in its language.")]
    is_enabled: bool
    is_open: Open
    version: Annotated[int, Field(description="Every change makes it larger.")]
    updated_at: datetime


class SourcePage(Page[SourceSummary]):
    pass


class SourceDetail(SourceSummary):
    tenant_id: Annotated[str | None, Field(description="The tenant it belongs to; null: it is shared.")]
    settings: Annotated[dict[str, Any] | None, Field(description="For those who may change it; null for all others.")]
    has_secrets: Annotated[bool | None, Field(description="Whether there are any stored, for those who may change it.")]
    timeout_ms: int | None
    created_at: datetime


class NewSource(Given):
    model_config = example(
        tenant_id="acme", source_id="prometheus", kind="prometheus", name="Prometheus",
        settings={"url": URL, "auth": "bearer"}, secrets={"token": "its token"},
    )  # fmt: skip

    tenant_id: Owner | None = None
    source_id: Slug
    kind: Kind
    name: Name
    settings: Settings
    secrets: Secrets = {}
    timeout_ms: Timeout | None = None
    is_enabled: bool = True
    is_open: Open = False


class SourceChange(Given):
    """What is not named stays. Where secrets would go elsewhere than before they must come along."""

    model_config = example(version=3, settings={"scrape_interval": "30s"})

    version: Version | None = None
    name: Name | None = None
    settings: SomeSettings | None = None
    secrets: Secrets | None = None
    forget_secrets: Forgets = False
    timeout_ms: Timeout | None = None
    is_enabled: bool | None = None
    is_open: Open | None = None


class Fact(BaseModel):
    name: str
    value: str


class SourceReport(BaseModel):
    """How a source was found just now. One that cannot be reached is an answer, not an error."""

    model_config = example(
        is_connected=True, version="Prometheus 3.5.0", latency_ms=2.1, facts=[{"name": "Targets", "value": "12 of 13 up"}],
        warnings=[], error="",
    )  # fmt: skip

    is_connected: bool
    version: str
    latency_ms: float | None
    facts: list[Fact]
    warnings: list[str]
    error: str


class QueryTest(Given):
    """A query in one language: `sql` with variables and macros as a panel's, or `promql`."""

    model_config = example(
        tenant_id="acme", sql="SELECT name, price FROM products WHERE price > :least", variables={"least": "5"}
    )

    tenant_id: Slug
    sql: Annotated[str, StringConstraints(min_length=1, max_length=20_000), WITHOUT_NUL] | None = None
    promql: Annotated[str, StringConstraints(min_length=1, max_length=2_000, pattern=TEXT)] | None = None
    instant: Annotated[bool, Field(description="PromQL at `date_to` alone; false: at each step of the range.")] = True
    date_from: Moment = "now-1h"
    date_to: Moment = "now"
    variables: Annotated[
        dict[str, Value | Annotated[list[Value], Field(max_length=100)]], Field(max_length=50, description="By their names.")
    ] = {}


class TriedColumn(BaseModel):
    name: str
    type: Annotated[str, Field(description="As the source names it.")]


class TriedPlan(BaseModel):
    cost: Annotated[float, Field(description="In PostgreSQL's units; 0 where a source cannot tell.")]
    lines: list[str]
    hints: Annotated[list[str], Field(description="What is dear about it, in words.")]


class QueryTried(BaseModel):
    model_config = example(
        columns=[{"name": "name", "type": "text"}, {"name": "price", "type": "numeric"}], rows=[["Bolt", 7.5]], has_more=False,
        elapsed_ms=1.9, notes=[], plan={"cost": 12.5, "lines": ["Seq Scan on products  (cost=0.00..12.50 …)"], "hints": []},
    )  # fmt: skip

    columns: list[TriedColumn]
    rows: Annotated[list[list[Any]], Field(description="The first 100; of PromQL over a range a point each.")]
    has_more: bool
    elapsed_ms: float
    notes: list[str]
    plan: TriedPlan


class UseOf(BaseModel):
    what: Annotated[str, Field(examples=["Panel"])]
    name: str
    where: Annotated[str, Field(description="Whose it is: a tenant's name, or “shared”.")]


class NotDeleted(Overtaken):
    """It is needed, or somebody else has changed it meanwhile."""

    uses: Annotated[list[UseOf] | None, Field(description="What needs it, where that is the reason.")] = None
