"""Pages of a tenant: who is let in, and what it costs to ask."""

import pytest
from django.conf import settings
from django.test import Client
from django.urls import reverse

from tenants.models import Membership, Role, Session

HOME = "/t/acme/"


@pytest.fixture
def signed_in(client):
    def sign_in(user: object) -> Client:
        client.force_login(user)
        return client

    return sign_in


def test_a_member_is_let_in_as_what_they_are(signed_in, ada, acme):
    response = signed_in(ada).get(HOME)
    assert response.status_code == 200
    assert response.wsgi_request.tenant == acme
    assert response.wsgi_request.role is Role.EDITOR


def test_authorising_costs_one_query(rf, signed_in, ada, acme, django_assert_num_queries):
    """Session, user, tenant and membership at once; request.session and request.user ask nothing more."""
    from django.contrib.sessions.middleware import SessionMiddleware

    from tenants.middleware import TenantMiddleware

    session_key = signed_in(ada).session.session_key
    request = rf.get(HOME)
    request.COOKIES[settings.SESSION_COOKIE_NAME] = session_key
    SessionMiddleware(lambda _: None).process_request(request)
    with django_assert_num_queries(1):
        assert TenantMiddleware(lambda _: None).process_view(request, lambda _: None, (), {"tenant": "acme"}) is None
        assert request.session["_auth_user_id"] == str(ada.pk)
    assert (request.tenant, request.role) == (acme, Role.EDITOR)


def test_a_stranger_sees_what_he_would_see_of_nothing(signed_in, eve, acme):
    """Case G1: the same status, headers and body, whether the tenant exists or not."""
    there, nowhere = signed_in(eve).get(HOME), signed_in(eve).get("/t/nowhere/")
    assert there.status_code == nowhere.status_code == 404
    varying = {"X-Request-ID", "Content-Length"}
    assert {**there.headers, **dict.fromkeys(varying)} == {**nowhere.headers, **dict.fromkeys(varying)}
    assert _without_reference(there) == _without_reference(nowhere)


@pytest.mark.parametrize("slug", ["Acme", "acme%20", "acme%00", "..%2facme", "*", "0", "%D9%A3", "a" * 300])
def test_an_odd_tenant_id_is_not_found(signed_in, ada, slug):
    """Case 10."""
    assert signed_in(ada).get(f"/t/{slug}/").status_code == 404


def test_a_disabled_tenant_is_not_found(signed_in, ada, root, acme):
    acme.is_active = False
    acme.save()
    assert signed_in(ada).get(HOME).status_code == 404
    assert signed_in(root).get(HOME).status_code == 404


def test_a_platform_admin_is_let_in_everywhere(signed_in, root, acme):
    assert signed_in(root).get(HOME).wsgi_request.role is Role.ADMIN


@pytest.mark.django_db
def test_nobody_is_sent_to_sign_in_and_back(client):
    response = client.get(f"{HOME}?from=now-6h")
    assert response.status_code == 302
    assert response["Location"] == f"{reverse('account_login')}?next=/t/acme/%3Ffrom%3Dnow-6h"


@pytest.mark.django_db
def test_a_fragment_of_nobody_takes_the_page_to_sign_in(client):
    """Case 118: a polling page whose session ended."""
    page = "http://testserver/t/acme/d/overview/?from=now-6h"
    response = client.get(HOME, headers={"HX-Request": "true", "HX-Current-URL": page})
    assert response.status_code == 401
    assert response["HX-Redirect"] == f"{reverse('account_login')}?next=%2Ft%2Facme%2Fd%2Foverview%2F%3Ffrom%3Dnow-6h"


@pytest.mark.django_db
def test_a_forged_current_url_leads_nowhere_else(client):
    """Case 58."""
    headers = {"HX-Request": "true", "HX-Current-URL": "https://evil.example/t/acme/\r\nX: y"}
    response = client.get(HOME, headers=headers)
    assert "evil" not in response["HX-Redirect"]
    assert "\n" not in response["HX-Redirect"]


@pytest.mark.parametrize("path", [HOME, "/t/nowhere/"])
def test_no_cache_keeps_a_page_of_a_tenant(signed_in, ada, path):
    """Case G5."""
    response = signed_in(ada).get(path)
    assert {"private", "no-store"} <= {part.strip() for part in response["Cache-Control"].split(",")}
    assert "Cookie" in response["Vary"]


def test_a_revoked_member_is_out_with_the_next_request(signed_in, ada, acme):
    """Cases 31, 118."""
    browser = signed_in(ada)
    assert browser.get(HOME).status_code == 200
    Membership.objects.filter(user=ada).delete()
    assert browser.get(HOME).status_code == 404


def test_a_deactivated_user_is_out_with_the_next_request(signed_in, ada, acme):
    """Case 31."""
    browser = signed_in(ada)
    ada.is_active = False
    ada.save()
    assert browser.get(HOME).status_code == 302


def test_a_new_password_ends_the_session_on_tenant_pages_too(signed_in, ada, acme):
    """Case 31."""
    browser = signed_in(ada)
    ada.set_password("an entirely new password")
    ada.save()
    assert browser.get(HOME).status_code == 302


def test_an_old_cookie_is_dead_after_signing_out(signed_in, ada, acme):
    """Case 31."""
    browser = signed_in(ada)
    cookie = browser.cookies[settings.SESSION_COOKIE_NAME].value
    browser.logout()
    browser.cookies[settings.SESSION_COOKIE_NAME] = cookie
    assert browser.get(HOME).status_code == 302


def test_an_expired_session_is_over(signed_in, ada, acme):
    browser = signed_in(ada)
    Session.objects.update(expire_date="2020-01-01T00:00:00Z")
    assert browser.get(HOME).status_code == 302


def test_the_role_is_that_of_the_tenant_in_the_address(signed_in, make_user, acme, globex):
    """Case 16."""
    browser = signed_in(make_user("amy", viewer=acme, admin=globex))
    browser.get("/t/globex/")
    assert browser.get(HOME).wsgi_request.role is Role.VIEWER


@pytest.mark.parametrize("name", ['<img src=x onerror="alert(1)">', "{{7*7}}", "{% include 'x' %}", '"><svg onload=x>'])
def test_a_tenants_name_is_shown_as_text(signed_in, ada, acme, name):
    """Case 46."""
    acme.name = name
    acme.save()
    body = signed_in(ada).get(HOME).content.decode()
    assert "<img src=x" not in body
    assert "<svg onload" not in body
    assert "{% include" not in body or name.startswith("{%")


def _without_reference(response: object) -> str:
    return response.content.decode().replace(response["X-Request-ID"], "")


@pytest.mark.django_db
@pytest.mark.parametrize("cookie", ['"\\000"', '"abc\\000def"'])
def test_a_session_that_cannot_be_is_nobodys(client, acme, cookie):
    response = client.get("/t/acme/", headers={"cookie": f"sessionid={cookie}"})
    assert response.status_code == 302


@pytest.mark.django_db
def test_a_page_that_cannot_be_read_leads_home_after_signing_in(client, acme):
    headers = {"hx-request": "true", "hx-current-url": "http://["}
    response = client.get("/t/acme/d/overview/panels/cpu/", headers=headers)
    assert response.status_code == 401
    assert response["HX-Redirect"].endswith("?next=%2F")
