"""What is sent to a server, as its source is set: the kind of request, who asks, secrets, parameters."""

import base64
import socket
from collections.abc import Callable
from typing import Any
from urllib.parse import parse_qs

import pytest

from datasources.errors import SourceUnavailable
from datasources.kinds import SOURCE_KINDS
from datasources.models import DataSource
from datasources.promql import Mistake
from tenants.tests.outbound.server import Server


@pytest.mark.parametrize("method", ["GET", "POST"])
def test_requests_are_of_the_kind_that_is_set(server: Server, ask: Callable[..., Any], method: str) -> None:
    ask(method=method)
    sent, path, _, body = server.asked[0]
    assert (sent, path.split("?")[0]) == (method, "/prefix/api/v1/query_range")
    assert b"query=up" in (body if method == "POST" else path.encode())


@pytest.mark.parametrize("method", ["GET", "POST"])
def test_parameters_of_the_sources_own_go_with_each_query(server: Server, ask: Callable[..., Any], method: str) -> None:
    ask(method=method, parameters="dedup=false&extra_filters[]=%7Bcustomer%3D%22{tenant}%22%7D&max_source_resolution=auto")
    _, path, _, body = server.asked[0]
    sent = parse_qs(body.decode() if method == "POST" else path.partition("?")[2])
    assert (sent["dedup"], sent["max_source_resolution"], sent["query"]) == (["false"], ["auto"], ["up"])
    assert sent["extra_filters[]"] == ['{customer="acme"}']


@pytest.mark.parametrize(
    ("its", "secrets", "sent"),
    [
        ({}, {}, None), ({"auth": "basic", "user": "ann"}, {"password": "hush:ü"}, "Basic " + base64.b64encode("ann:hush:ü".encode()).decode()),
        ({"auth": "bearer"}, {"token": "t0ken"}, "Bearer t0ken"),
        ({}, {"secret_headers": "Authorization: Custom hush"}, "Custom hush"),
    ],
)  # fmt: skip
def test_who_asks_is_said_as_set(
    server: Server, ask: Callable[..., Any], its: dict[str, Any], secrets: dict[str, str], sent: Any
) -> None:
    ask(secrets=secrets, headers="X-Scope-OrgID: {tenant}\nX-Team: ops", **its)
    headers = server.asked[0][2]
    assert headers.get("Authorization") == sent
    assert (headers["X-Scope-OrgID"], headers["X-Team"]) == ("acme", "ops")
    assert set(headers) <= {
        "Host",
        "User-Agent",
        "Accept",
        "Accept-Encoding",
        "Content-Length",
        "Content-Type",
        "Authorization",
        "X-Scope-OrgID",
        "X-Team",
    }


def test_secrets_are_for_the_address_they_were_entered_for(
    server: Server, ask: Callable[..., Any], row: Callable[..., DataSource]
) -> None:
    """Another address, and they cannot be read: nobody has them sent elsewhere."""
    made = row(secrets={"token": "t0ken"}, auth="bearer")
    made.settings = {**made.settings, "url": f"{server.url}/elsewhere"}
    made.save()
    with pytest.raises(SourceUnavailable, match="enter them anew"):
        ask()
    assert server.asked == []


def test_the_address_is_looked_up_when_it_is_asked(
    row: Callable[..., DataSource], ask: Callable[..., Any], monkeypatch: pytest.MonkeyPatch, settings: Any
) -> None:
    """What a name leads to now, not when it was entered."""
    settings.OUTBOUND_NETWORKS = []
    row(url="http://prometheus.example.com/")
    found = [(socket.AF_INET, socket.SOCK_STREAM, 6, "", ("10.0.0.1", 0))]
    monkeypatch.setattr(socket, "getaddrinfo", lambda *_, **__: found)
    with pytest.raises(SourceUnavailable, match="OUTBOUND_NETWORKS"):
        ask()


def test_a_query_that_is_wrong_is_not_sent(server: Server, ask: Callable[..., Any]) -> None:
    with pytest.raises(Mistake):
        ask("up +")
    assert server.asked == []


@pytest.mark.parametrize(
    "its",
    [
        {"url": "ftp://x"}, {"url": "http://u:p@x"}, {"url": "http://x/?a=b"}, {"url": ""}, {"url": "http://x/../y"}, {"scrape_interval": "x"},
        {"auth": "basic"}, {"user": "ann"}, {"auth": "basic", "user": "a:b"}, {"headers": "no header"}, {"headers": "Host: x"},
        {"headers": "Authorization: x"}, {"headers": "X-A: b\r\nX-B"}, {"headers": "Transfer-Encoding: chunked"}, {"headers": "X: ü"},
        {"headers": "\n".join(f"X-{n}: 1" for n in range(30))}, {"method": "PUT"}, {"nosuch": 1}, {"flavour": "influx"},
        {"headers": "Cookie: a=b"}, {"parameters": "query=up"}, {"parameters": "match[]=up"}, {"parameters": "dedup"}, {"parameters": "a b=c"},
        {"parameters": "a=b%0ac"}, {"parameters": "&".join(f"a{n}=1" for n in range(30))},
    ],
)  # fmt: skip
def test_settings_that_make_no_sense_are_refused(its: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match="validation error"):
        SOURCE_KINDS["prometheus"].settings.model_validate({"url": "http://x", **its})


def test_settings_have_names_and_help_for_a_form() -> None:
    kind = SOURCE_KINDS["prometheus"]
    assert kind.settings.model_validate({"url": "https://x.example:9090/prom/"}).url == "https://x.example:9090/prom"
    assert "hush" not in repr(kind.secrets.model_validate({"password": "hush", "token": "hush", "secret_headers": "X-Key: hush"}))
    assert set(kind.targets) <= set(kind.settings.model_fields)
