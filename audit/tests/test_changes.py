"""Changes of rows: what differs and no more, in the transaction of the change, and never a secret."""

from collections.abc import Callable
from typing import Any

import pytest
from django.contrib.auth.models import Group
from django.db import connection, transaction
from django.test import Client
from django.urls import reverse

from audit.models import Event
from conftest import PASSWORD
from dashboards.models import Dashboard, Panel, Placement
from tenants.models import Membership, Tenant, User
from tenants.rotation import rotate

Told = Callable[..., list[Event]]


def test_only_what_differs_is_told_with_both_sides(acme: Tenant, told: Told) -> None:
    acme.name = "Acme & Sons"
    acme.save()
    [event] = told("change")
    assert (event.before, event.after) == ({"name": "Acme"}, {"name": "Acme & Sons"})
    assert (event.object_type, event.object_id, event.tenant, event.tenant_id) == (
        "tenants.tenant",
        str(acme.pk),
        "acme",
        acme.pk,
    )


def test_a_save_that_changes_nothing_tells_nothing(acme: Tenant, told: Told) -> None:
    Tenant.objects.get().save()
    acme.port = str(acme.port)  # type: ignore[assignment]
    acme.save()
    assert told("change") == []


def test_of_a_new_row_what_is_given_is_told(acme: Tenant, told: Told, make_user: Any) -> None:
    user = make_user("zoe", viewer=acme)
    person, membership = told("create")
    assert person.object == "zoe@example.com"
    assert person.after is not None
    assert person.after["password"] == "(secret)"
    assert (membership.after or {})["role"] == "viewer"
    assert membership.tenant_id == acme.pk
    assert membership.object == f"{user} in Acme: viewer"


def test_of_a_deleted_row_what_it_was_is_told_and_of_those_that_went_with_it(ada: User, told: Told) -> None:
    ada.delete()
    kinds = {event.object_type: event for event in told("delete")}
    assert {"tenants.user", "tenants.membership"} <= set(kinds)
    assert (kinds["tenants.membership"].before or {})["role"] == "editor"
    assert kinds["tenants.user"].after is None


def test_rows_deleted_by_a_query_are_told(ada: User, told: Told) -> None:
    Membership.objects.filter(user=ada).delete()
    assert [event.object_type for event in told("delete")] == ["tenants.membership"]


def test_a_changed_secret_is_named_and_not_shown(acme: Tenant, told: Told) -> None:
    acme.set_password("CANARY-new-password")
    acme.save()
    [event] = told("change")
    assert (event.before, event.after) == ({"password_token": "(secret)"}, {"password_token": "(secret, changed)"})


def test_a_document_is_compared_leaf_by_leaf(db: None, told: Told) -> None:
    document = {"type": "kpi", "title": "One", "data_source": {"sql": "SELECT 1 AS value"}, "display": {"unit": "percent"}}
    panel = Panel.objects.create(slug="one", title="One", panel_type="kpi", document=document)
    panel.document = {**document, "display": {"unit": "bytes", "decimals": 2}}
    panel.save()
    [event] = told("change")
    assert event.before == {"document.display.unit": "percent"}
    assert event.after == {"document.display.unit": "bytes", "document.display.decimals": 2}


def test_links_are_told_by_name(acme: Tenant, globex: Tenant, told: Told) -> None:
    panel = Panel.objects.create(slug="one", title="One", panel_type="kpi", document={}, scope="chosen")
    panel.shared_with.set([acme])
    panel.shared_with.set([globex])
    panel.shared_with.clear()
    acme.shared_panels.add(panel)
    sides = [(event.before, event.after) for event in told("change")]
    assert sides == [
        (None, {"shared_with": ["Acme"]}),
        ({"shared_with": ["Acme"]}, None),
        (None, {"shared_with": ["Globex"]}),
        ({"shared_with": ["Globex"]}, None),
        (None, {"shared_panels": ["One"]}),
    ]


def test_a_tenants_own_dashboard_and_what_stands_on_it_are_the_tenants(acme: Tenant, told: Told) -> None:
    board = Dashboard.objects.create(slug="board", name="Board", scope="tenant", tenant=acme)
    Placement.objects.create(dashboard=board, panel_slug="one")
    shared = Dashboard.objects.create(slug="all", name="All")
    assert [event.tenant for event in told("create")] == ["acme", "acme", ""]
    assert str(shared) == told("create")[-1].object


def test_a_change_that_is_rolled_back_is_not_told(acme: Tenant, told: Told) -> None:
    acme.name = "Another"
    with transaction.atomic():
        acme.save()
        assert len(told("change")) == 1
        transaction.set_rollback(True)
    assert told("change") == []


@pytest.mark.django_db(transaction=True)
def test_a_change_whose_event_cannot_be_written_is_not_made(acme: Tenant, monkeypatch: pytest.MonkeyPatch) -> None:
    """Also where nobody has opened a transaction."""
    monkeypatch.setattr("audit.recording.INSERT", "SELECT %s::jsonb -> 1 / 0")
    acme.name = "Another"
    with pytest.raises(Exception, match="division by zero"):
        acme.save()
    assert not connection.in_atomic_block
    assert Tenant.objects.get().name == "Acme"


def test_signing_in_is_no_change_of_the_person(client: Client, ada: User, told: Told) -> None:
    client.force_login(ada)
    assert told("change") == []


def test_a_form_of_the_admin_is_told_with_who_where_and_when(client: Client, root: User, acme: Tenant, told: Told) -> None:
    client.force_login(root)
    url = reverse("admin:tenants_user_change", args=[root.pk])
    form = {"email": "root@example.com", "name": "Ruth", "is_active": "on", "is_superuser": "on", "time_zone": ""}
    management = {"memberships-TOTAL_FORMS": "0", "memberships-INITIAL_FORMS": "0"}
    answer = client.post(url, {**form, **management}, headers={"X-Request-ID": "request-12345"})
    assert answer.status_code == 302
    [event] = told("change")
    assert (event.before, event.after) == ({"name": ""}, {"name": "Ruth"})
    assert (event.actor, event.actor_id, event.address) == ("root@example.com", root.pk, "127.0.0.1")
    assert event.request_id == "request-12345"


def test_an_action_of_the_admin_that_saves_no_row_is_told(client: Client, root: User, ada: User, told: Told) -> None:
    client.force_login(root)
    chosen = {"action": "sign_out", "_selected_action": [str(ada.pk)]}
    client.post(reverse("admin:tenants_user_changelist"), chosen)
    [event] = told("administer")
    assert event.details["what"] == "Was signed out everywhere."
    assert event.object == "ada@example.com"


def test_a_row_deleted_in_the_admin_is_told_once(client: Client, root: User, ada: User, told: Told) -> None:
    client.force_login(root)
    client.post(reverse("admin:tenants_user_delete", args=[ada.pk]), {"post": "yes"})
    assert told("administer") == []
    assert [event.object for event in told("delete") if event.object_type == "tenants.user"] == ["ada@example.com"]


def test_a_password_encrypted_anew_is_told_though_no_row_is_saved(acme: Tenant, told: Told, settings: Any) -> None:
    settings.TENANT_CREDENTIAL_KEYS = ["n" * 16 + "ew-key-0123456789abcdef", *settings.TENANT_CREDENTIAL_KEYS]
    assert rotate()[0] == 1
    [event] = told("change")
    assert event.after == {"password_token": "(secret, changed)"}
    assert event.details["what"] == "encrypted under the newest key"


def test_a_connection_test_is_told_with_its_verdict(acme: Tenant, told: Told) -> None:
    from tenants.connection_test import examine, record

    record(acme, examine(acme))
    [event] = told("test_connection")
    assert event.tenant == "acme"
    assert event.details["verdict"] in {"good", "warning"}
    assert told("change") == []


def test_what_nobody_watches_is_not_told(db: None, told: Told) -> None:
    Group.objects.create(name="x")
    assert told() == []


def test_hostile_and_endless_texts_are_kept_cut(acme: Tenant, told: Told) -> None:
    acme.name = "<script>alert(1)</script>"
    acme.ca_certificate = "x" * 50_000
    acme.save()
    [event] = told("change")
    assert event.after is not None
    assert event.after["name"] == "<script>alert(1)</script>"
    assert len(event.after["ca_certificate"]) == 10_000


def test_the_casts_password_is_nowhere(client: Client, ada: User, told: Told) -> None:
    """Of a password that is changed by its owner: the old one, the new one and their hashes."""
    new = "an entirely new password"
    client.post("/accounts/login/", {"login": ada.email, "password": PASSWORD})
    client.post("/accounts/password/change/", {"oldpassword": PASSWORD, "password1": new, "password2": new})
    said = " ".join(str(value) for event in Event.objects.values() for value in event.values())
    assert [event.details["what"] for event in told("password")] == ["changed"]
    for secret in (PASSWORD, new, "argon2", ada.password, User.objects.get(pk=ada.pk).password):
        assert secret not in said
