"""Where a tenant's host may lead (cases 94 and 96)."""

import socket
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from django.core.exceptions import ValidationError

from tenants.errors import TenantUnreachable
from tenants.lookups import AT_ONCE
from tenants.models import Tenant
from tenants.resolve import HostRefused, check_host, lookups, resolve


@pytest.fixture
def _closed(settings: Any) -> None:
    settings.TENANT_ALLOW_LOCAL_HOSTS = False


def answers(monkeypatch: pytest.MonkeyPatch, *addresses: str) -> None:
    found = [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (address, 5432)) for address in addresses]
    monkeypatch.setattr(socket, "getaddrinfo", lambda *_, **__: found)


@pytest.mark.usefixtures("_closed")
@pytest.mark.parametrize(
    "host",
    [
        "127.0.0.1", "127.1.2.3", "::1", "::ffff:127.0.0.1", "::ffff:7f00:1", "::ffff:169.254.169.254", "2002:7f00:1::", "localhost", "LOCALHOST.", "169.254.169.254", "fe80::1",
        "/var/run/postgresql", "/",
    ],
)  # fmt: skip
def test_this_machine_and_its_link_are_refused(host: str) -> None:
    with pytest.raises(HostRefused, match="not allowed"):
        check_host(host)


@pytest.mark.parametrize(
    "host",
    [
        "", " db", "db\n", "a,b", "@abstract", "db.example.com:5432", "user@db", "db/x", "host=evil", "db?sslmode=disable", "db#x",
        "db\\x", "fe80::1%eth0", "db'x", 'db"x', "d\u202eb", "postgres://db",
    ],
)  # fmt: skip
def test_what_is_not_one_host_is_refused(host: str) -> None:
    with pytest.raises(HostRefused):
        check_host(host)


@pytest.mark.parametrize(
    "host",
    [
        "0.0.0.0", "::", "224.0.0.1", "ff02::1", "240.0.0.1", "255.255.255.255", "::ffff:0.0.0.0", "::ffff:224.0.0.1",
        "64:ff9b::7f00:1", "::127.0.0.1", "100.100.100.200", "168.63.129.16", "fd00:ec2::254",
    ],
)  # fmt: skip
def test_what_cannot_be_a_database_is_refused_even_where_local_hosts_are_allowed(host: str) -> None:
    with pytest.raises(HostRefused, match="cannot be a database"):
        check_host(host)


@pytest.mark.usefixtures("_closed")
@pytest.mark.parametrize("host", ["db.example.com", "db", "10.1.2.3", "192.168.0.5", "fd00::5", "münchen.example"])
def test_names_and_private_networks_are_where_databases_live(host: str) -> None:
    check_host(host)


@pytest.mark.usefixtures("_closed")
@pytest.mark.parametrize("address", ["127.0.0.1", "169.254.169.254", "::ffff:127.0.0.1"])
def test_a_name_that_leads_here_is_refused(monkeypatch: pytest.MonkeyPatch, address: str) -> None:
    answers(monkeypatch, "10.0.0.1", address)
    with pytest.raises(HostRefused):
        resolve("db.example.com", timeout_seconds=1)


def test_the_checked_address_is_the_one_to_connect_to(monkeypatch: pytest.MonkeyPatch) -> None:
    """A name that changes its mind between check and connection gains nothing by it."""
    answers(monkeypatch, "10.0.0.1", "10.0.0.2")
    assert resolve("db.example.com", timeout_seconds=1) == "10.0.0.1"
    assert resolve("10.9.9.9", timeout_seconds=1) == "10.9.9.9"
    assert resolve("/run/postgresql", timeout_seconds=1) is None


@pytest.mark.usefixtures("_closed")
@pytest.mark.parametrize("host", ["127.1", "2130706433", "0x7f.1", "0177.0.0.1", "0x7f000001", "localhost.localdomain"])
def test_numbers_in_other_clothes_are_looked_up_and_refused(host: str) -> None:
    """The system's resolver takes them for this machine."""
    with pytest.raises((HostRefused, TenantUnreachable)):
        resolve(host, timeout_seconds=5)


@pytest.mark.parametrize("port", [0, 65_536, -1])
def test_a_port_is_one(port: int) -> None:
    with pytest.raises(ValidationError, match="port"):
        Tenant(slug="a", name="A", host="db", port=port, database="a", user="a").clean_fields()


def test_names_that_hang_leave_others_to_be_looked_up(monkeypatch: pytest.MonkeyPatch) -> None:
    """Fault 5: each has a thread of its own, however many ask for it, and there are not too many."""
    answered, asked = threading.Event(), []

    def look_up(host: str, *_: Any, **__: Any) -> list[Any]:
        asked.append(host)
        if host.startswith("slow"):
            answered.wait(60)
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", ("10.0.0.1", 0))]

    def late(host: str) -> None:
        with pytest.raises(TenantUnreachable, match="in time"):
            resolve(host, timeout_seconds=0.2)

    monkeypatch.setattr(socket, "getaddrinfo", look_up)
    try:
        with ThreadPoolExecutor(20) as threads:
            list(threads.map(late, [f"slow-{number}" for number in range(AT_ONCE - 1)] * 2))
        assert len(asked) == AT_ONCE - 1
        assert resolve("quick", timeout_seconds=5) == "10.0.0.1"
        late("slow-last")
        late("one-too-many")
        assert "one-too-many" not in asked
    finally:
        answered.set()
    deadline = time.monotonic() + 30
    while lookups.are_under_way and time.monotonic() < deadline:
        time.sleep(0.01)
    assert resolve("slow-0", timeout_seconds=5) == "10.0.0.1"


@pytest.mark.parametrize("failure", [socket.gaierror("no such name"), UnicodeError("label too long")])
def test_a_name_that_cannot_be_looked_up_is_said(monkeypatch: pytest.MonkeyPatch, failure: Exception) -> None:
    def fail(*_: Any, **__: Any) -> None:
        raise failure

    monkeypatch.setattr(socket, "getaddrinfo", fail)
    with pytest.raises(TenantUnreachable, match="not known") as caught:
        resolve("db.example.com", timeout_seconds=5)
    assert "example" not in caught.value.sentence + caught.value.detail
