"""A request out and its whole answer back: checked at the moment of connecting, bounded in time and in bytes as unpacked.

No redirect is followed, no proxy and no .netrc of the environment is asked, and nothing of a viewer's request goes along.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from http.client import HTTPException
from time import monotonic
from typing import Any, Literal
from urllib.parse import SplitResult, urlencode, urlsplit

import urllib3
from django.conf import settings
from urllib3 import exceptions
from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.connectionpool import HTTPConnectionPool, HTTPSConnectionPool

from tenants.forks import begin_empty
from tenants.lookups import Lookups
from tenants.outbound.errors import AddressRefused, NoAnswer, OutboundError, TooLarge, TooSlow
from tenants.outbound.networks import Networks
from tenants.outbound.tls import SYSTEM, Tls, context_of
from tenants.outbound.wire import Wire, connect, seconds_left, until

CONNECT_SECONDS = 3.0
KEPT_CONNECTIONS = 4  # of one server
KEPT_SERVERS = 64
CHUNK_BYTES = 65_536
LONGEST_URL = 2_000
USER_AGENT = "PanelDash"
_PLAIN = re.compile(r"[!#-\[\]_`a-z~{|}]+", re.ASCII)  # printable, without quotes, backslash and caret

_lookups = Lookups()
urllib3.disable_warnings(exceptions.InsecureRequestWarning)  # who enters an address chooses, and is told there


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """`fields` go into the query of a GET, the body of a POST. `seconds` from the first byte to the last, `most_bytes` unpacked.

    Refused is what goes to another network than `networks`; None for those of the installation. `silence_seconds`: the longest
    without a byte.
    """

    url: str
    method: Literal["GET", "POST"] = "GET"
    fields: Sequence[tuple[str, str]] = ()
    headers: Mapping[str, str] = field(default_factory=dict, repr=False)
    tls: Tls = SYSTEM
    seconds: float
    most_bytes: int
    silence_seconds: float = float("inf")
    networks: Networks | None = None
    unpacks: bool = True


@dataclass(frozen=True, slots=True)
class Response:
    status: int
    headers: Mapping[str, str]
    body: bytes = field(repr=False)


def send(request: Request) -> Response:
    """The whole answer, whatever its status. Raises OutboundError, and TlsInvalid."""
    networks = request.networks or installed(tuple(settings.OUTBOUND_NETWORKS), tuple(settings.OUTBOUND_PORTS))
    target = read_url(request.url)
    port = target.port or {"http": 80, "https": 443}[target.scheme]
    networks.check_port(port)
    ends_at = monotonic() + request.seconds
    try:
        with until(ends_at, silence_seconds=request.silence_seconds):
            pool = _pool(target, port, request.tls, networks)
            made = pool.num_connections
            try:
                return _exchange(pool, target, request)
            except exceptions.ProtocolError as error:
                if pool.num_connections > made or not isinstance(error.args[-1], ConnectionError):
                    raise
                return _exchange(pool, target, request)  # a kept connection was closed at its other end just then
    except (exceptions.HTTPError, HTTPException, OSError) as error:
        raise _in_words(error) from error


def read_url(url: str) -> SplitResult:
    """An address that can only be read in one way. Raises AddressRefused."""
    if len(url) > LONGEST_URL or not _PLAIN.fullmatch(url):
        raise AddressRefused("This is no address: write https://host or http://host:port, with a path where there is one.")
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError as error:
        raise AddressRefused("This is no address: its host or its port cannot be read.") from error
    if parts.scheme not in {"http", "https"}:
        raise AddressRefused("Only http:// and https:// addresses can be asked.")
    if "@" in parts.netloc:
        raise AddressRefused("A user and a password do not belong into the address: give them in their own fields.")
    if not parts.hostname or port == 0 or parts.netloc.endswith(":") or "%" in parts.netloc:
        raise AddressRefused("The address names no host.")
    if parts.fragment or parts.query or "#" in url or "?" in url:
        raise AddressRefused("The address ends with its path: nothing after ? or #.")
    if any(part in {".", ".."} or "%" in part for part in parts.path.split("/")):
        raise AddressRefused("The path of the address has “.” or “%” in it.")
    return parts


@lru_cache(maxsize=4)
def installed(entries: tuple[str, ...], ports: tuple[str | int, ...]) -> Networks:
    return Networks.read(entries, ports)


class _Guarded:
    """The address is looked up, checked and connected to in one step: a name cannot lead elsewhere in between."""

    networks: Networks
    host: str
    port: int

    def _new_conn(self) -> Wire:
        connection: Any = self
        try:
            addresses = _lookups.addresses(self.host.strip("[]"), timeout_seconds=min(CONNECT_SECONDS, seconds_left()))
            for address in addresses:
                self.networks.check(address, self.port)
            return connect(addresses, self.port, connect_seconds=CONNECT_SECONDS)
        except TimeoutError as error:
            raise exceptions.ConnectTimeoutError(connection, "no connection in time") from error
        except (OSError, UnicodeError) as error:
            raise exceptions.NewConnectionError(connection, type(error).__name__) from error


class _Plain(_Guarded, HTTPConnection):
    def __init__(self, *args: Any, networks: Networks, **options: Any) -> None:
        super().__init__(*args, **options)
        self.networks = networks


class _Encrypted(_Guarded, HTTPSConnection):
    def __init__(self, *args: Any, networks: Networks, **options: Any) -> None:
        super().__init__(*args, **options)
        self.networks = networks


class _PlainPool(HTTPConnectionPool):
    ConnectionCls = _Plain


class _EncryptedPool(HTTPSConnectionPool):
    ConnectionCls = _Encrypted


class _Pools:
    """Connections that are kept, by server, TLS and networks; those of the server longest unused go first."""

    def __init__(self) -> None:
        begin_empty(self._start_empty)

    def _start_empty(self) -> None:
        self.find = lru_cache(maxsize=KEPT_SERVERS)(_make_pool)

    def forget(self) -> None:
        self.find.cache_clear()


def _make_pool(scheme: str, host: str, port: int, tls: Tls, networks: Networks) -> HTTPConnectionPool:
    options: dict[str, Any] = {"maxsize": KEPT_CONNECTIONS, "retries": False, "networks": networks}
    if scheme == "http":
        return _PlainPool(host, port, **options)
    return _EncryptedPool(host, port, ssl_context=context_of(tls), **options)


pools = _Pools()


def _pool(target: SplitResult, port: int, tls: Tls, networks: Networks) -> HTTPConnectionPool:
    host = target.hostname or ""
    return pools.find(target.scheme, f"[{host}]" if ":" in host else host, port, tls, networks)


def _exchange(pool: HTTPConnectionPool, target: SplitResult, request: Request) -> Response:
    asked, body, path = urlencode(request.fields), None, target.path or "/"
    headers = {"User-Agent": USER_AGENT, "Accept": "application/json", **request.headers}
    headers["Accept-Encoding"] = "gzip" if request.unpacks else "identity"
    if request.method == "POST":
        body, headers["Content-Type"] = asked.encode(), "application/x-www-form-urlencoded"
    elif asked:
        path = f"{path}?{asked}"
    response = pool.urlopen(
        request.method, path, body=body, headers=headers, redirect=False, preload_content=False,
        decode_content=request.unpacks, timeout=urllib3.Timeout(seconds_left()),
    )  # fmt: skip
    try:
        return Response(response.status, dict(response.headers), _read(response, request.most_bytes))
    except BaseException:
        response.close()
        raise
    finally:
        response.release_conn()


def _read(response: urllib3.BaseHTTPResponse, most_bytes: int) -> bytes:
    body = bytearray()
    while chunk := response.read1(CHUNK_BYTES):
        body += chunk
        if len(body) > most_bytes:
            raise TooLarge(f"The answer is larger than {most_bytes / 1e6:,.0f} MB.")
        seconds_left()
    return bytes(body)


def _in_words(error: Exception) -> OutboundError:
    """One sentence for all that says nobody is there: who may enter addresses is not told what answers in a network."""
    detail = type(error).__name__
    if isinstance(error, exceptions.TimeoutError | TimeoutError) and not isinstance(error, exceptions.ConnectTimeoutError):
        return TooSlow("The server took longer to answer than it may.", detail=detail)
    if isinstance(error, exceptions.SSLError) and "CERTIFICATE_VERIFY_FAILED" not in str(error):
        return NoAnswer("No TLS with this server: it may want a client certificate, or speak plain HTTP.", detail=detail)
    if isinstance(error, exceptions.SSLError):
        return NoAnswer("The server cannot be trusted: its certificate was not accepted.", detail=detail)
    return NoAnswer("The server cannot be reached.", detail=detail)
