"""How often one may call: counted over all workers, told with every answer."""

from concurrent.futures import ThreadPoolExecutor

import pytest
from django.db import connections
from django.test import Client
from prometheus_client import REGISTRY

from api.limits import DEAR
from datasources.store import StoreDown, close_store, store
from datasources.store.postgres import central_pool
from paneldash.tests.conftest import store_down
from tenants.tokens.bearer import find_bearer
from tenants.tokens.making import make_token

__all__ = ["store_down"]
FIELDS = ("RateLimit-Limit", "RateLimit-Remaining", "RateLimit-Reset", "RateLimit-Policy")


@pytest.fixture(autouse=True)
def _nothing_counted(db):
    with central_pool().connection() as connection:
        connection.execute("TRUNCATE datasources_counter")


def counted(name):
    return REGISTRY.get_sample_value(f"paneldash_api_{name}_total") or 0.0


def test_an_answer_says_what_is_left(call, token_for, ada):
    secret = token_for(ada)
    first, second = call(secret, "/tenants"), call(secret, "/tenants")
    assert [first[name] for name in ("RateLimit-Limit", "RateLimit-Remaining", "RateLimit-Policy")] == ["600", "599", "600;w=60"]
    assert second["RateLimit-Remaining"] == "598"
    assert 0 < int(second["RateLimit-Reset"]) <= 60


def test_who_calls_too_often_is_told_when_to_come_back(call, token_for, ada, settings):
    settings.API_RATE_DATA = 3
    secret = token_for(ada)
    assert [call(secret, "/tenants").status_code for _ in range(4)] == [200, 200, 200, 429]
    refused = call(secret, "/tenants")
    assert refused.json().keys() == {"detail"}
    assert "3 a minute" in refused.json()["detail"]
    assert 0 < int(refused["Retry-After"]) <= 60
    assert refused["RateLimit-Remaining"] == "0"
    assert refused["Retry-After"] == refused["RateLimit-Reset"]


def test_more_tokens_are_no_more_calls(call, token_for, client, ada, settings):
    """Case 114."""
    settings.API_RATE_DATA = 3
    for name in ("one", "two", "three"):
        assert call(token_for(ada, name=name), "/tenants").status_code == 200
    assert call(token_for(ada, name="four"), "/tenants").status_code == 429
    client.force_login(ada)
    assert client.get("/api/v1/tenants").status_code == 429


def test_one_users_calls_leave_the_others_theirs(call, token_for, ada, eve, settings):
    settings.API_RATE_DATA = 1
    for user in (ada, eve):
        assert call(token_for(user), "/tenants").status_code == 200


def test_an_address_one_claims_to_have_starts_no_new_count(call, token_for, ada, settings):
    settings.API_RATE_DATA = 1
    secret = token_for(ada)
    statuses = [call(secret, "/tenants", **{"X-Forwarded-For": f"203.0.113.{n}"}).status_code for n in range(2)]
    assert statuses == [200, 429]


def test_what_is_dear_is_counted_for_itself(rf, ada, settings):
    settings.API_RATE_DEAR = 2
    answers = []
    for _ in range(3):
        request = rf.post("/api/v1/anything")
        request.user = ada
        answers.append(DEAR.allow_request(request))
    assert answers == [True, True, False]
    assert request.spent.most == 2


def test_nought_is_no_limit(call, token_for, ada, settings):
    settings.API_RATE_DATA = 0
    response = call(token_for(ada), "/tenants")
    assert response.status_code == 200
    assert not any(response.has_header(name) for name in FIELDS)


def test_a_limit_is_exact_however_many_call_at_once(token_for, ada, settings):
    """Each of 40 calls is counted by a connection of its own, as those of other hosts are."""
    settings.API_RATE_DATA = 25

    def once(_):
        try:
            return store().count(f"calls:data:{ada.pk}", 60).total <= settings.API_RATE_DATA
        finally:
            connections.close_all()

    with ThreadPoolExecutor(8) as threads:
        assert sum(threads.map(once, range(40))) == 25


def test_while_the_store_is_down_calls_go_through_and_the_metrics_say_so(call, token_for, ada, store_down, client):
    before = counted("uncounted")
    response = call(token_for(ada), "/tenants")
    assert response.status_code == 200
    assert not response.has_header("RateLimit-Limit")
    assert counted("uncounted") == before + 1
    assert "paneldash_api_uncounted_total" in client.get("/metrics").content.decode()
    with pytest.raises(StoreDown):
        store().count("x", 60)
    close_store()


def test_pages_are_not_counted(client, ada, acme, settings):
    settings.API_RATE_DATA = 1
    client.force_login(ada)
    for _ in range(3):
        response = client.get("/t/acme/")
        assert response.status_code == 200
        assert not response.has_header("RateLimit-Limit")


def test_who_is_nobody_is_not_counted(db):
    assert not Client().get("/api/v1/tenants").has_header("RateLimit-Limit")


def limited(user, calls, name="limited"):
    return make_token(user, name=name, scope="write", tenant=None, days=1, calls_a_minute=calls)[1]


def test_a_token_may_have_a_limit_of_its_own(call, token_for, ada, settings):
    settings.API_RATE_DATA = 10
    secret = limited(ada, 2)
    answers = [call(secret, "/tenants") for _ in range(4)]
    assert [answer.status_code for answer in answers] == [200, 200, 429, 429]
    assert [(answer["RateLimit-Limit"], answer["RateLimit-Remaining"]) for answer in answers[:3]] == [
        ("2", "1"),
        ("2", "0"),
        ("2", "0"),
    ]
    assert "Too many calls with this token: 2 a minute" in answers[2].json()["detail"]
    assert 0 < int(answers[2]["Retry-After"]) <= 60


def test_what_a_tokens_own_limit_refuses_does_not_count_for_its_user(call, token_for, ada, settings):
    settings.API_RATE_DATA = 4
    secret = limited(ada, 2)
    for _ in range(6):
        call(secret, "/tenants")
    assert call(token_for(ada), "/tenants")["RateLimit-Remaining"] == "1"


def test_the_headers_tell_of_the_tighter_limit(call, ada, settings):
    settings.API_RATE_DATA = 3
    secret = limited(ada, 100)
    answers = [call(secret, "/tenants") for _ in range(4)]
    assert answers[0]["RateLimit-Policy"] == "3;w=60"
    assert [answer.status_code for answer in answers] == [200, 200, 200, 429]


def test_a_tokens_limit_holds_for_what_is_dear_and_where_its_user_has_none(rf, call, ada, settings):
    settings.API_RATE_DATA = settings.API_RATE_DEAR = 0
    secret = limited(ada, 2)
    assert call(secret, "/tenants")["RateLimit-Remaining"] == "1"
    request = rf.post("/api/v1/anything")
    request.user, request.bearer = ada, find_bearer(secret, "")
    assert DEAR.allow_request(request)
    assert not DEAR.allow_request(request)


def test_one_token_is_counted_as_one_however_many_there_are(call, ada):
    for name in ("one", "other"):
        assert call(limited(ada, 1, name), "/tenants").status_code == 200


@pytest.mark.parametrize(("calls", "trips"), [(None, 1), (5, 2)])
def test_only_a_token_with_a_limit_costs_a_round_trip_more(call, token_for, ada, monkeypatch, calls, trips):
    counted = []
    real = store().count
    monkeypatch.setattr(store(), "count", lambda *asked: counted.append(asked) or real(*asked))
    call(limited(ada, calls), "/tenants")
    assert len(counted) == trips


def test_the_last_call_of_a_token_is_refused_where_its_user_has_none_left(call, ada, settings):
    settings.API_RATE_DATA = 2
    secret = limited(ada, 3)
    assert [call(secret, "/tenants").status_code for _ in range(3)] == [200, 200, 429]
