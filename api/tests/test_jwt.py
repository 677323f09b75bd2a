"""Callers with a JWT of the configured issuer: who they are, and everything a forged one may try."""

import base64
import hashlib
import hmac
import json
import time

import jwt
import pytest
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from tenants.models import User
from tenants.signals import sign_in_refused
from tenants.tests.tokens.issuer import AUDIENCE, ISSUER, SECRET, Publisher, by_key, by_secret, claims, new_key, published
from tenants.tokens.jwks import key_set
from tenants.tokens.secret import new_secret

KEY, OTHER = new_key(), new_key()


@pytest.fixture
def shared(settings, db):
    """A secret is configured."""
    settings.JWT_SECRET, settings.JWT_ISSUER, settings.JWT_AUDIENCE = SECRET, ISSUER, AUDIENCE
    return settings


@pytest.fixture
def publisher(settings, db):
    """An address of keys is configured, and publishes one."""
    made = Publisher()
    made.publish(published(KEY))
    settings.JWT_JWKS_URL, settings.JWT_ISSUER, settings.JWT_AUDIENCE = made.url, ISSUER, AUDIENCE
    key_set.cache_clear()
    yield made
    key_set.cache_clear()
    made.close()


@pytest.fixture
def reasons():
    heard = []

    def hear(sender, **facts):
        heard.append((facts["way"], facts["reason"], facts["email"]))

    sign_in_refused.connect(hear)
    yield heard
    sign_in_refused.disconnect(hear)


def part(value):
    text = value if isinstance(value, bytes) else json.dumps(value).encode()
    return base64.urlsafe_b64encode(text).rstrip(b"=").decode()


def forged(header, said, signature=b""):
    return f"{part(header)}.{part(said)}.{part(signature)}"


def hs256(text, key):
    return hmac.new(key, text.encode(), hashlib.sha256).digest()


def status(call, token):
    return call(token, "/tenants").status_code


def test_without_configuration_a_jwt_is_nobodys(call, ada, django_assert_num_queries):
    with django_assert_num_queries(0):
        assert status(call, by_secret(claims())) == 401


def test_with_a_secret_a_jwt_is_its_user(call, shared, ada, acme):
    (seen,) = call(by_secret(claims()), "/tenants").json()["items"]
    assert (seen["tenant_id"], seen["role"]) == ("acme", "editor")


def test_with_published_keys_a_jwt_is_its_user(call, publisher, ada, acme):
    assert call(by_key(claims(), KEY), "/tenants").json()["count"] == 1


def test_what_is_known_costs_no_query_and_no_signature(call, publisher, ada, acme, django_assert_num_queries, monkeypatch):
    token = by_key(claims(), KEY)
    assert call(token, "/auth/tokens").status_code == 200
    monkeypatch.setattr(jwt, "decode", None)
    with django_assert_num_queries(2):  # the list and its count
        assert call(token, "/auth/tokens").status_code == 200


def test_an_address_is_the_same_in_capitals(call, shared, ada):
    assert status(call, by_secret(claims("ADA@Example.com"))) == 200


@pytest.mark.parametrize(
    "address", ["\u212aim@example.com", "kim@bac\u212aup.example", "\u017fam@example.com", "kim@e\uff58ample.com"]
)
@pytest.mark.parametrize("creates", [False, True])
def test_an_address_that_only_looks_alike_is_not_the_other_persons(call, shared, db, address, creates):
    """Kelvin sign, long s, wide x: `lower` or NFKC would make them the letters of somebody else's address."""
    for email in ("kim@example.com", "kim@backup.example", "sam@example.com"):
        User.objects.create_user(email)
    shared.JWT_CREATE_USERS = creates
    response = call(by_secret(claims(address)), "/me")
    assert response.status_code == 401 or (creates and response.json()["email"] == address)


def test_tokens_of_our_own_work_beside(call, shared, token_for, ada):
    assert status(call, token_for(ada)) == 200
    assert status(call, new_secret()) == 401


NOW = int(time.time())
BAD = {
    "expired": {"exp": NOW - 120},
    "expires never": {"exp": None},
    "expires in words": {"exp": "soon"},
    "expires out of all time": {"exp": 10**30},
    "not yet": {"nbf": NOW + 86_400},
    "of tomorrow": {"iat": NOW + 86_400},
    "without a time": {"iat": None},
    "for somebody else": {"aud": "grafana"},
    "for nobody": {"aud": None},
    "for an empty list": {"aud": []},
    "of another issuer": {"iss": "https://evil.example"},
    "of an issuer that begins like ours": {"iss": ISSUER + ".evil.example"},
    "of a list of issuers": {"iss": [ISSUER]},
    "of no issuer": {"iss": None},
    "without an address": {"email": None},
    "of many addresses": {"email": ["ada@example.com"]},
    "of no address": {"email": "ada"},
    "of an address with a NUL": {"email": "ada@example.com\x00"},
    "of an endless address": {"email": "a" * 300 + "@example.com"},
    "of an unverified address": {"email_verified": False},
    "of an address verified in words": {"email_verified": "true"},
}


@pytest.mark.parametrize("wrong", BAD)
def test_wrong_claims_are_refused_with_the_right_signature(call, shared, ada, wrong):
    assert status(call, by_secret(claims(**BAD[wrong]))) == 401


@pytest.mark.parametrize("wrong", BAD)
def test_wrong_claims_are_refused_with_the_right_key(call, publisher, ada, wrong):
    assert status(call, by_key(claims(**BAD[wrong]), KEY)) == 401


def test_clocks_may_differ_by_seconds(call, shared, ada):
    now = int(time.time())
    assert status(call, by_secret(claims(exp=now - 10))) == 200
    assert status(call, by_secret(claims(iat=now + 10, nbf=now + 10))) == 200


def test_an_issuer_of_published_keys_has_to_say_that_it_verified_the_address(call, publisher, ada):
    assert status(call, by_key(claims(email_verified=None), KEY)) == 401


def test_who_has_the_secret_is_taken_at_their_word(call, shared, ada):
    assert status(call, by_secret(claims(email_verified=None))) == 200


@pytest.mark.parametrize(
    "alg", ["none", "None", "NONE", "nOnE", "", None, "HS384", "HS512", "RS256", "ES256", "PS256", "EdDSA", 1, []]
)
def test_no_other_algorithm_is_taken_for_the_secrets(call, shared, ada, alg):
    header = {"typ": "JWT", "alg": alg}
    unsigned = forged(header, claims())
    text = unsigned.rsplit(".", 1)[0]
    for token in (unsigned, forged(header, claims(), hs256(text, SECRET.encode()))):
        assert status(call, token) == 401


def test_a_token_without_an_algorithm_is_refused(call, shared, ada):
    assert status(call, forged({"typ": "JWT"}, claims())) == 401


@pytest.mark.parametrize("alg", ["none", "HS256", "HS512", "PS256", "RS384", "RS512"])
def test_no_other_algorithm_is_taken_for_the_keys(call, publisher, ada, alg):
    assert status(call, forged({"typ": "JWT", "alg": alg, "kid": "one"}, claims())) == 401


def test_the_public_key_is_no_secret_to_sign_with(call, publisher, ada):
    """RS256 taken for HS256: whoever can read the key could sign."""
    forms = [
        KEY.public_key().public_bytes(encoding, form)
        for encoding in (Encoding.PEM, Encoding.DER)
        for form in (PublicFormat.SubjectPublicKeyInfo, PublicFormat.PKCS1)
    ]
    for secret in [*forms, *(form.strip() for form in forms)]:
        text = f"{part({'alg': 'HS256', 'typ': 'JWT', 'kid': 'one'})}.{part(claims())}"
        assert status(call, f"{text}.{part(hs256(text, secret))}") == 401


def test_another_key_under_the_right_name_is_refused(call, publisher, ada):
    assert status(call, by_key(claims(), OTHER)) == 401


@pytest.mark.parametrize(
    "kid",
    [
        "", "two", "../../../../dev/null", "/etc/passwd", "one' OR '1'='1", "one\x00", "x" * 4_000, "http://evil.example/keys",
        "|/bin/true", "*", "ONE",
    ],
)  # fmt: skip
def test_a_name_is_a_name_and_nothing_else(call, publisher, ada, kid):
    assert status(call, by_key(claims(), OTHER, kid)) == 401
    assert status(call, by_key(claims(), KEY, kid)) == 401


@pytest.mark.parametrize("kid", [1, None, ["one"], {"one": 1}, True])
def test_what_is_no_name_finds_no_key(call, publisher, ada, kid):
    assert status(call, forged({"alg": "RS256", "typ": "JWT", "kid": kid}, claims())) == 401


def test_the_token_does_not_say_where_its_key_is(call, publisher, ada):
    """jku, x5u, jwk, x5c: read by nobody, asked for by nobody."""
    theirs = Publisher()
    theirs.publish(published(OTHER, "mine"))
    try:
        for header in ({"jku": theirs.url}, {"x5u": theirs.url}, {"jwk": published(OTHER, "mine")}, {"x5c": ["MIIB"]}):
            for kid in ("one", "mine"):
                assert status(call, by_key(claims(), OTHER, kid, **header)) == 401
        assert theirs.asked == []
    finally:
        theirs.close()


@pytest.mark.parametrize("crit", [["exp"], ["b64"], [], "exp", [1]])
def test_what_is_critical_and_not_understood_is_refused(call, shared, ada, crit):
    header = {"alg": "HS256", "typ": "JWT", "crit": crit}
    text = f"{part(header)}.{part(claims())}"
    assert status(call, f"{text}.{part(hs256(text, SECRET.encode()))}") == 401


@pytest.mark.parametrize(
    "token",
    [
        "a.b.c", "..", "a..b", forged(b"[" * 5_000, {}), forged(b'{"alg":' * 700, {}), forged(b"\xff\xfe", {}), forged([], {}), forged("x", {}),
        forged({"alg": "HS256"}, b"[" * 2_000), "x" * 20_000 + ".y.z", "é.é.é", "%00.%00.%00", forged({"alg": "HS256"}, {}) + ".x",
    ],
)  # fmt: skip
@pytest.mark.parametrize("kind", ["shared", "publisher"])
def test_what_is_no_jwt_is_refused(call, request, ada, token, kind):
    request.getfixturevalue(kind)
    assert status(call, token) == 401


def test_deep_claims_with_the_right_signature_are_refused(call, shared, ada):
    text = f"{part({'alg': 'HS256', 'typ': 'JWT'})}.{part(b'[' * 3_000)}"
    assert status(call, f"{text}.{part(hs256(text, SECRET.encode()))}") == 401


def test_a_changed_letter_makes_it_nobodys(call, shared, ada, make_user):
    make_user("eve")
    head, _, signature = by_secret(claims("eve@example.com")).split(".")
    assert status(call, f"{head}.{part(claims('ada@example.com'))}.{signature}") == 401


def test_a_key_that_is_replaced_is_found_and_the_old_one_forgotten(call, publisher, ada, monkeypatch):
    assert status(call, by_key(claims(), KEY)) == 200
    publisher.publish(published(OTHER, "two"))
    monkeypatch.setattr(key_set(publisher.url), "_next_fetch_at", 0.0)  # half a minute later
    assert status(call, by_key(claims(), OTHER, "two")) == 200
    assert status(call, by_key(claims(nonce="another"), KEY)) == 401


def test_while_the_keys_are_away_nobody_can_be_told_from_a_forger(call, publisher, ada):
    publisher.answer = lambda handler: publisher.send(handler, b"", 500)
    response = call(by_key(claims(), KEY), "/tenants")
    assert response.status_code == 503
    assert int(response["Retry-After"]) > 0
    assert publisher.url not in response.content.decode()


def test_an_inactive_user_is_refused(call, shared, ada):
    ada.is_active = False
    ada.save()
    assert status(call, by_secret(claims())) == 401


def test_a_user_who_is_switched_off_is_out_at_once(call, shared, ada):
    token = by_secret(claims())
    assert status(call, token) == 200
    ada.is_active = False
    ada.save()
    assert status(call, token) == 401


def test_nobody_is_made_a_user_unless_it_is_allowed(call, shared):
    token = by_secret(claims("new@example.com", name="New"))
    assert status(call, token) == 401
    assert not User.objects.exists()
    shared.JWT_CREATE_USERS = True
    assert call(token, "/tenants").json() == {"items": [], "count": 0}
    made = User.objects.get()
    assert (made.email, made.name, made.is_staff, made.is_superuser, made.has_usable_password()) == (
        "new@example.com", "New", False, False, False,
    )  # fmt: skip


def test_claims_give_nobody_rights(call, shared, ada, acme, globex):
    token = by_secret(claims(role="admin", is_superuser=True, tenants=["globex"], scope="admin", groups=["admins"]))
    assert [item["role"] for item in call(token, "/tenants").json()["items"]] == ["editor"]
    assert call(token, "/panels?tenant_id=globex").status_code == 403


def test_a_jwt_makes_no_token(call, shared, ada):
    assert call(by_secret(claims()), "/auth/tokens", "post", {"name": "longer"}).status_code == 403


def test_a_jwt_opens_no_page(client, shared, ada, acme):
    assert client.get("/t/acme/", headers={"Authorization": f"Bearer {by_secret(claims())}"}).status_code == 302


def test_refusals_are_told_of_with_their_reason(call, shared, ada, reasons):
    call(by_secret(claims(aud="grafana")), "/tenants")
    call(by_secret(claims("nobody@example.com")), "/tenants")
    call(by_secret(claims(), "another secret that is long enough too"), "/tenants")
    assert reasons == [
        ("jwt", "it is for another audience", ""),
        ("jwt", "nobody here has its e-mail address", "nobody@example.com"),
        ("jwt", "its signature is wrong", ""),
    ]
