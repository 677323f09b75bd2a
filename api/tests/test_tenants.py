"""Tenants and their members, changed by those who run them."""

import json
from typing import Any

import pytest
from django.core import mail
from django.test import Client

from conftest import wait_for_mail
from tenants.connection_test import examine
from tenants.models import Membership, Tenant, User


@pytest.fixture
def send() -> Any:
    def ask(user: User, method: str, path: str, body: Any = None) -> Any:
        client = Client()
        client.force_login(user)
        sent = {} if body is None else {"data": json.dumps(body), "content_type": "application/json"}
        return getattr(client, method)(f"/api/v1{path}", **sent)

    return ask


@pytest.fixture
def boss(make_user: Any, acme: Tenant) -> User:
    """Acme's only admin."""
    return make_user("boss", admin=acme)


def test_a_tenant_is_made_with_a_connection_that_works(send, root, acme_database):
    body = {"tenant_id": "new", "name": "New", **acme_database, "time_zone": "Europe/Paris"}
    answer = send(root, "post", "/tenants", body)
    assert answer.status_code == 201, answer.content
    made = answer.json()
    assert (made["tenant_id"], made["role"], made["time_zone"]) == ("new", "admin", "Europe/Paris")
    assert made["connection"]["verdict"] in {"good", "warning"}
    assert acme_database["password"] not in answer.content.decode()
    assert examine(Tenant.objects.get(slug="new")).is_fit


def test_one_that_cannot_be_reached_is_made_and_says_so(send, root, acme_database):
    answer = send(root, "post", "/tenants", {"tenant_id": "new", "name": "New", **acme_database, "password": "wrong"})
    assert (answer.status_code, answer.json()["connection"]["verdict"]) == (201, "unreachable")


@pytest.mark.parametrize(
    ("wrong", "path"),
    [
        ({"host": "169.254.169.254"}, "host"),
        ({"time_zone": "Mars"}, "time_zone"),
        ({"search_path": "pg_catalog"}, "search_path"),
        ({"ca_certificate": "none"}, "ca_certificate"),
        ({"ca_certificate": "none\x00"}, "ca_certificate"),
        ({"tenant_id": "No"}, "tenant_id"),
        ({"port": 0}, "port"),
        ({"color": "red"}, "color"),
    ],
)
def test_what_is_wrong_is_named(send, root, acme_database, settings, wrong, path):
    settings.TENANT_ALLOW_LOCAL_HOSTS = path != "host"
    answer = send(root, "post", "/tenants", {"tenant_id": "new", "name": "New", **acme_database, **wrong})
    assert answer.status_code == 422
    assert path in [error["path"] for error in answer.json()["errors"]]
    assert not Tenant.objects.exists()


def test_an_id_is_given_once(send, root, acme, acme_database):
    assert send(root, "post", "/tenants", {"tenant_id": "acme", "name": "New", **acme_database}).status_code == 409


def test_what_is_not_named_stays(send, root, acme, acme_database):
    answer = send(root, "patch", "/tenants/acme", {"name": "Acme Inc.", "row_limit": 10})
    assert answer.status_code == 200
    acme.refresh_from_db()
    assert (acme.name, acme.row_limit, acme.host, acme.sslmode) == ("Acme Inc.", 10, acme_database["host"], "disable")
    assert examine(acme).is_fit
    assert send(root, "patch", "/tenants/acme", {"row_limit": None}).json()["connection"]["row_limit"] is None


def test_a_password_is_not_sent_to_another_server(send, root, acme):
    answer = send(root, "patch", "/tenants/acme", {"host": "other.example.com"})
    assert (answer.status_code, answer.json()["errors"][0]["path"]) == (422, "password")


def test_a_tenant_is_switched_off_and_on(send, root, bob, acme):
    assert send(root, "patch", "/tenants/acme", {"is_active": False}).json()["is_active"] is False
    assert send(bob, "get", "/tenants/acme").status_code == 403
    assert send(root, "get", "/tenants/acme").json()["is_active"] is False
    assert send(root, "patch", "/tenants/acme", {"is_active": True}).status_code == 200
    assert send(bob, "get", "/tenants/acme").status_code == 200


def test_how_it_is_reached_is_for_platform_admins(send, root, boss, acme):
    assert send(root, "get", "/tenants/acme").json()["connection"]["database"]
    assert send(boss, "get", "/tenants/acme").json()["connection"] is None


def test_a_test_says_what_it_found(send, root, acme):
    report = send(root, "post", "/tenants/acme/test").json()
    assert (report["reachable"], report["is_fit"]) == (True, True)
    assert report["findings"][0]["sentence"].startswith("It answers")
    acme.refresh_from_db()
    assert acme.tested_at is not None


def test_an_admin_sees_the_members(send, boss, bob):
    members = send(boss, "get", "/tenants/acme/members").json()
    assert [(one["email"], one["role"]) for one in members["items"]] == [(bob.email, "viewer"), (boss.email, "admin")]
    assert send(boss, "get", f"/tenants/acme/members/{bob.pk}").json() == members["items"][0]
    assert send(bob, "get", "/tenants/acme/members").status_code == 403


def test_somebody_new_gets_an_account_and_a_link(send, boss, db):
    answer = send(boss, "post", "/tenants/acme/members", {"email": "New@Example.com", "role": "editor"})
    assert (answer.status_code, answer.json()["email"], answer.json()["role"]) == (201, "new@example.com", "editor")
    wait_for_mail()
    assert [message.to for message in mail.outbox] == [["new@example.com"]]
    assert not User.objects.get(email="new@example.com").has_usable_password()


def test_somebody_known_is_let_in_without_a_mail(send, boss, eve):
    assert send(boss, "post", "/tenants/acme/members", {"email": eve.email}).status_code == 201
    wait_for_mail()
    assert mail.outbox == []
    assert send(eve, "get", "/tenants/acme").json()["role"] == "viewer"


def test_nobody_is_a_member_twice(send, boss, bob):
    assert send(boss, "post", "/tenants/acme/members", {"email": bob.email}).status_code == 409


@pytest.mark.parametrize("email", ["nobody", "a b@example.com", "a@b", "@example.com"])
def test_an_address_is_one(send, boss, email):
    answer = send(boss, "post", "/tenants/acme/members", {"email": email})
    assert (answer.status_code, answer.json()["errors"][0]["path"]) == (422, "email")


def test_a_role_is_changed_at_once(send, boss, bob):
    assert send(boss, "patch", f"/tenants/acme/members/{bob.pk}", {"role": "editor"}).json()["role"] == "editor"
    assert send(bob, "get", "/tenants/acme").json()["role"] == "editor"


def test_who_is_taken_out_is_out(send, boss, bob):
    assert send(boss, "delete", f"/tenants/acme/members/{bob.pk}").status_code == 204
    assert send(bob, "get", "/tenants/acme").status_code == 403
    assert User.objects.filter(pk=bob.pk).exists()


@pytest.mark.parametrize("who", ["boss", "root"])
def test_the_last_admin_stays(send, boss, root, who):
    user = {"boss": boss, "root": root}[who]
    for method, body in (("delete", None), ("patch", {"role": "viewer"})):
        answer = send(user, method, f"/tenants/acme/members/{boss.pk}", body)
        assert (answer.status_code, "last admin" in answer.json()["detail"]) == (409, True)
    assert Membership.objects.get(user=boss).role == "admin"


def test_one_admin_of_two_may_go(send, boss, make_user, acme):
    make_user("second", admin=acme)
    assert send(boss, "delete", f"/tenants/acme/members/{boss.pk}").status_code == 204


def test_an_admin_who_cannot_sign_in_does_not_count(send, boss, make_user, acme):
    second = make_user("second", admin=acme)
    User.objects.filter(pk=second.pk).update(is_active=False)
    assert send(boss, "delete", f"/tenants/acme/members/{boss.pk}").status_code == 409


def test_members_of_other_tenants_are_not_found(send, boss, eve):
    assert send(boss, "delete", f"/tenants/acme/members/{eve.pk}").status_code == 404
    assert Membership.objects.filter(user=eve).exists()
