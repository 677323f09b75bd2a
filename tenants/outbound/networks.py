"""Which addresses requests may go to: the public internet, and the inner networks that the installation names."""

import ipaddress
import re
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property

from tenants.outbound.errors import AddressRefused
from tenants.resolve import METADATA

Address = ipaddress.IPv4Address | ipaddress.IPv6Address
Network = ipaddress.IPv4Network | ipaddress.IPv6Network

NOT_ALLOWED = (
    "This installation does not allow requests to this address. Inner networks have to be named in its configuration: "
    "OUTBOUND_NETWORKS."
)
_ENTRY = re.compile(
    r"(?P<four>[\d./]+)(:(?P<port>\d+))?|\[(?P<six>[^\]]+)\](:(?P<port_of_6>\d+))?|(?P<bare_six>[\da-fA-F:/.]+)", re.ASCII
)
# Not global, or not all of it, whatever the Python at hand says.
_NOT_PUBLIC = tuple(
    map(
        ipaddress.ip_network,
        (
            *("0.0.0.0/8", "100.64.0.0/10", "192.0.0.0/24", "192.88.99.0/24", "198.18.0.0/15", "240.0.0.0/4"),
            *("::/96", "64:ff9b::/96", "64:ff9b:1::/48", "100::/64", "2001::/23", "2001:db8::/32", "2002::/16", "3fff::/20"),
            *("5f00::/16", "fc00::/7", "fec0::/10"),
        ),
    )
)


class NetworksInvalid(ValueError):
    """The setting cannot be read. The message says which entry."""


@dataclass(frozen=True)
class Networks:
    """`inner` are networks besides the public internet, each with a port of its own or the `ports` of all.

    `is_anywhere`: every address that can be one, at every port; for what the operator has configured.
    """

    inner: tuple[tuple[Network, int | None], ...] = ()
    ports: tuple[int, ...] = ()
    is_anywhere: bool = False

    @classmethod
    def read(cls, entries: Iterable[str], ports: Iterable[str | int]) -> "Networks":
        """`10.0.0.0/8`, `10.1.2.3:9090`, `fd00::/8`, `[fd00::5]:9090`. Raises NetworksInvalid."""
        return cls(tuple(_read(entry.strip()) for entry in entries if entry.strip()), tuple(map(_port, ports)))

    def check_port(self, port: int) -> None:
        """Refuse a port that no address may be asked at, before any name is looked up. Raises AddressRefused."""
        if not (self.is_anywhere or port in self._ports):
            known = ", ".join(map(str, sorted(self._ports)))
            raise AddressRefused(f"Requests may not go to port {port}.", detail=f"Allowed are {known}: OUTBOUND_PORTS.")

    def check(self, address: str, port: int) -> None:
        """Refuse an address that must not be connected to. Raises AddressRefused."""
        found = _meant(ipaddress.ip_address(address))
        if not (self._is_inner(found, port) if not _is_public(found) else self.is_anywhere or port in self.ports):
            raise AddressRefused(NOT_ALLOWED)

    def _is_inner(self, address: Address, port: int) -> bool:
        if _is_never(address):
            return False
        return self.is_anywhere or any(
            address in network and (port in self.ports if own is None else port == own)
            for network, own in self.inner
            if network.version == address.version
        )

    @cached_property
    def _ports(self) -> frozenset[int]:
        return frozenset(self.ports) | {own for _, own in self.inner if own is not None}


ANYWHERE = Networks(is_anywhere=True)


def _is_public(address: Address) -> bool:
    is_listed = any(address in network for network in _NOT_PUBLIC if network.version == address.version)
    return address.is_global and not (address.is_multicast or address.is_reserved or is_listed or address in METADATA)


def _is_never(address: Address) -> bool:
    """Not even where a network is named that has it: a cloud's own addresses, and those that are nobody's."""
    return address.is_link_local or address.is_multicast or address.is_unspecified or address in METADATA


def _meant(address: Address) -> Address:
    """The IPv4 address that an IPv6 address stands for, where it does."""
    if isinstance(address, ipaddress.IPv4Address):
        return address
    teredo = address.teredo[1] if address.teredo is not None else None
    return address.ipv4_mapped or address.sixtofour or teredo or _embedded(address) or address


def _embedded(address: ipaddress.IPv6Address) -> ipaddress.IPv4Address | None:
    """Of the address translators' prefix, and of the old form without any."""
    number = int(address)
    if number >> 32 in (0x0064FF9B << 64, 0) and number > 1:
        return ipaddress.IPv4Address(number & 0xFFFFFFFF)
    return None


def _read(entry: str) -> tuple[Network, int | None]:
    found = _ENTRY.fullmatch(entry)
    try:
        if found is None:
            raise ValueError(entry)
        port = found["port"] or found["port_of_6"]
        return ipaddress.ip_network(found["four"] or found["six"] or found["bare_six"], strict=False), _port(
            port
        ) if port else None
    except ValueError as error:
        raise NetworksInvalid(f"“{entry}” is no network: write 10.0.0.0/8, 10.1.2.3:9090 or [fd00::5]:9090.") from error


def _port(text: str | int) -> int:
    if not str(text).strip().isdecimal() or not 0 < int(text) < 65_536:
        raise NetworksInvalid(f"“{text}” is no port.")
    return int(text)
