"""Where a tenant's host leads: resolved once, with a deadline, and refused where PanelDash must not go."""

import ipaddress
import socket
from concurrent.futures import Future, ThreadPoolExecutor
from concurrent.futures import TimeoutError as Late

from django.conf import settings

from tenants.errors import TenantUnreachable

# getaddrinfo has no timeout of its own: a few threads wait for it, so that a request need not.
_resolvers = ThreadPoolExecutor(max_workers=4, thread_name_prefix="resolve")


class HostRefused(ValueError):
    """PanelDash does not connect to this host. The message says why, to the admin who entered it."""


def check_host(host: str) -> None:
    """Refuse what is not one host name or address. Raises HostRefused."""
    if host.startswith("/"):
        if not settings.TENANT_ALLOW_LOCAL_HOSTS:
            raise HostRefused("A socket folder is not allowed as a host on this installation.")
        return
    if not host or host.strip() != host or not host.isprintable() or any(sign in host for sign in ",@% /\\?#=&'\""):
        raise HostRefused("Enter one host name or one IP address.")
    address = _as_address(host)
    if address is not None:
        _check_address(address)
    elif ":" in host:
        raise HostRefused("Enter the host without its port, which has a field of its own.")
    elif host.lower().rstrip(".") == "localhost" and not settings.TENANT_ALLOW_LOCAL_HOSTS:
        raise HostRefused("This machine itself is not allowed as a host on this installation.")


def resolve(host: str, port: int, *, timeout_seconds: float) -> str | None:
    """The address to connect to; None for a socket folder. Raises HostRefused and TenantUnreachable."""
    check_host(host)
    if host.startswith("/"):
        return None
    if _as_address(host) is not None:
        return host
    addresses = _look_up(host, port, timeout_seconds)
    for address in addresses:
        _check_address(ipaddress.ip_address(address))
    return addresses[0]


def _look_up(host: str, port: int, timeout_seconds: float) -> list[str]:
    asked: Future[list[tuple]] = _resolvers.submit(socket.getaddrinfo, host, port, type=socket.SOCK_STREAM)
    try:
        found = asked.result(timeout_seconds)
    except Late as error:
        asked.cancel()
        raise TenantUnreachable("The database's host name could not be looked up in time.", detail="DNS timeout") from error
    except (OSError, UnicodeError) as error:
        raise TenantUnreachable("The database's host name is not known.", detail="DNS failure") from error
    return [str(entry[4][0]) for entry in found]


def _as_address(host: str) -> ipaddress.IPv4Address | ipaddress.IPv6Address | None:
    try:
        return ipaddress.ip_address(host)
    except ValueError:
        return None


def _check_address(address: ipaddress.IPv4Address | ipaddress.IPv6Address) -> None:
    """Private networks are where databases live; this machine and its link's own addresses are not."""
    mapped = getattr(address, "ipv4_mapped", None)
    if mapped is not None:
        address = mapped
    if address.is_loopback or address.is_link_local:
        if not settings.TENANT_ALLOW_LOCAL_HOSTS:
            raise HostRefused("Loopback and link-local addresses are not allowed as a host on this installation.")
    elif address.is_multicast or address.is_unspecified or address.is_reserved:
        raise HostRefused("This address cannot be a database.")
