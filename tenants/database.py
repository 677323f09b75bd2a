"""A tenant's databases as whoever connects sees them. A Tenant is its own first one; others are described elsewhere."""

from collections.abc import Hashable
from typing import Protocol

from tenants.key import Key
from tenants.models import Tenant


class Database(Protocol):
    """How one database is reached, and whose it is: what it costs is its owner's.

    `connection_version` differs where a connection that was opened before must not be used any more. `alias` is its name
    among Django's.
    """

    @property
    def owner(self) -> Tenant: ...
    @property
    def key(self) -> Key: ...
    @property
    def connection_version(self) -> Hashable: ...
    @property
    def alias(self) -> str: ...
    @property
    def host(self) -> str: ...
    @property
    def port(self) -> int: ...
    @property
    def database(self) -> str: ...
    @property
    def user(self) -> str: ...
    @property
    def sslmode(self) -> str: ...
    @property
    def ca_certificate(self) -> str: ...
    @property
    def search_path(self) -> str: ...
    @property
    def time_zone(self) -> str: ...
    @property
    def timeout_ms(self) -> int | None: ...
    @property
    def is_active(self) -> bool: ...
    @property
    def is_operators(self) -> bool:
        """Whether the operator has entered its host. Anybody else's may lead to the public internet only, and where the
        installation opens inner networks."""

    def password(self) -> str:
        """The role's. Raises CredentialsError."""
