"""What servers say instead of an answer, and what is made of it: in words, without secrets, and not asked again and again."""

import base64
import socket
import threading
from collections.abc import Callable, Iterator
from copy import copy
from datetime import UTC, datetime
from typing import Any
from urllib.parse import parse_qs

import orjson
import pytest

from datasources.errors import QueryFailed, QueryRefused, QueryTimeout, SourceBusy, SourceError, SourceUnavailable, ValueMissing
from datasources.kinds import SOURCE_KINDS
from datasources.models import DataSource
from datasources.prom_queries import PromQuery
from datasources.prometheus.gate import WAIT_SECONDS, gates
from datasources.promql import Mistake
from datasources.results.outcome import as_outcome, error_of
from datasources.sources import configured_of, source_of
from datasources.timerange import TimeRange
from tenants.breaker import FAILURES
from tenants.models import Tenant
from tenants.outbound.client import pools
from tenants.tests.outbound.server import Server, send

NOTHING = orjson.dumps({"status": "success", "data": {"resultType": "matrix", "result": []}})
RANGE = TimeRange(datetime(2026, 1, 1, tzinfo=UTC), datetime(2026, 1, 2, tzinfo=UTC))


@pytest.fixture
def server(settings: Any) -> Iterator[Server]:
    made = Server()
    settings.OUTBOUND_NETWORKS = [f"127.0.0.1:{made.port}"]
    gates.forget()
    made.answer = lambda handler: send(handler, NOTHING)
    yield made
    made.close()
    pools.forget()


@pytest.fixture
def row(server: Server, acme: Tenant) -> Callable[..., DataSource]:
    def make(secrets: dict[str, str] | None = None, **its: Any) -> DataSource:
        kind = SOURCE_KINDS["prometheus"]
        made = DataSource.objects.create(
            slug="metrics", name="Metrics", kind="prometheus", tenant=acme, is_default=True, timeout_ms=1_000,
            settings={"url": f"{server.url}/prefix", **its},
        )  # fmt: skip
        made.secrets_token = kind.seal(made.pk, kind.settings.model_validate(made.settings), secrets or {})
        made.save()
        return made

    return make


@pytest.fixture
def ask(row: Callable[..., DataSource], acme: Tenant) -> Callable[..., Any]:
    """Ask the server, set up as said."""

    def run(text: str = "up", **facts: Any) -> Any:
        if not DataSource.objects.exists():
            row(**facts)
        return source_of(acme, language="promql", platform=False).run({"s": PromQuery(text=text, time_range=RANGE)})

    return run


def error(status: int, kind: str, words: str) -> Callable[[Any], None]:
    return lambda handler: send(handler, orjson.dumps({"status": "error", "errorType": kind, "error": words}), status)


def page(status: int, **headers: str) -> Callable[[Any], None]:
    return lambda handler: send(handler, b"<html>secret page</html>", status, **headers)


@pytest.mark.parametrize(
    ("answer", "kind", "words"),
    [
        (page(401), SourceUnavailable, "does not accept"), (error(403, "forbidden", "no"), SourceUnavailable, "does not let"),
        (page(404), SourceUnavailable, "no Prometheus at"), (page(200), SourceUnavailable, "is no Prometheus"),
        (page(302, Location="http://169.254.169.254/"), SourceUnavailable, "leads to another"),
        (page(405), SourceUnavailable, "GET or POST"), (page(413), SourceUnavailable, "longer than"), (page(500), SourceUnavailable, "just now"),
        (page(502), SourceUnavailable, "just now"), (error(503, "timeout", "query timed out"), QueryTimeout, "longer than it may"),
        (error(422, "execution", "found duplicate series for the match group"), QueryFailed, "same labels"),
        (error(422, "execution", "the query hit the max number of series limit"), QueryFailed, "could not compute"),
        (error(422, "execution", "the query exceeded the maximum number of chunks (limit: 2000000 chunks) (err-mimir-max-chunks-per-query). Consider"),
         QueryFailed, "reads more than"),
        (error(422, "execution", "the total query time range exceeds the limit (query length: 744h0m0s, limit: 721h0m0s) (err-mimir-max-total-query-length)"),
         QueryFailed, "covers more time"),
        (error(422, "execution", "expanding series: proxy Series(): rpc error: code = Aborted desc = receive series from Addr: 10.1.2.3:10901"),
         SourceUnavailable, "server behind this one"),
        (error(422, "execution", "expanding series: proxy Series(): rpc error: code = ResourceExhausted desc = exceeded series limit: limit 1 violated"),
         QueryFailed, "reads more than"),
        (lambda handler: send(handler, b"no org id\n", 401), SourceUnavailable, "X-Scope-OrgID"),
        (lambda handler: send(handler, b"404 page not found\n", 404), SourceUnavailable, "no Prometheus at"),
        (error(422, "422", 'error when executing query="up)": unparsed data left: ")"'), QueryFailed, "could not compute"),
        (error(400, "bad_data", '1:4: parse error: unexpected "x"'), Mistake, "a mistake"),
        (error(400, "bad_data", "exceeded maximum resolution of 11,000 points"), QueryFailed, "least step"),
        (error(400, "bad_data", 'invalid parameter "step"'), QueryFailed, "does not understand"),
        (error(500, "internal", "rpc error: dial tcp 10.1.2.3:10901"), SourceUnavailable, "just now"),
        (lambda handler: send(handler, b'{"status": "success"}'), QueryFailed, "not one of Prometheus"),
        (lambda handler: send(handler, b'{"status": "success", "data": {"resultType": "streams", "result": []}}'), QueryFailed, "not one of"),
        (lambda handler: send(handler, b'{"status": "success", "data": {"resultType": "matrix", "result": [{"metric": {}, "values": [[1]]}]}}'),
         QueryFailed, "not one of"),
        (lambda handler: send(handler, b"[" * 100_000), SourceUnavailable, "is no Prometheus"),
        (lambda handler: send(handler, b"[1]"), SourceUnavailable, "is no Prometheus"),
    ],
)  # fmt: skip
def test_what_a_server_says_is_put_in_words(server: Server, ask: Callable[..., Any], answer: Any, kind: type, words: str) -> None:
    server.answer = answer
    with pytest.raises(kind, match=words) as caught:
        ask()
    said = f"{caught.value.sentence} {caught.value.detail}"
    assert not [hidden for hidden in ("secret", "10.1.2.3", "127.0.0.1", "169.254") if hidden in said]


def test_a_server_that_is_asked_too_often_says_when_to_come_back(server: Server, ask: Callable[..., Any]) -> None:
    server.answer = page(429, Retry_After="17")
    with pytest.raises(SourceBusy) as caught:
        ask()
    assert caught.value.retry_after_seconds == 17


@pytest.mark.parametrize(
    "answer",
    [
        error(429, "too_many_requests", "too many outstanding requests"),
        lambda handler: send(handler, b"too many outstanding requests", 429),
    ],
)
def test_a_queue_that_is_full_is_asked_again_later(server: Server, ask: Callable[..., Any], answer: Any) -> None:
    """Mimir's, in both of its ways."""
    server.answer = answer
    with pytest.raises(SourceBusy, match="asked too often"):
        ask()


def test_what_thanos_could_not_ask_is_said_and_not_kept(server: Server, ask: Callable[..., Any]) -> None:
    """An answer of its partial response: which of its stores stays with it."""
    words = "No StoreAPIs matched for this query", "receive series from Addr: 10.1.2.3:10901 : rpc error: code = Unavailable"
    said = {"status": "success", "data": {"resultType": "matrix", "result": []}, "warnings": words}
    server.answer = lambda handler: send(handler, orjson.dumps(said))
    frame = ask()["s"]
    assert frame.is_partial
    assert frame.notes == (words[0], "receive series from Addr: … : rpc error: code = Unavailable")


@pytest.mark.parametrize("method", ["GET", "POST"])
def test_parameters_of_the_sources_own_go_with_each_query(server: Server, ask: Callable[..., Any], method: str) -> None:
    ask(method=method, parameters="dedup=false&extra_filters[]=%7Bcustomer%3D%22{tenant}%22%7D&max_source_resolution=auto")
    _, path, _, body = server.asked[0]
    sent = parse_qs(body.decode() if method == "POST" else path.partition("?")[2])
    assert (sent["dedup"], sent["max_source_resolution"], sent["query"]) == (["false"], ["auto"], ["up"])
    assert sent["extra_filters[]"] == ['{customer="acme"}']


def test_a_silent_server_does_not_outlive_the_panels_time(
    server: Server, ask: Callable[..., Any], row: Callable[..., DataSource]
) -> None:
    over = threading.Event()
    server.answer = lambda handler: over.wait(20)
    row()
    DataSource.objects.update(timeout_ms=100)
    with pytest.raises(QueryTimeout):
        ask()
    over.set()


def test_an_answer_that_is_too_large_is_broken_off(server: Server, ask: Callable[..., Any], settings: Any) -> None:
    settings.PANEL_BYTE_LIMIT = 10_000
    server.answer = lambda handler: send(handler, b"x" * 50_000)
    with pytest.raises(QueryFailed, match="fewer series"):
        ask()


def test_a_dead_server_is_left_alone_for_a_while(server: Server, ask: Callable[..., Any]) -> None:
    """And asked now and then; what a server refuses to compute does not count."""
    server.answer = error(422, "execution", "no")
    for _ in range(FAILURES + 1):
        with pytest.raises(QueryFailed):
            ask()
    server.answer = page(502)
    for _ in range(FAILURES + 2):
        with pytest.raises(SourceUnavailable, match="just now"):
            ask()
    assert len(server.asked) == FAILURES + 1 + FAILURES


def test_so_many_ask_at_once_and_no_more(
    server: Server, ask: Callable[..., Any], settings: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings.TENANT_POOL_SIZE = 1
    monkeypatch.setattr("datasources.prometheus.gate.WAIT_SECONDS", 0.05)
    assert WAIT_SECONDS > 0.05
    begun, over = threading.Event(), threading.Event()

    def hold(handler: Any) -> None:
        begun.set()
        over.wait(10)
        send(handler, NOTHING)

    server.answer = hold
    source = None

    def first() -> None:
        source.run({"s": PromQuery(text="up", time_range=RANGE)})  # type: ignore[attr-defined]

    server.answer, quick = (lambda handler: send(handler, NOTHING)), server.answer
    ask()
    source = source_of(Tenant.objects.get(), language="promql", platform=False)
    server.answer = quick
    thread = threading.Thread(target=first)
    thread.start()
    assert begun.wait(10)
    with pytest.raises(SourceBusy):
        ask()
    over.set()
    thread.join()


@pytest.mark.parametrize("method", ["GET", "POST"])
def test_requests_are_of_the_kind_that_is_set(server: Server, ask: Callable[..., Any], method: str) -> None:
    ask(method=method)
    sent, path, _, body = server.asked[0]
    assert (sent, path.split("?")[0]) == (method, "/prefix/api/v1/query_range")
    assert b"query=up" in (body if method == "POST" else path.encode())


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


def test_how_it_is_says_what_is_wrong(server: Server, row: Callable[..., DataSource], acme: Tenant) -> None:
    server.answer = page(404)
    status = SOURCE_KINDS["prometheus"].status(configured_of(row()), acme)
    assert (status.is_connected, status.error) == (False, "There is no Prometheus at this data source's address. (status 404)")


def test_what_a_server_does_not_have_is_left_out_of_how_it_is(server: Server, row: Callable[..., DataSource]) -> None:
    """Mimir knows no targets."""

    def answer(handler: Any) -> None:
        is_query = "/query" in handler.path
        send(
            handler,
            b'{"status": "success", "data": {"resultType": "vector", "result": []}}' if is_query else b"nothing",
            200 if is_query else 404,
        )

    server.answer = answer
    status = SOURCE_KINDS["prometheus"].status(configured_of(row()), None)
    assert (status.is_connected, status.version, status.facts, status.error) == (True, "", (), "")


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
    ("answer", "text", "kind"),
    [
        (error(400, "bad_data", '1:4: parse error: unexpected "x"'), "up", QueryRefused), (page(404), "up", SourceUnavailable),
        (error(400, "bad_data", "invalid parameter"), "up", QueryFailed), (page(200), "up +", QueryRefused),
        (page(200), "up @", QueryRefused), (page(200), "$v", ValueMissing),
    ],
)  # fmt: skip
def test_an_error_can_be_told_to_all_who_wait(
    server: Server, ask: Callable[..., Any], answer: Any, text: str, kind: type
) -> None:
    """In this process and in others."""
    server.answer = answer
    with pytest.raises(SourceError) as caught:
        ask(text)
    here, elsewhere = copy(caught.value), error_of(as_outcome(caught.value))
    assert (type(here), type(elsewhere)) == (type(caught.value), kind)
    assert str(here) == str(elsewhere) == caught.value.sentence
    assert here.detail == elsewhere.detail == caught.value.detail
    assert here.at == caught.value.at
