"""Other sites' pages: none may read the API, but those the installation names."""

import pytest

OURS = "https://portal.example.com"
OTHERS = ["https://evil.example", "https://portal.example.com.evil.example", "http://portal.example.com", "null", "https://[", ""]
ASK = {"Access-Control-Request-Method": "GET", "Access-Control-Request-Headers": "authorization"}


@pytest.fixture
def allowed(settings):
    settings.CORS_ALLOWED_ORIGINS = [OURS]
    return settings


def preflight(client, origin, path="/api/v1/tenants"):
    return client.options(path, headers={"Origin": origin, **ASK})


def said(response):
    return sorted(name for name in response.headers if name.lower().startswith("access-control-"))


def test_without_configuration_no_site_is_allowed(client, call, token_for, ada):
    assert said(preflight(client, OURS)) == []
    assert said(call(token_for(ada), "/tenants", Origin=OURS)) == []


def test_a_named_site_may_ask_with_a_token(allowed, client, call, token_for, ada):
    before = preflight(client, OURS)
    assert before.status_code == 200
    assert before["Access-Control-Allow-Origin"] == OURS
    assert "authorization" in before["Access-Control-Allow-Headers"]
    response = call(token_for(ada), "/tenants", Origin=OURS)
    assert response["Access-Control-Allow-Origin"] == OURS
    assert "RateLimit-Remaining" in response["Access-Control-Expose-Headers"]


@pytest.mark.parametrize("origin", OTHERS)
def test_every_other_site_may_not(allowed, client, call, token_for, ada, origin):
    assert said(preflight(client, origin)) == []
    assert said(call(token_for(ada), "/tenants", Origin=origin)) == []


@pytest.mark.parametrize("header", ["If-Match", "If-None-Match", "X-Request-ID", "Content-Type", "X-CSRFToken"])
def test_a_named_site_may_send_what_the_api_reads(allowed, client, header):
    asked = {"Origin": OURS, **ASK, "Access-Control-Request-Headers": header.lower()}
    assert header.lower() in client.options("/api/v1/tenants", headers=asked)["Access-Control-Allow-Headers"].split(", ")


def test_a_refusal_can_be_read_too(allowed, client, db):
    response = client.get("/api/v1/tenants", headers={"Origin": OURS})
    assert response.status_code == 401
    assert response["Access-Control-Allow-Origin"] == OURS


def test_cookies_are_not_for_other_sites_unless_configured(allowed, client, call, token_for, ada):
    assert "Access-Control-Allow-Credentials" not in preflight(client, OURS)
    allowed.CORS_ALLOW_CREDENTIALS = True
    assert preflight(client, OURS)["Access-Control-Allow-Credentials"] == "true"
    assert "Access-Control-Allow-Credentials" not in preflight(client, "https://evil.example")


def test_with_cookies_a_change_needs_the_csrf_token_all_the_same(allowed, ada):
    from django.test import Client

    allowed.CORS_ALLOW_CREDENTIALS = True
    browser = Client(enforce_csrf_checks=True)
    browser.force_login(ada)
    response = browser.post("/api/v1/auth/tokens", {"name": "x"}, content_type="application/json", headers={"Origin": OURS})
    assert response.status_code == 403


@pytest.mark.parametrize("path", ["/", "/t/acme/", "/accounts/login/", "/admin/", "/metrics", "/api/docs"])
def test_pages_are_for_no_other_site(allowed, client, db, path):
    assert said(client.get(path, headers={"Origin": OURS})) == []
    assert said(preflight(client, OURS, path)) == []


def test_a_cache_keeps_the_answers_to_two_sites_apart(allowed, call, token_for, ada):
    varies = {name.strip().lower() for name in call(token_for(ada), "/tenants", Origin=OURS)["Vary"].split(",")}
    assert {"origin", "authorization", "cookie"} <= varies
