"""Doors that stayed shut."""

from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client

from audit import refusals
from audit.models import Event
from audit.waiting import queue
from tenants.models import Tenant, User

Told = Callable[..., list[Event]]


def test_a_stranger_at_a_tenants_door_is_told(client: Client, eve: User, acme: Tenant, told: Told) -> None:
    client.force_login(eve)
    assert client.get("/t/acme/").status_code == 404
    [event] = told("access")
    assert (event.actor, event.outcome, event.object, event.tenant_id) == ("eve@example.com", "refused", "acme", None)
    assert event.details == {"reason": "not a member", "method": "GET", "path": "/t/acme/", "status": 404}


def test_a_tenant_that_does_not_exist_is_told_alike(client: Client, eve: User, told: Told) -> None:
    client.force_login(eve)
    client.get("/t/nobody/")
    assert told("access")[0].object == "nobody"


def test_a_panel_that_polls_on_is_told_once(client: Client, eve: User, acme: Tenant, told: Told) -> None:
    client.force_login(eve)
    for _ in range(5):
        client.get("/t/acme/d/board/panels/one/")
    assert len(told("access")) == 1


def test_a_role_that_is_too_low_is_told_to_the_tenant(client: Client, bob: User, acme: Tenant, told: Told) -> None:
    client.force_login(bob)
    assert client.get("/t/acme/audit/").status_code == 403
    [event] = told("access")
    assert (event.tenant_id, event.details["reason"], event.actor) == (acme.pk, "not allowed", "bob@example.com")


def test_the_admin_is_told_of_who_may_not(client: Client, ada: User, told: Told) -> None:
    client.force_login(ada)
    client.get("/admin/", follow=True)
    assert [event.details["reason"] for event in told("access")] == ["not allowed"]


def test_the_api_is_told_by_its_answer(client: Client, eve: User, acme: Tenant, told: Told) -> None:
    client.force_login(eve)
    assert client.get("/api/v1/panels?tenant_id=acme").status_code == 403
    [event] = told("access")
    assert event.object == "acme"


def test_a_bearer_token_that_is_none_is_told(client: Client, db: None, told: Told) -> None:
    client.get("/api/v1/tenants", headers={"Authorization": "Bearer CANARY"})
    queue.send()
    [event] = told("access")
    assert (event.actor, event.details["reason"]) == ("", "token")
    assert "CANARY" not in str(list(Event.objects.values()))


def test_a_form_without_its_token_is_told(ada: User, acme: Tenant, told: Told) -> None:
    strict = Client(enforce_csrf_checks=True)
    strict.force_login(ada)
    assert strict.post("/accounts/logout/").status_code == 403
    assert told("access")[0].outcome == "refused"


def test_an_answer_that_refuses_nothing_asks_not_who_is_there(
    client: Client, ada: User, django_assert_num_queries: Any, told: Told
) -> None:
    client.force_login(ada)
    with django_assert_num_queries(0):
        answer = client.get("/static/nothing-here.css")
    assert answer.status_code == 404
    assert told("access") == []


def test_what_members_do_not_find_is_no_refusal(client: Client, bob: User, acme: Tenant, told: Told) -> None:
    client.force_login(bob)
    assert client.get("/t/acme/d/none/").status_code == 404
    assert client.get("/nowhere/").status_code == 404
    assert told("access") == []


def test_who_tries_a_thousand_doors_does_not_fill_the_table(
    client: Client, eve: User, told: Told, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(refusals, "MOST_A_MINUTE", 5)
    client.force_login(eve)
    for number in range(20):
        client.get(f"/t/tenant-{number}/")
    assert len(told("access")) == 5


def test_an_answer_stands_where_its_event_cannot_be_written(
    client: Client, eve: User, acme: Tenant, monkeypatch: pytest.MonkeyPatch
) -> None:
    client.force_login(eve)
    from django.db import DatabaseError

    def away(*_: Any, **__: Any) -> None:
        raise DatabaseError("away")

    monkeypatch.setattr("audit.recording.write", away)
    assert client.get("/t/acme/").status_code == 404
