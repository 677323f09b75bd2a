import pytest
from csp.decorators import csp_exempt, csp_replace
from csp.exceptions import CSPNonceError
from csp.middleware import CSPMiddleware
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.test import RequestFactory

from paneldash.policy import PolicyMiddleware


def directives(response: HttpResponseBase) -> set[str]:
    return set(response["Content-Security-Policy"].split("; "))


def view(_request: HttpRequest) -> HttpResponse:
    return HttpResponse()


def test_the_policy_is_the_one_of_the_settings(rf: RequestFactory) -> None:
    usual = directives(CSPMiddleware(view)(rf.get("/")))
    assert {"default-src 'none'", "script-src 'self'", "frame-ancestors 'none'"} <= usual
    assert [directives(PolicyMiddleware(view)(rf.get("/"))) for _ in range(2)] == [usual, usual]


def test_an_answer_has_its_own_where_it_says_so(rf: RequestFactory) -> None:
    own = csp_replace({"img-src": ["https://example.com"]})(view)
    assert "img-src https://example.com" in directives(PolicyMiddleware(own)(rf.get("/")))
    assert "Content-Security-Policy" not in PolicyMiddleware(csp_exempt()(view))(rf.get("/"))


def test_a_nonce_after_the_policy_is_refused(rf: RequestFactory) -> None:
    request = rf.get("/")
    PolicyMiddleware(view)(request)
    with pytest.raises(CSPNonceError):
        str(request.csp_nonce)
