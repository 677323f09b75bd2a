import re

import pytest
import structlog
from django.core.handlers.wsgi import WSGIHandler
from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.test import Client, RequestFactory

from paneldash.middleware import HeadMiddleware, PrivateAnswersMiddleware, RequestIdMiddleware


@pytest.mark.django_db
def test_answer_carries_an_id(client: Client) -> None:
    assert re.fullmatch("[0-9a-f]{32}", client.get("/live").headers["X-Request-ID"])


@pytest.mark.django_db
def test_sane_id_of_the_caller_is_kept(client: Client) -> None:
    assert client.get("/live", headers={"X-Request-ID": "trace-2026.11"}).headers["X-Request-ID"] == "trace-2026.11"


@pytest.mark.django_db
@pytest.mark.parametrize("given", ["short", "x" * 65, "a b c d e f g", "<script>alert(1)", "über-eleven"])
def test_odd_id_is_replaced(client: Client, given: str) -> None:
    assert client.get("/live", headers={"X-Request-ID": given}).headers["X-Request-ID"] != given


def test_id_and_tenant_are_in_the_log(rf: RequestFactory) -> None:
    seen = {}

    def view(request: HttpRequest) -> HttpResponse:
        middleware.process_view(request, view, [], {"tenant": "acme"})
        seen.update(structlog.contextvars.get_contextvars())
        return HttpResponse(request.request_id)

    middleware = RequestIdMiddleware(view)
    assert middleware(rf.get("/")).content.decode() == seen["request_id"]
    assert seen["tenant"] == "acme"


@pytest.mark.django_db
def test_what_is_logged_after_a_request_is_not_of_it(client: Client) -> None:
    client.get("/accounts/login/")
    assert structlog.contextvars.get_contextvars() == {}


def test_answers_are_not_kept_by_caches_unless_the_view_says_so(rf: RequestFactory) -> None:
    private = PrivateAnswersMiddleware(lambda _: HttpResponse())(rf.get("/"))
    public = PrivateAnswersMiddleware(lambda _: HttpResponse(headers={"Cache-Control": "max-age=60"}))(rf.get("/"))
    assert (private["Cache-Control"], private["Vary"]) == ("private, no-store", "Cookie")
    assert public["Cache-Control"] == "max-age=60"


@pytest.mark.django_db
def test_head_makes_no_part_of_a_file(rf: RequestFactory) -> None:
    made = []
    parts = (made.append(part) or b"a part" for part in range(3))
    response = HeadMiddleware(lambda _: StreamingHttpResponse(parts, headers={"Content-Length": "18"}))(rf.head("/"))
    assert (list(response), response["Content-Length"]) == ([], "18")
    response.close()
    assert (made, list(parts)) == ([], [])  # what it held open is closed


@pytest.mark.django_db
@pytest.mark.parametrize("path", ["/accounts/login/", "/live", "/no/such/page"])
def test_head_says_how_long_the_answer_would_be_and_sends_nothing(rf: RequestFactory, path: str) -> None:
    """As the server asks: the test's client takes bodies away by itself."""
    answer = WSGIHandler().get_response(rf.head(path))
    assert answer.content == b""
    assert int(answer["Content-Length"]) > 0


@pytest.mark.django_db
@pytest.mark.parametrize("path", ["/live", "/no/such/page", "/accounts/login/", "/admin/"])
def test_every_answer_carries_the_security_headers(client: Client, path: str) -> None:
    headers = client.get(path).headers
    policy = headers["Content-Security-Policy"]
    assert "script-src 'self'" in policy
    assert "unsafe" not in policy
    assert headers["X-Frame-Options"] == "DENY"
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["Referrer-Policy"] == headers["Cross-Origin-Opener-Policy"] == "same-origin"
    assert "camera=()" in headers["Permissions-Policy"]
