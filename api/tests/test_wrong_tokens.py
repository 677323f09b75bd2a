"""Calls with tokens that are nobody's: limited by address, exactly, without harm to those who have a valid one."""

import hashlib
from concurrent.futures import ThreadPoolExecutor

import pytest
from django.db import connections
from django.test import Client, RequestFactory
from django.utils import timezone

from api import wrong_tokens
from api.wrong_tokens import full, network_of
from datasources.store import store
from datasources.store.postgres import central_pool
from paneldash.tests.conftest import store_down
from tenants.models import ApiToken
from tenants.tests.tokens.issuer import AUDIENCE, ISSUER, SECRET, by_secret, claims
from tenants.tokens.making import revoke_token
from tenants.tokens.secret import new_secret

__all__ = ["store_down"]
HERE, THERE = "192.0.2.1", "192.0.2.2"


@pytest.fixture(autouse=True)
def _nothing_counted(db, settings):
    settings.API_RATE_WRONG = 3
    with central_pool().connection() as connection:
        connection.execute("TRUNCATE datasources_counter")
    full.forget()
    yield
    full.forget()


def call(secret, address=HERE, path="/tenants"):
    return Client(REMOTE_ADDR=address).get(f"/api/v1{path}", headers={"Authorization": f"Bearer {secret}"})


def statuses(times, make=new_secret, address=HERE):
    return [call(make(), address).status_code for _ in range(times)]


def test_who_guesses_is_told_to_wait():
    assert statuses(5) == [401, 401, 401, 429, 429]
    refused = call(new_secret())
    assert "Too many calls from this address had a token that is not valid." in refused.json()["detail"]
    assert 0 < int(refused["Retry-After"]) <= 60


def test_it_costs_a_guesser_no_query_and_no_round_trip_of_the_store(monkeypatch, django_assert_num_queries):
    statuses(4)
    monkeypatch.setattr(store(), "count", None)
    with django_assert_num_queries(0):
        assert statuses(20) == [429] * 20


def test_a_valid_token_from_the_same_address_works_also_for_the_first_time(token_for, ada, acme):
    statuses(4)
    secret = token_for(ada)
    answer = call(secret, path="/panels?tenant_id=acme")
    assert (answer.status_code, answer["RateLimit-Remaining"]) == (200, "599")


def test_valid_tokens_cost_no_more_where_an_address_is_full(token_for, ada, acme, django_assert_num_queries):
    secret = token_for(ada)
    statuses(4)
    with django_assert_num_queries(1 + 2):  # the token's own; the list and its count
        call(secret)
    with django_assert_num_queries(2):
        call(secret)


def test_a_revoked_token_that_is_used_on_and_on_costs_nothing(token_for, ada, django_assert_num_queries):
    secret = token_for(ada)
    revoke_token(ApiToken.objects.get())
    assert statuses(4, lambda: secret) == [401, 401, 401, 429]
    with django_assert_num_queries(0):
        assert statuses(3, lambda: secret) == [429] * 3


@pytest.mark.parametrize(
    "end",
    [
        lambda token: revoke_token(token),
        lambda token: (setattr(token.user, "is_active", False), token.user.save()),
        lambda token: ApiToken.objects.update(created_at=timezone.now() - timezone.timedelta(2), expires_at=timezone.now()),
    ],
    ids=["revoked", "of somebody switched off", "expired"],
)
def test_a_token_that_ends_is_nobodys_at_once(token_for, ada, end):
    secret = token_for(ada)
    statuses(4)
    assert call(secret).status_code == 200
    end(ApiToken.objects.select_related("user").get())
    assert call(secret).status_code == 429


def test_knowing_a_tokens_name_is_not_having_it(token_for, ada):
    secret = token_for(ada)
    statuses(4)
    assert call(secret[:14] + new_secret()[14:]).status_code == 429


@pytest.mark.parametrize("text", ["nonsense", "a.b.c", "x" * 5_000, "é"])
def test_what_is_no_token_counts_as_well(text):
    assert statuses(4, lambda: text) == [401, 401, 401, 429]


def test_a_valid_jwt_works_where_a_forged_one_has_to_wait(settings, ada):
    settings.JWT_SECRET, settings.JWT_ISSUER, settings.JWT_AUDIENCE = SECRET, ISSUER, AUDIENCE
    forged = by_secret(claims(), hashlib.sha256(b"another").hexdigest())
    assert statuses(4, lambda: forged) == [401, 401, 401, 429]
    assert call(by_secret(claims())).status_code == 200


def test_other_addresses_have_a_count_of_their_own():
    statuses(4)
    assert statuses(1, address=THERE) == [401]


def test_one_network_of_ipv6_is_one_caller():
    addresses = [f"2001:db8:0:1::{number:x}" for number in range(1, 5)]
    assert [statuses(1, address=address) for address in addresses] == [[401], [401], [401], [429]]
    assert statuses(1, address="2001:db8:0:2::1") == [401]


@pytest.mark.parametrize(
    ("address", "network"),
    [
        ("192.0.2.1", "192.0.2.1"), ("::ffff:192.0.2.1", "192.0.2.1"), ("2001:db8:0:1:ffff::9", "2001:db8:0:1::/64"),
        ("", "unknown"), ("unix:", "unknown"),
    ],
)  # fmt: skip
def test_an_address_is_counted_as(address, network):
    assert network_of(RequestFactory(REMOTE_ADDR=address).get("/")) == network


def test_an_address_one_claims_to_have_is_no_other(settings):
    def claimed(number):
        headers = {"Authorization": f"Bearer {new_secret()}", "X-Forwarded-For": f"203.0.113.{number}"}
        return Client(REMOTE_ADDR=HERE).get("/api/v1/tenants", headers=headers).status_code

    assert [claimed(number) for number in range(4)] == [401, 401, 401, 429]


def test_what_others_have_counted_counts_here():
    """Another process, or another host: it shares the store, and nothing else."""
    store().count(f"calls:wrong:{HERE}", 60)
    store().count(f"calls:wrong:{HERE}", 60)
    full.forget()
    assert statuses(2) == [401, 429]


def test_the_count_is_exact_however_many_call_at_once():
    def once(_):
        try:
            return statuses(1)[0]
        finally:
            connections.close_all()

    with ThreadPoolExecutor(6) as threads:
        assert sorted(threads.map(once, range(12))) == [401] * 3 + [429] * 9


def test_the_wait_is_over_when_the_minute_is(monkeypatch):
    statuses(4)
    with central_pool().connection() as connection:
        connection.execute("TRUNCATE datasources_counter")
    later = wrong_tokens.time.monotonic() + 61
    monkeypatch.setattr(wrong_tokens.time, "monotonic", lambda: later)
    assert statuses(1) == [401]
    assert not full


def test_nought_is_no_limit(settings):
    settings.API_RATE_WRONG = 0
    assert statuses(5) == [401] * 5


def test_while_the_store_is_down_nobody_has_to_wait(store_down):
    assert statuses(5) == [401] * 5


def test_no_more_addresses_are_known_than_there_is_room_for(monkeypatch):
    monkeypatch.setattr(wrong_tokens, "MOST_ADDRESSES", 2)
    for number in range(3):
        full.note(str(number), 60)
    assert [full.seconds_left(str(number)) > 0 for number in range(3)] == [False, True, True]
