"""What servers say instead of an answer, and what is made of it: in words, without secrets, and not asked again and again."""

import threading
from collections.abc import Callable
from copy import copy
from typing import Any

import orjson
import pytest

from datasources.errors import QueryFailed, QueryRefused, QueryTimeout, SourceBusy, SourceError, SourceUnavailable, ValueMissing
from datasources.kinds import SOURCE_KINDS
from datasources.models import DataSource
from datasources.prom_queries import PromQuery
from datasources.prometheus.gate import WAIT_SECONDS
from datasources.promql import Mistake
from datasources.results.outcome import as_outcome, error_of
from datasources.sources import configured_of, source_of
from datasources.tests.prometheus.conftest import NOTHING, RANGE
from tenants.breaker import FAILURES
from tenants.models import Tenant
from tenants.tests.outbound.server import Server, send


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
