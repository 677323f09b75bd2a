"""What a server may do to who asks it (case 88): nothing but answer, soon and not too much."""

import gzip
import socket
import ssl
import subprocess
import threading
import time
from pathlib import Path
from typing import Any

import pytest

from tenants.outbound import NoAnswer, Request, Response, Tls, TlsInvalid, TooLarge, TooSlow, send
from tenants.outbound import client as module
from tenants.outbound.client import pools
from tenants.tests.outbound.server import Server, leading_to
from tenants.tests.outbound.server import send as answer


def ask(url: str, *, seconds: float = 5.0, most_bytes: int = 100_000, **more: Any) -> Response:
    return send(Request(url=url, seconds=seconds, most_bytes=most_bytes, **more))


def test_fields_go_into_the_query_or_the_body(allowed: Server) -> None:
    fields = [("query", 'up{a="ü"}'), ("match[]", "a"), ("match[]", "b")]
    ask(f"{allowed.url}/api/v1/query", fields=fields)
    ask(f"{allowed.url}/api/v1/query", fields=fields, method="POST")
    encoded = "query=up%7Ba%3D%22%C3%BC%22%7D&match%5B%5D=a&match%5B%5D=b"
    (get, path, _, _), (post, bare, headers, body) = allowed.asked
    assert (get, path, post, bare, body) == ("GET", f"/api/v1/query?{encoded}", "POST", "/api/v1/query", encoded.encode())
    assert headers["Content-Type"] == "application/x-www-form-urlencoded"


def test_a_connection_is_kept(allowed: Server) -> None:
    for _ in range(3):
        ask(f"{allowed.url}/")
    assert (len(allowed.asked), allowed.connections) == (3, 1)


def test_a_kept_connection_that_was_closed_is_made_anew(allowed: Server) -> None:
    def close(handler: Any) -> None:
        answer(handler, b"{}")
        handler.close_connection = True

    allowed.answer = close
    assert [ask(f"{allowed.url}/").status for _ in range(3)] == [200] * 3


def test_an_answer_is_unpacked(allowed: Server) -> None:
    allowed.answer = lambda handler: answer(handler, gzip.compress(b'{"a": 1}'), Content_Encoding="gzip")
    assert ask(f"{allowed.url}/").body == b'{"a": 1}'


def test_a_bomb_is_not_unpacked_further_than_it_may(allowed: Server) -> None:
    bomb = gzip.compress(b"\0" * 50_000_000)
    allowed.answer = lambda handler: answer(handler, bomb, Content_Encoding="gzip")
    with pytest.raises(TooLarge):
        ask(f"{allowed.url}/")


def test_an_endless_answer_is_broken_off(allowed: Server) -> None:
    sent = []

    def flood(handler: Any) -> None:
        handler.send_response(200)
        handler.send_header("Connection", "close")
        handler.end_headers()
        for _ in range(2_000):
            sent.append(handler.wfile.write(b"x" * 16_384))

    allowed.answer = flood
    with pytest.raises(TooLarge):
        ask(f"{allowed.url}/")
    assert len(sent) < 2_000


@pytest.mark.parametrize("where", ["before", "headers", "body", "chunk"])
def test_a_drip_does_not_outlive_its_time(allowed: Server, where: str) -> None:
    over = threading.Event()
    beginnings = {
        "before": b"",
        "headers": b"HTTP/1.1 200 OK\r\nX-Long: ",
        "body": b"HTTP/1.1 200 OK\r\n\r\n",
        "chunk": b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n1;",
    }

    def drip(handler: Any) -> None:
        handler.wfile.write(beginnings[where])
        while not over.wait(0.05):
            handler.wfile.write(b"x" if where != "before" else b"")

    allowed.answer = drip
    try:
        with pytest.raises(TooSlow):  # the drip would go on for ever
            ask(f"{allowed.url}/", seconds=0.4)
    finally:
        over.set()


def test_silence_may_have_a_limit_of_its_own(allowed: Server) -> None:
    over = threading.Event()
    allowed.answer = lambda handler: over.wait(20)
    with pytest.raises(TooSlow):
        ask(f"{allowed.url}/", seconds=15, silence_seconds=0.2)
    over.set()


@pytest.mark.parametrize(
    "said",
    [
        b"", b"not HTTP at all\r\n\r\n", b"HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nshort",
        b"HTTP/1.1 200 OK\r\n" + b"X: y\r\n" * 200 + b"\r\n", b"HTTP/1.1 200 OK\r\nX: " + b"y" * 70_000 + b"\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: 4\r\n\r\nnope",
    ],
)  # fmt: skip
def test_what_is_no_whole_answer_is_none(allowed: Server, said: bytes) -> None:
    def say(handler: Any) -> None:
        handler.wfile.write(said)
        handler.close_connection = True

    allowed.answer = say
    with pytest.raises(NoAnswer) as caught:
        ask(f"{allowed.url}/")
    assert "127.0.0.1" not in caught.value.sentence + caught.value.detail


def test_nobody_there_is_one_sentence_whatever_the_reason(settings: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """Who may enter an address learns nothing of a network by it."""
    settings.OUTBOUND_NETWORKS = ["127.0.0.1:1"]
    monkeypatch.setattr(module, "CONNECT_SECONDS", 0.2)
    sentences = set()
    with pytest.raises(NoAnswer) as caught:
        ask("http://127.0.0.1:1/")
    sentences.add(caught.value.sentence)
    with monkeypatch.context() as patch:
        patch.setattr(socket, "getaddrinfo", lambda *_, **__: (_ for _ in ()).throw(socket.gaierror("no such name")))
        with pytest.raises(NoAnswer) as caught:
            ask("http://no.such.name.example/")
        sentences.add(caught.value.sentence)
        patch.setattr(socket, "getaddrinfo", lambda *_, **__: time.sleep(1) or leading_to("8.8.8.8")())
        with pytest.raises(NoAnswer) as caught:
            ask("http://slow.name.example/")
        sentences.add(caught.value.sentence)
    assert sentences == {"The server cannot be reached."}


@pytest.fixture(scope="module")
def authority(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a certificate for localhost that is its own authority, and its key."""
    folder = tmp_path_factory.mktemp("tls")
    subprocess.run(
        ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-keyout", "key.pem", "-out", "cert.pem", "-days", "2",
         "-subj", "/CN=localhost", "-addext", "subjectAltName=DNS:localhost"],
        cwd=folder, check=True, capture_output=True,
    )  # fmt: skip
    return folder


@pytest.fixture
def encrypted(allowed: Server, authority: Path, monkeypatch: pytest.MonkeyPatch) -> Server:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(authority / "cert.pem", authority / "key.pem")
    context.load_verify_locations(authority / "cert.pem")
    context.verify_mode = ssl.CERT_OPTIONAL
    allowed.wrap(context)
    monkeypatch.setattr(socket, "getaddrinfo", leading_to("127.0.0.1"))
    return allowed


@pytest.mark.filterwarnings("ignore::urllib3.exceptions.InsecureRequestWarning")
def test_a_server_is_trusted_by_the_authority_that_is_named(encrypted: Server, authority: Path) -> None:
    ca = (authority / "cert.pem").read_text()
    assert ask(encrypted.url, tls=Tls(ca=ca)).status == 200
    assert ask(encrypted.url, tls=Tls(verify=False)).status == 200
    with pytest.raises(NoAnswer, match="trusted"):
        ask(encrypted.url)
    with pytest.raises(NoAnswer, match="trusted"):
        ask(encrypted.url.replace("localhost", "another.example"), tls=Tls(ca=ca))


def test_we_show_a_certificate_of_our_own(encrypted: Server, authority: Path) -> None:
    seen = []

    def look(handler: Any) -> None:
        seen.append(handler.connection.getpeercert())
        answer(handler, b"{}")

    encrypted.answer = look
    certificate, key = ((authority / name).read_text() for name in ("cert.pem", "key.pem"))
    ask(encrypted.url, tls=Tls(ca=certificate, certificate=certificate, key=key))
    assert seen[0]["subject"] == ((("commonName", "localhost"),),)
    assert key not in repr(Tls(key=key))


def test_a_server_that_wants_to_know_us_is_not_called_untrusted(encrypted: Server, authority: Path) -> None:
    encrypted.wants_certificate()
    with pytest.raises(NoAnswer, match="client certificate"):
        ask(encrypted.url, tls=Tls(ca=(authority / "cert.pem").read_text()))


@pytest.mark.filterwarnings("ignore::urllib3.exceptions.InsecureRequestWarning")
def test_a_drip_under_tls_does_not_outlive_its_time(encrypted: Server, authority: Path) -> None:
    over = threading.Event()

    def drip(handler: Any) -> None:
        handler.wfile.write(b"HTTP/1.1 200 OK\r\nX-Long: ")
        while not over.wait(0.05):
            handler.wfile.write(b"x")

    encrypted.answer = drip
    try:
        with pytest.raises(TooSlow):
            ask(encrypted.url, seconds=0.5, tls=Tls(verify=False))
    finally:
        over.set()


@pytest.mark.parametrize(
    "tls",
    [Tls(ca="nonsense"), Tls(ca="-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----"), Tls(certificate="x", key="y")],
)
def test_pem_that_cannot_be_read_is_said(tls: Tls) -> None:
    with pytest.raises(TlsInvalid, match="PEM"):
        ask("https://example.com/", tls=tls)


def test_pools_are_few(allowed: Server) -> None:
    ask(f"{allowed.url}/")
    assert pools.find.cache_info().maxsize == module.KEPT_SERVERS
