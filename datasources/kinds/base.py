"""What every kind of data source has: a model of its settings, one of its secrets, and how a source is made of them."""

from abc import ABC, abstractmethod
from collections.abc import Mapping
from dataclasses import dataclass, field
from hashlib import blake2b
from typing import Any, ClassVar, Generic, TypeVar

import orjson
from django.conf import settings
from pydantic import BaseModel, ConfigDict, ValidationError

from datasources.base import Identity, Limits, Source
from tenants.credentials import CredentialsError, decrypt, encrypt
from tenants.models import Tenant


class Settings(BaseModel):
    """What everybody who may edit the source sees of it. A field's `title` and `description` are its label and help."""

    model_config = ConfigDict(extra="forbid", frozen=True, str_strip_whitespace=True, hide_input_in_errors=True)


class Secrets(BaseModel):
    """What goes in and never comes out. Every field has a default: there may be none."""

    model_config = ConfigDict(extra="forbid", frozen=True, hide_input_in_errors=True)

    def __str__(self) -> str:
        return "(secrets)"

    def __repr__(self) -> str:
        return "(secrets)"


Its = TypeVar("Its", bound=Settings)
Hidden = TypeVar("Hidden", bound=Secrets)


@dataclass(frozen=True, slots=True)
class Configured(Generic[Its, Hidden]):
    """A data source as it is set up, its settings valid. `tenant_id` is whose it is, None where all tenants share it."""

    kind: "SourceKind[Its, Hidden]"
    pk: int
    slug: str
    name: str
    tenant_id: int | None
    settings: Its
    secrets_token: str = field(repr=False)
    timeout_ms: int | None
    version: int

    def secrets(self) -> Hidden:
        """The one place where they become readable. Raises CredentialsError where no key opens them, or they are another's."""
        if not self.secrets_token:
            return self.kind.secrets()
        opened = decrypt(self.secrets_token, bound_to=self.kind.binding(self.pk, self.settings))
        try:
            return self.kind.secrets.model_validate_json(opened)
        except ValidationError as error:
            raise CredentialsError("Stored secrets are not those of this kind of source any more.") from error

    def identity(self, tenant: Tenant) -> Identity:
        """The tenant's version is in it: its time zone cuts days, whoever is asked."""
        return Identity(tenant.pk, self.pk, f"{tenant.connection_version}.{self.version}")

    def limits(self, tenant: Tenant) -> Limits:
        return Limits(
            timeout_ms=self.timeout_ms or settings.PANEL_TIMEOUT_MS,
            rows=tenant.row_limit or settings.PANEL_ROW_LIMIT,
            bytes=settings.PANEL_BYTE_LIMIT,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Status:
    """How a source was found just now. `facts` are more of it in words: ("Targets", "12 of 13 up").

    `error` and `warnings` are sentences for those who may edit the source; they name no secret.
    """

    is_connected: bool
    version: str = ""
    latency_ms: float | None = None
    facts: tuple[tuple[str, str], ...] = ()
    warnings: tuple[str, ...] = ()
    error: str = ""


class SourceKind(ABC, Generic[Its, Hidden]):
    """A family member: stateless, one instance a kind, found in `datasources.kinds.SOURCE_KINDS` by `name`.

    `language` is what its panels are written in: `sql` or `promql`. `targets` are the settings that say to whom secrets are
    sent, and how safely: secrets can be read with these settings alone, so that nobody has them sent elsewhere.
    """

    name: ClassVar[str]
    label: ClassVar[str]
    language: ClassVar[str]
    settings: type[Its]
    secrets: type[Hidden]
    targets: ClassVar[tuple[str, ...]]
    may_be_shared: ClassVar[bool] = True

    @abstractmethod
    def make(self, configured: Configured[Its, Hidden], tenant: Tenant, *, platform: bool) -> Source:
        """The source that a tenant's panels ask. Costs no query and opens no secret: it is made for every refresh."""

    @abstractmethod
    def status(self, configured: Configured[Its, Hidden], tenant: Tenant | None) -> Status:
        """Ask it now how it is, within a few seconds. `tenant` is None for a shared source seen by the platform."""

    def binding(self, pk: int, its: Its) -> str:
        """What a row's secrets are bound to: this field of this row, as long as they go where they were meant to go."""
        return f"datasources.DataSource.secrets:{pk}:{self.target_mark(its)}"

    def target_mark(self, its: Its) -> str:
        """Differs where secrets would go elsewhere."""
        target = its.model_dump(mode="json", include=set(self.targets))
        return blake2b(orjson.dumps([self.name, target], option=orjson.OPT_SORT_KEYS), digest_size=16).hexdigest()

    def seal(self, pk: int, its: Its, secrets: Mapping[str, Any]) -> str:
        """The token of secrets, to be kept in the row; empty where there are none. Raises pydantic's ValidationError."""
        kept = self.secrets.model_validate(secrets).model_dump(mode="json", exclude_defaults=True)
        return encrypt(orjson.dumps(kept).decode(), bound_to=self.binding(pk, its)) if kept else ""


AnyKind = SourceKind[Any, Any]
AnyConfigured = Configured[Any, Any]
