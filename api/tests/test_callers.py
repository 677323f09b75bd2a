"""Who may call: by token, by session, by both; and how everybody else is answered."""

import pytest
from django.test import Client

from conftest import PASSWORD
from dashboards.models import Panel
from tenants.models import ApiToken, Membership
from tenants.tokens.making import revoke_token

UNKNOWN = f"pd_0123456789_{'A' * 43}"
NUMBER = {"type": "kpi", "data_source": {"sql": "SELECT 42 AS value"}}


def test_a_token_sees_what_its_user_sees(call, token_for, ada, acme, globex):
    (seen,) = call(token_for(ada), "/tenants").json()["items"]
    assert (seen["tenant_id"], seen["name"], seen["role"]) == ("acme", "Acme", "editor")


def test_a_token_reads_panel_data(call, token_for, bob, acme, make_panel):
    make_panel("answer", tenant=acme, **NUMBER)
    assert call(token_for(bob, scope="read"), "/panels/answer/data?tenant_id=acme").json()["data"]["value"] == 42


def test_a_known_result_costs_a_token_no_query(call, token_for, ada, acme, make_panel, django_assert_num_queries):
    make_panel("answer", tenant=acme, **NUMBER)
    secret = token_for(ada)
    assert call(secret, "/panels/answer/data?tenant_id=acme").status_code == 200
    with django_assert_num_queries(0):
        assert call(secret, "/panels/answer/data?tenant_id=acme").status_code == 200


def test_a_known_result_costs_a_session_no_query(client, ada, acme, make_panel, django_assert_num_queries):
    make_panel("answer", tenant=acme, **NUMBER)
    client.force_login(ada)
    assert client.get("/api/v1/panels/answer/data?tenant_id=acme").status_code == 200
    with django_assert_num_queries(0):
        assert client.get("/api/v1/panels/answer/data?tenant_id=acme").status_code == 200


def test_what_is_not_known_costs_two_queries(call, token_for, ada, acme, make_panel, django_assert_num_queries):
    """One for token, user, tenant and role, one for the panel."""
    make_panel("answer", tenant=acme, **NUMBER)
    call(token_for(ada), "/panels/answer/data?tenant_id=acme")
    secret = token_for(ada)
    Panel.objects.get().save()
    with django_assert_num_queries(2):
        assert call(secret, "/panels/answer/data?tenant_id=acme").status_code == 200


def test_a_changed_panel_is_answered_anew(call, token_for, ada, acme, make_panel):
    panel = make_panel("answer", tenant=acme, **NUMBER)
    secret = token_for(ada)
    assert call(secret, "/panels/answer/data?tenant_id=acme").json()["data"]["value"] == 42
    panel.document = {**panel.document, "data_source": {"sql": "SELECT 43 AS value"}}
    panel.save()
    assert call(secret, "/panels/answer/data?tenant_id=acme").json()["data"]["value"] == 43


@pytest.mark.parametrize("path", ["/panels?tenant_id={}", "/dashboards?tenant_id={}", "/panels/answer/data?tenant_id={}"])
def test_a_token_of_one_tenant_is_refused_by_every_other(call, token_for, make_user, acme, globex, make_panel, path):
    make_panel("answer", **NUMBER)
    amy = make_user("amy", viewer=acme, admin=globex)
    secret = token_for(amy, tenant=acme)
    assert call(secret, path.format("acme")).status_code == 200
    other, nowhere = call(secret, path.format("globex")), call(secret, path.format("nowhere"))
    assert other.status_code == nowhere.status_code == 403
    assert other.json() == nowhere.json()


def test_a_token_of_one_tenant_lists_no_other(call, token_for, make_user, root, acme, globex):
    for user in (make_user("amy", viewer=acme, admin=globex), root):
        items = call(token_for(user, tenant=acme), "/tenants").json()["items"]
        assert [item["tenant_id"] for item in items] == ["acme"]


def test_a_platform_admins_token_of_one_tenant_is_refused_by_the_others(call, token_for, root, acme, globex):
    secret = token_for(root, tenant=acme)
    assert call(secret, "/panels?tenant_id=acme").status_code == 200
    assert call(secret, "/panels?tenant_id=globex").status_code == 403


def test_a_token_to_read_writes_nothing(call, token_for, ada):
    secret = token_for(ada, scope="read")
    token = ApiToken.objects.get()
    response = call(secret, f"/auth/tokens/{token.public_id}", "delete")
    assert response.status_code == 403
    assert response.json() == {"detail": "This token is for reading only."}
    assert 'error="insufficient_scope"' in response["WWW-Authenticate"]
    assert call(secret, "/tenants").status_code == 200


def revoked(token, user):
    revoke_token(token)


def switched_off(token, user):
    user.is_active = False
    user.save()


def deleted(token, user):
    user.delete()


@pytest.mark.parametrize("end", [revoked, switched_off, deleted])
def test_a_token_that_is_over_is_refused(call, token_for, ada, end):
    secret = token_for(ada)
    assert call(secret, "/tenants").status_code == 200
    end(ApiToken.objects.get(), ada)
    response = call(secret, "/tenants")
    assert response.status_code == 401
    assert response["WWW-Authenticate"] == 'Bearer realm="PanelDash", error="invalid_token"'
    assert "not valid" in response.json()["detail"]


def test_a_revoked_member_is_a_stranger(call, token_for, ada, acme):
    secret = token_for(ada)
    Membership.objects.all().delete()
    assert call(secret, "/panels?tenant_id=acme").status_code == 403


def test_nobody_is_asked_for_a_bearer(client, db):
    response = client.get("/api/v1/tenants")
    assert response.status_code == 401
    assert response["WWW-Authenticate"] == 'Bearer realm="PanelDash"'
    assert response.json() == {"detail": "Please sign in."}


@pytest.mark.parametrize("secret", ["", "x", "pd_", "null", UNKNOWN, f"{UNKNOWN}x", "ü" * 20, "a.b.c"])
def test_a_bearer_is_judged_alone(client, ada, acme, secret):
    """A session that came along lets nobody in whose bearer is wrong."""
    client.force_login(ada)
    assert client.get("/api/v1/tenants").status_code == 200
    response = client.get("/api/v1/tenants", headers={"Authorization": f"Bearer {secret}"})
    assert response.status_code == 401


def test_with_a_session_of_another_the_bearer_counts(client, token_for, ada, eve, acme, globex):
    client.force_login(eve)
    response = client.get("/api/v1/tenants", headers={"Authorization": f"bearer {token_for(ada)}"})
    assert [item["tenant_id"] for item in response.json()["items"]] == ["acme"]


def test_a_bearer_needs_no_csrf_token_and_a_session_does(call, token_for, ada):
    other = ApiToken.objects.get if token_for(ada, name="other") else None
    public_id = other(name="other").public_id
    browser = Client(enforce_csrf_checks=True)
    browser.force_login(ada)
    assert browser.delete(f"/api/v1/auth/tokens/{public_id}").status_code == 403
    assert call(token_for(ada), f"/auth/tokens/{public_id}", "delete").status_code == 204


def test_another_kind_of_authorization_leaves_the_session(client, ada, acme):
    """A proxy's own Basic authentication, which the browser repeats."""
    client.force_login(ada)
    assert client.get("/api/v1/tenants", headers={"Authorization": "Basic eDp5"}).status_code == 200


@pytest.mark.parametrize("name", ["token", "access_token", "api_key", "authorization"])
def test_a_token_in_the_address_is_nobodys(client, token_for, ada, name):
    """Case 45: addresses are logged."""
    assert client.get("/api/v1/tenants", {name: token_for(ada)}).status_code == 401


@pytest.mark.parametrize(
    "path", ["/", "/t/acme/", "/admin/", "/accounts/tokens/", "/accounts/password/change/", "/api/docs", "/t/acme/d/x/panels/y/"]
)
def test_a_token_opens_no_page(client, token_for, root, acme, path):
    response = client.get(path, headers={"Authorization": f"Bearer {token_for(root)}"})
    assert response.status_code == 302
    assert "/accounts/login/" in response["Location"] or "/admin/login/" in response["Location"]


def test_a_token_opens_the_description(client, token_for, bob):
    """For programs that write clients; nobody is answered as everywhere in the API."""
    described = client.get("/api/openapi.json", headers={"Authorization": f"Bearer {token_for(bob, scope='read')}"})
    assert described.json()["openapi"] == "3.1.0"
    assert "/api/v1/tenants" in described.json()["paths"]
    assert client.get("/api/openapi.json").status_code == 401


def test_a_token_starts_no_session(call, token_for, ada):
    assert not call(token_for(ada), "/tenants").cookies


def test_a_wrong_method_and_an_unknown_door_are_answered_as_ever(call, token_for, ada):
    assert call(token_for(ada), "/tenants", "put").status_code == 405
    assert call(token_for(ada), "/nothing").status_code == 404
    assert PASSWORD not in str(call(token_for(ada), "/nothing").content)


def test_the_answers_depend_on_the_caller(call, token_for, ada):
    response = call(token_for(ada), "/tenants")
    assert {"Authorization", "Cookie"} <= {name.strip() for name in response["Vary"].split(",")}
    assert "no-store" in response["Cache-Control"]
