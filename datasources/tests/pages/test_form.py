"""Entering a data source: what is wrong stands at its field, and secrets go where they were meant to go."""

from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client
from django.utils.html import escape

from audit.models import Event
from datasources.kinds import SOURCE_KINDS
from datasources.models import DataSource
from datasources.pages.fields import fields_of
from datasources.sources import configured_of
from datasources.tests.pages.conftest import PASSWORD, entered
from tenants.models import Tenant

ADD = "/t/acme/sources/add/postgres/"
EDIT = "/t/acme/sources/metrics/edit/"
Make = Callable[..., DataSource]


def password_of(source: DataSource) -> str:
    source.refresh_from_db()
    configured = configured_of(source)
    assert configured is not None
    return configured.secrets().password


def changed(**changes: Any) -> dict[str, Any]:
    return entered(secret_password="", seen_version="2", **changes)


@pytest.mark.parametrize("name", SOURCE_KINDS)
def test_every_kind_has_a_form(page: Client, acme: Tenant, name: str) -> None:
    kind = SOURCE_KINDS[name]
    form = page.get(f"/t/acme/sources/add/{name}/")
    assert form.status_code == 200
    for prefix, model in (("its", kind.settings), ("secret", kind.secrets)):
        for field in fields_of(model):
            assert f'name="{prefix}_{field}"' in form.content.decode()
    assert set(kind.targets) <= set(kind.settings.model_fields)


def test_a_source_is_added(page: Client, acme: Tenant) -> None:
    response = page.post(ADD, entered(timeout_ms="5000"))
    assert (response.status_code, response["Location"]) == (302, "/t/acme/sources/")
    source = DataSource.objects.get()
    assert (source.tenant, source.kind, source.slug, source.timeout_ms) == (acme, "postgres", "metrics", 5_000)
    assert source.settings["host"] == "db.example.com"
    assert password_of(source) == PASSWORD
    assert PASSWORD not in str(source.settings) + source.secrets_token
    assert PASSWORD not in str([(event.before, event.after, event.details) for event in Event.objects.all()])


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"its_host": ""}, "This field is required."),
        ({"its_host": "/var/run/postgresql"}, "A socket folder is not for data sources."),
        ({"its_port": "0"}, "greater than or equal to 1"),
        ({"its_sslmode": "allow"}, "Select a valid choice"),
        ({"its_ca_certificate": "nonsense"}, "This is not a certificate in PEM form."),
        ({"slug": "tenant"}, "is the tenant's own database"),
        ({"slug": "No good"}, "Use small letters"),
        ({"timeout_ms": "50"}, "greater than or equal to 100"),
        ({"name": ""}, "This field is required."),
    ],
)
def test_what_is_wrong_is_said_and_nothing_is_stored(page: Client, acme: Tenant, wrong: dict, said: str) -> None:
    response = page.post(ADD, entered(**wrong))
    assert response.status_code == 422
    assert escape(said) in response.content.decode()
    assert PASSWORD not in response.content.decode()
    assert not DataSource.objects.exists()


def test_an_id_is_there_once_a_tenant(page: Client, acme: Tenant, globex: Tenant, make: Make) -> None:
    make("metrics", globex)
    make("metrics")
    assert page.post(ADD, entered()).status_code == 302
    response = page.post(ADD, entered())
    assert response.status_code == 422
    assert "There is a data source of this id already." in response.content.decode()


def test_a_password_is_kept_and_never_shown(page: Client, acme: Tenant, make: Make) -> None:
    source = make("metrics", acme)
    assert PASSWORD not in page.get(EDIT).content.decode()
    assert page.post(EDIT, changed(name="Renamed", its_search_path="public,sales")).status_code == 302
    source.refresh_from_db()
    assert (source.name, source.slug, source.settings["search_path"]) == ("Renamed", "metrics", "public,sales")
    assert password_of(source) == PASSWORD


@pytest.mark.parametrize(
    "elsewhere",
    [
        {"its_host": "evil.example.com"}, {"its_port": "5433"}, {"its_user": "other"}, {"its_database": "other"},
        {"its_sslmode": "disable"},
    ],
)  # fmt: skip
def test_a_password_is_not_sent_elsewhere_unless_it_is_given_again(
    page: Client, acme: Tenant, make: Make, elsewhere: dict
) -> None:
    source = make("metrics", acme)
    refused = page.post(EDIT, changed(**elsewhere))
    assert refused.status_code == 422
    assert "give it again" in refused.content.decode()
    assert (password_of(source), source.settings["host"]) == (PASSWORD, "db.example.com")
    assert page.post(EDIT, {**changed(**elsewhere), "secret_password": "another"}).status_code == 302
    assert password_of(source) == "another"


def test_a_password_can_be_forgotten(page: Client, acme: Tenant, make: Make) -> None:
    source = make("metrics", acme)
    assert page.post(EDIT, changed(its_host="other.example.com", forget_secrets="on")).status_code == 302
    source.refresh_from_db()
    assert (source.secrets_token, source.settings["host"]) == ("", "other.example.com")


def test_the_slug_and_the_kind_stay(page: Client, acme: Tenant, make: Make) -> None:
    source = make("metrics", acme)
    page.post(EDIT, {**changed(), "slug": "other", "kind": "prometheus", "tenant": "", "is_open": "on"})
    source.refresh_from_db()
    assert (source.slug, source.kind, source.tenant, source.is_open) == ("metrics", "postgres", acme, False)


def test_who_comes_second_is_told(page: Client, acme: Tenant, make: Make) -> None:
    make("metrics", acme)
    assert page.post(EDIT, changed(name="One")).status_code == 302
    response = page.post(EDIT, changed(name="Two"))
    assert response.status_code == 409
    told = response.content.decode()
    assert "Somebody has changed this data source meanwhile" in told
    assert "<bdi>One</bdi>" in told
    assert "Take theirs" in told
    assert 'value="Two"' in told
    unseen = page.post(EDIT, {**changed(name="Two"), "seen_version": ""})
    assert unseen.status_code == 409
    assert "does not say which version it changes" in unseen.content.decode()
    assert DataSource.objects.get().name == "One"


def test_a_kind_that_is_never_shared_cannot_be_added_for_all(client: Client, root: Any) -> None:
    client.force_login(root)
    assert client.get("/sources/add/postgres/").status_code == 404
    assert client.get("/sources/add/nothing/").status_code == 404
