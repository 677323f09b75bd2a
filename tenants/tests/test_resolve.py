"""Where a tenant's host may lead (cases 94 and 96)."""

import socket
from typing import Any

import pytest

from tenants import resolve as module
from tenants.resolve import HostRefused, check_host, resolve


@pytest.fixture
def _closed(settings: Any) -> None:
    settings.TENANT_ALLOW_LOCAL_HOSTS = False


def answers(monkeypatch: pytest.MonkeyPatch, *addresses: str) -> None:
    found = [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (address, 5432)) for address in addresses]
    monkeypatch.setattr(module.socket, "getaddrinfo", lambda *_, **__: found)


@pytest.mark.usefixtures("_closed")
@pytest.mark.parametrize(
    "host",
    [
        "127.0.0.1", "127.1.2.3", "::1", "::ffff:127.0.0.1", "localhost", "LOCALHOST.", "169.254.169.254", "fe80::1",
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


@pytest.mark.parametrize("host", ["0.0.0.0", "::", "224.0.0.1", "ff02::1", "240.0.0.1", "255.255.255.255"])
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
        resolve("db.example.com", 5432, timeout_seconds=1)


def test_the_checked_address_is_the_one_to_connect_to(monkeypatch: pytest.MonkeyPatch) -> None:
    """A name that changes its mind between check and connection gains nothing by it."""
    answers(monkeypatch, "10.0.0.1", "10.0.0.2")
    assert resolve("db.example.com", 5432, timeout_seconds=1) == "10.0.0.1"
    assert resolve("10.9.9.9", 5432, timeout_seconds=1) == "10.9.9.9"
    assert resolve("/run/postgresql", 5432, timeout_seconds=1) is None
