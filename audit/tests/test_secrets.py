"""No secret reaches the table, whatever is done with it: every column of every event is looked through."""

import io
from collections.abc import Callable

import pytest
from django.conf import settings
from django.core.cache import cache
from django.core.management import call_command
from django.db import connection
from django.test import Client
from django.urls import reverse

from audit.models import Event
from conftest import PASSWORD
from paneldash.tests.test_second_factor import enrol
from paneldash.tests.test_sign_in import sign_in
from tenants.models import Session, Tenant, User
from tenants.rotation import rotate

Told = Callable[..., list[Event]]
SECRETS = [f"CANARY-{name}-secret" for name in ("added", "edited", "person", "wrong", "chosen")]


def written() -> str:
    """All that stands in the table, as PostgreSQL writes it."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT string_agg(audit_event::text, ' ') FROM audit_event")
        return str(cursor.fetchone()[0])


@pytest.fixture
def operator(client: Client, root: User) -> Client:
    cache.clear()
    client.force_login(root)
    return client


def test_nothing_that_is_secret_is_in_any_column(
    operator: Client, ada: User, acme_database: dict, monkeypatch: pytest.MonkeyPatch, told: Told
) -> None:
    added, edited, person, wrong, chosen = SECRETS
    where = {name: str(acme_database[name]) for name in ("host", "database", "user")}
    monkeypatch.setattr("sys.stdin", io.StringIO(f"{added}\n"))
    options = [word for name, value in where.items() for word in (f"--{name}", value)]
    call_command("tenants", "add", "initech", "--name", "Initech", "--password-stdin", "--sslmode", "disable", *options)
    tenant = Tenant.objects.get(slug="initech")
    tokens = [tenant.password_token]
    form = {**where, "slug": "initech", "name": "Initech II", "port": "5432", "sslmode": "disable", "search_path": "public"}
    inline = {"memberships-TOTAL_FORMS": "0", "memberships-INITIAL_FORMS": "0", "time_zone": "UTC", "is_active": "on"}
    page = reverse("admin:tenants_tenant_change", args=[tenant.pk])
    assert operator.post(page, {**form, **inline, "password": edited}).status_code == 302
    new = {"email": "new@example.com", "usable_password": "true", "password1": person, "password2": person}
    assert operator.post(reverse("admin:tenants_user_add"), {**new, **inline}).status_code == 302
    assert rotate()[2] == []

    other = Client()
    sign_in(other, "ada@example.com", wrong)
    sign_in(other, "ada@example.com")
    seed = enrol(other)
    other.post("/accounts/password/change/", {"oldpassword": PASSWORD, "password1": chosen, "password2": chosen})

    tokens += [Tenant.objects.get(slug="initech").password_token, seed, PASSWORD, *SECRETS]
    tokens += [user.password for user in User.objects.all()]
    tokens += [session.session_key for session in Session.objects.all()]
    tokens += [*settings.TENANT_CREDENTIAL_KEYS, settings.SECRET_KEY]
    kinds = {event.action for event in told()}
    assert {"create", "change", "sign_in", "password", "test_connection"} <= kinds
    text = written()
    assert "Initech II" in text
    assert [secret for secret in tokens if secret in text] == []


@pytest.mark.parametrize("name", ["api_token", "secret", "password_hash", "private_part", "signing_key", "key", "key_digest"])
def test_a_field_that_sounds_secret_is_one_though_nobody_said_so(name: str) -> None:
    from audit.difference import SECRET_NAMES

    assert SECRET_NAMES.search(name)


@pytest.mark.parametrize("name", ["panel_slug", "time_zone", "keyboard", "monkey", "host", "ca_certificate"])
def test_other_fields_are_shown(name: str) -> None:
    from audit.difference import SECRET_NAMES

    assert not SECRET_NAMES.search(name)
