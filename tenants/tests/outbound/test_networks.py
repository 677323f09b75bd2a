"""Which addresses are the public internet, and how an installation names others."""

import pytest

from tenants.outbound.errors import AddressRefused
from tenants.outbound.networks import ANYWHERE, Networks, NetworksInvalid

PORTS = (80, 443, 9090)
NONE = Networks.read([], PORTS)
INNER = [
    *("127.0.0.1", "127.1.2.3", "0.0.0.0", "0.1.2.3", "10.0.0.1", "172.16.0.1", "172.31.255.255", "192.168.1.1", "100.64.1.1"),
    *("169.254.169.254", "192.0.0.8", "192.0.2.1", "192.88.99.1", "198.18.0.1", "198.51.100.1", "203.0.113.1", "224.0.0.1"),
    *("240.0.0.1", "255.255.255.255", "100.100.100.200", "168.63.129.16"),
    *("::", "::1", "::127.0.0.1", "::ffff:127.0.0.1", "::ffff:10.0.0.1", "::ffff:169.254.169.254", "64:ff9b::7f00:1"),
    *("64:ff9b::a00:1", "64:ff9b:1::1", "2002:7f00:1::", "2002:a00:1::", "2001:0:0:0:0:0:f5ff:fffe", "2001:db8::1", "fe80::1"),
    *("fc00::1", "fd00::1", "fec0::1", "ff02::1", "100::1", "fd00:ec2::254", "5f00::1", "3fff::1"),
]


@pytest.mark.parametrize("address", INNER)
def test_what_is_not_the_public_internet_is_refused(address: str) -> None:
    with pytest.raises(AddressRefused, match="OUTBOUND_NETWORKS"):
        NONE.check(address, 443)


@pytest.mark.parametrize("address", ["93.184.216.34", "8.8.8.8", "2620:fe::fe", "2a00:1450:4001::1", "::ffff:8.8.8.8"])
def test_the_public_internet_may_be_asked_at_the_ports_that_are_named(address: str) -> None:
    NONE.check(address, 9090)
    with pytest.raises(AddressRefused):
        NONE.check(address, 22)


@pytest.mark.parametrize(
    ("entry", "address", "port", "may"),
    [
        ("10.0.0.0/8", "10.1.2.3", 9090, True), ("10.0.0.0/8", "10.1.2.3", 22, False), ("10.0.0.0/8", "11.1.2.3", 443, True),
        ("10.0.0.0/8", "192.168.0.1", 9090, False), ("10.1.2.3:9999", "10.1.2.3", 9999, True),
        ("10.1.2.3:9999", "10.1.2.3", 9090, False), ("10.1.2.3:9999", "8.8.8.8", 9999, False), ("fd00::/8", "fd00::5", 9090, True),
        ("[fd00::5]:99", "fd00::5", 99, True), ("[fd00::5]:99", "fd00::6", 99, False), ("127.0.0.1", "::ffff:127.0.0.1", 80, True),
        ("127.0.0.1", "127.0.0.2", 80, False), ("10.9.9.9/8", "10.1.2.3", 80, True), ("0.0.0.0/0", "10.1.2.3", 80, True),
    ],
)  # fmt: skip
def test_a_network_is_named_with_or_without_a_port(entry: str, address: str, port: int, may: bool) -> None:
    networks = Networks.read([entry], PORTS)
    if may:
        networks.check(address, port)
    else:
        with pytest.raises(AddressRefused):
            networks.check(address, port)


@pytest.mark.parametrize(
    "address", ["169.254.169.254", "100.100.100.200", "168.63.129.16", "fd00:ec2::254", "fe80::1", "224.0.0.1", "0.0.0.0"]
)
@pytest.mark.parametrize("networks", [Networks.read(["0.0.0.0/0", "::/0"], PORTS), ANYWHERE])
def test_a_clouds_own_addresses_are_never_asked(address: str, networks: Networks) -> None:
    with pytest.raises(AddressRefused):
        networks.check(address, 80)


@pytest.mark.parametrize(
    "entry", ["10.0.0.0/33", "prometheus", "10.1.2.3:x", "[fd00::5", "10.1.2.3:70000", "10.0.0.1:9090/24", "::g"]
)
def test_what_is_no_network_is_said(entry: str) -> None:
    with pytest.raises(NetworksInvalid, match=r"network|port"):
        Networks.read([entry], PORTS)
