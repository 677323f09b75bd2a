"""Addresses that mean another host than they say (cases 83-87): not one of them reaches a server on this machine."""

import socket
from typing import Any

import pytest

from tenants.outbound import AddressRefused, OutboundError, Request, send
from tenants.tests.outbound.server import Server, leading_to
from tenants.tests.outbound.server import send as answer

# {} is the port of a server that would answer.
TRICKS = [
    *("http://127.0.0.1:{}/", "http://localhost:{}/", "http://LOCALHOST:{}/", "http://localhost.:{}/", "http://127.1:{}/"),
    *("http://2130706433:{}/", "http://0x7f.1:{}/", "http://0x7f000001:{}/", "http://0177.0.0.1:{}/", "http://017700000001:{}/"),
    *("http://127.0.0.1.:{}/", "http://0:{}/", "http://0.0.0.0:{}/", "http://127.127.127.127:{}/", "http://[::1]:{}/"),
    *("http://[::]:{}/", "http://[::ffff:127.0.0.1]:{}/", "http://[::ffff:7f00:1]:{}/", "http://[::127.0.0.1]:{}/"),
    *("http://[0:0:0:0:0:ffff:127.0.0.1]:{}/", "http://[64:ff9b::7f00:1]:{}/", "http://[2002:7f00:1::]:{}/"),
    *("http://[::1%25lo]:{}/", "http://user:secret@127.0.0.1:{}/", "http://example.com@127.0.0.1:{}/"),
    *("http://127.0.0.1:{}#@example.com/", "http://127.0.0.1:{}\\@example.com/", "http://example.com#@127.0.0.1:{}/"),
    *("http://127.0.0.1:{}?@example.com/", "http://127.0.0.1%00.example.com:{}/", "http://①②⑦.⓪.⓪.①:{}/", "http://127。0。0。1:{}/"),
    *("http://\t127.0.0.1:{}/", "http://127.0.0.1\r\n:{}/", "http:127.0.0.1:{}/", "http:///127.0.0.1:{}/", "http:/\\127.0.0.1:{}/"),
    *("//127.0.0.1:{}/", "HTTP://127.0.0.1:{}/", "http://[127.0.0.1]:{}/", "http://127.0.0.1:{}:80/", " http://127.0.0.1:{}/"),
    *("http://127.0.0.1:{}/../", "http://127.0.0.1:{}/%2e%2e/"),
]  # fmt: skip
NOT_HTTP = ["file:///etc/passwd", "ftp://example.com/", "gopher://example.com/", "dict://example.com/", "data:text/plain,x",
            "jar:http://example.com!/", "unix:///run/x.sock", "javascript:alert(1)", "ldap://example.com/", "", "http://"]  # fmt: skip


def ask(url: str, **more: Any) -> Any:
    return send(Request(url=url, seconds=3, most_bytes=1_000, **more))


@pytest.mark.parametrize("trick", TRICKS)
def test_no_trick_reaches_a_server_here(server: Server, settings: Any, trick: str) -> None:
    """The port is one that may be asked: it is the address that counts."""
    settings.OUTBOUND_PORTS = [server.port]
    with pytest.raises(OutboundError):
        ask(trick.format(server.port))
    assert (server.asked, server.connections) == ([], 0)


@pytest.mark.parametrize("url", NOT_HTTP)
def test_only_http_is_spoken(url: str) -> None:
    with pytest.raises(AddressRefused):
        ask(url)


@pytest.mark.parametrize("port", [22, 25, 53, 5432, 6379, 0, 65_536])
def test_ports_of_other_services_are_refused_before_a_name_is_looked_up(monkeypatch: pytest.MonkeyPatch, port: int) -> None:
    monkeypatch.setattr(socket, "getaddrinfo", lambda *_, **__: pytest.fail("looked up"))
    with pytest.raises(AddressRefused):
        ask(f"http://example.com:{port}/")


@pytest.mark.parametrize("addresses", [("127.0.0.1",), ("93.184.216.34", "127.0.0.1"), ("::1",), ("169.254.169.254",)])
def test_a_name_that_leads_inside_is_refused(monkeypatch: pytest.MonkeyPatch, addresses: tuple[str, ...]) -> None:
    """One such address among others is enough."""
    monkeypatch.setattr(socket, "getaddrinfo", leading_to(*addresses))
    with pytest.raises(AddressRefused):
        ask("http://rebound.example.com/")


def test_a_name_is_looked_up_once_for_check_and_connection(allowed: Server, monkeypatch: pytest.MonkeyPatch) -> None:
    """A name that changes its mind after the check (rebinding) is not asked again."""
    answers = [["127.0.0.1"], ["127.0.0.2"], ["127.0.0.3"]]
    monkeypatch.setattr(socket, "getaddrinfo", lambda *_, **__: leading_to(*answers.pop(0))())
    assert ask(f"http://rebinding.example.com:{allowed.port}/").status == 200
    assert len(answers) == 2
    assert allowed.asked[0][2]["Host"] == f"rebinding.example.com:{allowed.port}"


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
@pytest.mark.parametrize("to", ["http://169.254.169.254/latest/", "file:///etc/passwd", "/elsewhere"])
def test_redirects_are_not_followed(allowed: Server, status: int, to: str) -> None:
    allowed.answer = lambda handler: answer(handler, b"", status, Location=to)
    assert ask(f"{allowed.url}/", headers={"Authorization": "Bearer secret"}).status == status
    assert len(allowed.asked) == 1


def test_what_is_of_the_environment_is_not_used(allowed: Server, monkeypatch: pytest.MonkeyPatch, tmp_path: Any) -> None:
    """No proxy, no .netrc; nor a header that nobody gave."""
    for name in ("http_proxy", "https_proxy", "all_proxy", "HTTP_PROXY"):
        monkeypatch.setenv(name, "http://127.0.0.1:1")
    (tmp_path / ".netrc").write_text("machine 127.0.0.1 login me password secret\n")
    monkeypatch.setenv("HOME", str(tmp_path))
    ask(f"{allowed.url}/")
    assert set(allowed.asked[0][2]) == {"Host", "User-Agent", "Accept", "Accept-Encoding"}
