"""Making, listing and revoking tokens over the API."""

from datetime import UTC, datetime, timedelta

import pytest
from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from django.contrib.auth.hashers import get_hashers_by_algorithm
from django.core.cache import cache
from django.test import Client

from conftest import PASSWORD
from tenants.models import ApiToken, User
from tenants.signals import sign_in_refused

TOKENS = "/api/v1/auth/tokens"


@pytest.fixture(autouse=True)
def _no_attempts_counted(db):
    cache.clear()


def post(client, body, **extra):
    return client.post(TOKENS, body, content_type="application/json", **extra)


def by_password(email="ada@example.com", password=PASSWORD, **body):
    client = Client(enforce_csrf_checks=True, REMOTE_ADDR=body.pop("address", "127.0.0.1"))
    return post(client, {"email": email, "password": password, "name": "script", **body})


def test_a_session_makes_a_token_that_lets_in(client, call, ada, acme):
    client.force_login(ada)
    wanted = {"name": "nightly", "scope": "read", "tenant_id": "acme", "expires_in_days": 7, "calls_a_minute": 30}
    response = post(client, wanted)
    made = response.json()
    assert response.status_code == 201
    assert {name: made[name] for name in ("name", "scope", "tenant_id", "calls_a_minute")}.items() <= wanted.items()
    assert datetime.fromisoformat(made["expires_at"]) - datetime.now(UTC) < timedelta(days=7)
    assert call(made["token"], "/tenants").status_code == 200


def test_a_password_makes_a_token_without_a_session(call, ada, acme):
    response = by_password()
    made = response.json()
    assert response.status_code == 201
    assert {"token", "expires_at"} <= made.keys()
    assert not response.cookies
    assert call(made["token"], "/tenants").json()["items"][0]["tenant_id"] == "acme"


def test_without_a_word_it_does_all_its_user_may_for_90_days(ada, acme):
    by_password()
    token = ApiToken.objects.get()
    assert (token.scope, token.tenant, token.expires_at - token.created_at) == ("write", None, timedelta(days=90))


def test_a_wrong_password_and_an_unknown_account_are_answered_alike(ada):
    known, unknown = by_password(password="wrong"), by_password(email="nobody@example.com")
    assert known.status_code == unknown.status_code == 401
    assert known.json() == unknown.json()
    assert known["WWW-Authenticate"] == 'Bearer realm="PanelDash"'


def without_password(ada):
    ada.set_unusable_password()
    ada.save()


def inactive(ada):
    ada.is_active = False
    ada.save()


@pytest.mark.parametrize("change", [without_password, inactive])
def test_an_account_that_cannot_sign_in_is_answered_as_if_it_were_not_there(ada, change):
    change(ada)
    refused = by_password()
    assert refused.status_code == 401
    assert refused.json() == by_password(email="nobody@example.com").json()
    assert "without a password" in refused.json()["detail"]


@pytest.mark.parametrize("account", ["known", "unknown", "without a password", "inactive"])
def test_every_refusal_hashes_one_password(ada, account, monkeypatch):
    """The time it takes is that of the hash: it tells nobody who exists."""
    if account == "without a password":
        without_password(ada)
    if account == "inactive":
        inactive(ada)
    hasher = get_hashers_by_algorithm()["argon2"]
    hashed = []
    for name in ("encode", "verify"):
        whole = getattr(type(hasher), name)
        monkeypatch.setattr(type(hasher), name, lambda *given, _whole=whole, **named: hashed.append(1) or _whole(*given, **named))
    by_password("nobody@example.com" if account == "unknown" else "ada@example.com", "wrong")
    assert len(hashed) == 1


def test_a_second_factor_is_not_gone_round(ada):
    Authenticator.objects.create(user=ada, type=Authenticator.Type.TOTP, data={})
    refused = by_password()
    assert refused.status_code == 403
    assert "second factor" in refused.json()["detail"]
    assert by_password(password="wrong").status_code == 401  # who does not know the password does not learn of it
    assert not ApiToken.objects.exists()


def test_an_address_that_was_never_confirmed_is_not_gone_round(ada, settings):
    settings.ACCOUNT_EMAIL_VERIFICATION = "mandatory"
    EmailAddress.objects.create(user=ada, email=ada.email, verified=False)
    assert by_password().status_code == 403
    EmailAddress.objects.update(verified=True)
    assert by_password().status_code == 201


def test_guessing_one_persons_password_ends_after_five(ada):
    """Case 33: the right one is refused too, wherever it comes from."""
    for number in range(5):
        assert by_password(password="wrong", address=f"192.0.2.{number}").status_code == 401
    refused = by_password(address="192.0.2.99")
    assert refused.status_code == 429
    assert int(refused["Retry-After"]) > 0
    assert "Too many" in refused.json()["detail"] or "too many" in refused.json()["detail"]


def test_being_locked_out_says_nothing_of_who_exists(ada):
    answers = []
    for email in ("ada@example.com", "nobody@example.com"):
        cache.clear()
        answers.append([by_password(email, "wrong").json() for _ in range(6)])
    assert answers[0] == answers[1]


def test_attempts_here_and_on_the_page_count_together(client, ada):
    for number in range(5):
        form = {"login": "ada@example.com", "password": "wrong"}
        client.post("/accounts/login/", form, REMOTE_ADDR=f"192.0.2.{number}")
    assert by_password(address="192.0.2.99").status_code == 429


def test_a_refused_sign_in_is_told_of(ada):
    heard = []

    def hear(sender, **facts):
        heard.append((facts["way"], facts["reason"], facts["email"]))

    sign_in_refused.connect(hear)
    Authenticator.objects.create(user=ada, type=Authenticator.Type.TOTP, data={})
    by_password()
    sign_in_refused.disconnect(hear)
    assert heard == [("password", "there is a second factor", "ada@example.com")]


def test_nobody_makes_no_token(client):
    assert post(client, {"name": "mine"}).status_code == 401


def test_a_token_makes_no_token(call, token_for, ada):
    secret = token_for(ada)
    for body in ({"name": "child"}, {"name": "child", "email": ada.email, "password": PASSWORD}):
        assert call(secret, "/auth/tokens", "post", body).status_code == 403
    assert ApiToken.objects.count() == 1


@pytest.mark.parametrize(
    "body",
    [
        {}, {"name": ""}, {"name": "   "}, {"name": "x" * 101}, {"name": "a\nb"}, {"name": "x\x00"}, {"name": "x", "scope": "admin"},
        {"name": "x", "expires_in_days": 0}, {"name": "x", "expires_in_days": 366}, {"name": "x", "expires_in_days": None},
        {"name": "x", "expires_in_days": "soon"}, {"name": "x", "calls_a_minute": 0}, {"name": "x", "calls_a_minute": 10**6}, {"name": "x", "user": 1}, {"name": "x", "email": "ada@example.com"},
        {"name": "x", "tenant_id": "x" * 64}, {"name": ["x"]}, [],
    ],
)  # fmt: skip
def test_what_is_no_token_is_refused_in_words(client, ada, body):
    client.force_login(ada)
    response = post(client, body)
    assert response.status_code == 422
    assert isinstance(response.json()["detail"], str)
    assert not ApiToken.objects.exists()


def test_a_token_of_somebody_elses_tenant_is_not_made(client, ada, globex):
    client.force_login(ada)
    for slug in ("globex", "nowhere"):
        assert post(client, {"name": "x", "tenant_id": slug}).status_code == 403


def test_a_platform_admin_may_have_one_for_ever(client, root):
    client.force_login(root)
    assert post(client, {"name": "x", "expires_in_days": None}).json()["expires_at"] is None


def test_ones_own_are_listed_without_their_secrets(client, token_for, ada, eve, acme):
    secret = token_for(ada, name="mine", tenant=acme)
    token_for(eve, name="hers")
    client.force_login(ada)
    response = client.get(TOKENS)
    assert response.json()["count"] == 1
    [item] = response.json()["items"]
    assert (item["name"], item["tenant_id"], item["last_used_at"]) == ("mine", "acme", None)
    assert secret[14:].encode() not in response.content
    assert ApiToken.objects.get(name="mine").digest.encode() not in response.content


def test_ones_own_are_revoked_and_nobody_elses(client, call, token_for, ada, eve):
    mine, hers = token_for(ada, name="mine"), token_for(eve, name="hers")
    client.force_login(ada)
    ids = {token.name: token.public_id for token in ApiToken.objects.all()}
    assert client.delete(f"{TOKENS}/{ids['hers']}").status_code == 404
    assert client.delete(f"{TOKENS}/{ids['mine']}").status_code == 204
    assert client.delete(f"{TOKENS}/{ids['mine']}").status_code == 404
    assert [call(secret, "/tenants").status_code for secret in (mine, hers)] == [401, 200]
    assert client.get(TOKENS).json() == {"items": [], "count": 0}


@pytest.mark.parametrize("name", ["0", "-1", "null", "*", "x" * 500, "%00", "..%2f"])
def test_an_odd_id_is_no_token(client, ada, name):
    client.force_login(ada)
    assert client.delete(f"{TOKENS}/{name}").status_code in {400, 404}


def test_a_token_of_one_tenant_sees_and_revokes_those_of_that_tenant_only(call, token_for, ada, acme):
    token_for(ada, name="all")
    secret = token_for(ada, name="one", tenant=acme)
    assert [item["name"] for item in call(secret, "/auth/tokens").json()["items"]] == ["one"]
    other = ApiToken.objects.get(name="all").public_id
    assert call(secret, f"/auth/tokens/{other}", "delete").status_code == 404


def test_a_token_revokes_itself(call, token_for, ada):
    secret = token_for(ada)
    assert call(secret, f"/auth/tokens/{ApiToken.objects.get().public_id}", "delete").status_code == 204
    assert call(secret, "/tenants").status_code == 401


def test_a_revoked_token_is_out_for_its_deleted_user_too(token_for, ada):
    token_for(ada)
    User.objects.all().delete()
    assert not ApiToken.objects.exists()
