"""Where a tenant's host leads: resolved once, with a deadline, and refused where PanelDash must not go."""

import ipaddress

from django.conf import settings

from tenants.errors import TenantUnreachable
from tenants.lookups import Late, Lookups

METADATA = frozenset(map(ipaddress.ip_address, ("100.100.100.200", "168.63.129.16", "fd00:ec2::254")))  # of clouds

lookups = Lookups()


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


def resolve(host: str, *, timeout_seconds: float) -> str | None:
    """The address to connect to; None for a socket folder. Raises HostRefused and TenantUnreachable."""
    check_host(host)
    if host.startswith("/"):
        return None
    if _as_address(host) is not None:
        return host
    addresses = _look_up(host, timeout_seconds)
    for address in addresses:
        _check_address(ipaddress.ip_address(address))
    return addresses[0]


def _look_up(host: str, timeout_seconds: float) -> list[str]:
    try:
        return lookups.addresses(host, timeout_seconds=timeout_seconds)
    except Late as error:
        raise TenantUnreachable("The database's host name could not be looked up in time.", detail="DNS timeout") from error
    except (OSError, UnicodeError) as error:
        raise TenantUnreachable("The database's host name is not known.", detail="DNS failure") from error


def _as_address(host: str) -> ipaddress.IPv4Address | ipaddress.IPv6Address | None:
    try:
        return ipaddress.ip_address(host)
    except ValueError:
        return None


def _check_address(address: ipaddress.IPv4Address | ipaddress.IPv6Address) -> None:
    """Private networks are where databases live; this machine and its link's own addresses are not."""
    address = getattr(address, "ipv4_mapped", None) or getattr(address, "sixtofour", None) or address
    if address.is_loopback or address.is_link_local:
        if not settings.TENANT_ALLOW_LOCAL_HOSTS:
            raise HostRefused("Loopback and link-local addresses are not allowed as a host on this installation.")
    elif address.is_multicast or address.is_unspecified or address.is_reserved or address in METADATA:
        raise HostRefused("This address cannot be a database.")
