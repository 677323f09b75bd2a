"""Tokens made, used, revoked and refused; what they do is their user's doing."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone

from audit.models import Event
from audit.waiting import queue
from tenants.models import ApiToken, Tenant, User
from tenants.tokens.making import make_token, revoke_token
from tenants.tokens.used import write_use

Told = Callable[..., list[Event]]
Made = tuple[ApiToken, str]


@pytest.fixture
def made(ada: User) -> Made:
    return make_token(ada, name="Nightly job", scope="read", tenant=None, days=30)


def call(client: Client, secret: str, path: str = "/api/v1/tenants") -> int:
    return client.get(path, headers={"Authorization": f"Bearer {secret}"}).status_code


def test_a_token_is_told_when_made_first_used_and_revoked_and_its_secret_never(
    made: Made, ada: User, client: Client, told: Told
) -> None:
    token, secret = made
    assert call(client, secret) == 200
    write_use(token)
    write_use(token)
    revoke_token(token)
    of_token = [event for event in told() if event.object_type == "tenants.apitoken"]
    assert [event.action for event in of_token] == ["sign_in", "change"]
    assert of_token[0].details == {"methods": ["token"], "what": "first use", "user": "ada@example.com"}
    assert "revoked_at" in (of_token[1].after or {})
    created = Event.objects.filter(object_type="tenants.apitoken", action="create", object_id=str(token.pk)).get()
    assert (created.after or {})["digest"] == "(secret)"
    said = str(list(Event.objects.values()))
    assert secret not in said
    assert token.digest not in said


def test_what_is_done_by_token_is_its_users_doing(made: Made, client: Client, eve: User, globex: Tenant, told: Told) -> None:
    assert call(client, made[1], "/api/v1/panels?tenant_id=globex") == 403
    [event] = told("access")
    assert (event.actor, event.object, event.details["reason"]) == ("ada@example.com", "globex", "not allowed")


def test_an_expired_token_is_told_once_with_whose_it_was(made: Made, client: Client, told: Told) -> None:
    token, secret = made
    before = timezone.now() - timedelta(days=1)
    ApiToken.objects.filter(pk=token.pk).update(created_at=before - timedelta(days=1), expires_at=before)
    assert call(client, secret) == 401
    [event] = [event for event in told() if event.outcome != "done"]
    assert (event.action, event.outcome, event.object) == ("sign_in", "failed", str(token))
    assert event.details["user"] == "ada@example.com"


def test_a_token_that_is_none_is_told_as_a_refusal(client: Client, db: None, told: Told) -> None:
    assert call(client, "pd_CANARY") == 401
    queue.send()
    assert [event.details["reason"] for event in told("access")] == ["token"]
    assert "CANARY" not in str(list(Event.objects.values()))


def test_a_password_typed_in_the_place_of_an_address_is_not_told(client: Client, db: None, told: Told) -> None:
    """Too many attempts are told of by another way than a single one."""
    body = {"name": "x", "email": "hunter2 and more", "password": "y"}
    statuses = [client.post("/api/v1/auth/tokens", body, content_type="application/json").status_code for _ in range(12)]
    assert statuses[-1] == 429
    objects = {event.object for event in told() if event.action == "sign_in"}
    assert objects == {"(no e-mail address)"}
