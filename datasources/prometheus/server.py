"""One Prometheus server: what it is asked, by which request, and what went wrong in words."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

import orjson

from datasources.errors import QueryFailed, SourceUnavailable
from datasources.prometheus.failures import failure, unreachable
from tenants.credentials import CredentialsError
from tenants.outbound import OutboundError, Request, Tls, TlsInvalid, send
from tenants.outbound.tls import SYSTEM

GRACE_SECONDS = 1.0  # the server's own word, that a query took too long, is worth waiting for

_UNUSABLE = "This data source's credentials cannot be used: enter them anew."

Fields = Sequence[tuple[str, str]]


@dataclass(frozen=True, slots=True)
class Credentials:
    """What is only known to who asks: the headers that say who that is, and the TLS with our own key."""

    headers: Mapping[str, str] = field(default_factory=dict, repr=False)
    tls: Tls = SYSTEM


@dataclass(frozen=True, slots=True)
class Server:
    """`credentials` opens secrets: it is called when a request is made, and no earlier. `parameters` go with each."""

    url: str
    method: Literal["GET", "POST"]
    credentials: Callable[[], Credentials] = field(repr=False)
    parameters: Fields = ()

    def ask(self, path: str, fields: Fields, *, seconds: float, most_bytes: int, only_get: bool = False) -> dict[str, Any]:
        """The whole answer of the API at `path`, its `status` success. Raises SourceError."""
        try:
            credentials = self.credentials()
            response = send(
                Request(
                    url=f"{self.url.rstrip('/')}/api/v1/{path}",
                    method="GET" if only_get else self.method,
                    fields=[*fields, *self.parameters],
                    headers=credentials.headers,
                    tls=credentials.tls,
                    seconds=seconds + GRACE_SECONDS,
                    most_bytes=most_bytes,
                )
            )
        except (TlsInvalid, CredentialsError) as error:
            raise SourceUnavailable(_UNUSABLE, detail=str(error) if isinstance(error, TlsInvalid) else "") from error
        except OutboundError as error:
            raise unreachable(error) from error
        found = _read(response.body)
        if response.status != 200 or found is None or found.get("status") != "success":
            raise failure(response, found)
        return found


def _read(body: bytes) -> dict[str, Any] | None:
    """None for what is no JSON object."""
    try:
        found = orjson.loads(body)
    except orjson.JSONDecodeError:
        return None
    return found if isinstance(found, dict) else None


def data_of(answer: Mapping[str, Any], kind: type) -> Any:
    """The answer's `data`, which must be of a kind. Raises QueryFailed."""
    data = answer.get("data")
    if not isinstance(data, kind):
        raise QueryFailed("The server's answer is not one of Prometheus.")
    return data
