"""The page of one's own tokens."""

import re
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from tenants.models import ApiToken
from tenants.tokens.bearer import find_bearer

PAGE = "/accounts/tokens/"
NEW = {"name": "nightly report", "scope": "read", "tenant": "", "days": "30"}
SECRET = re.compile(r"pd_[0-9a-f]{10}_[A-Za-z0-9_-]{43}")


def revoke_path(name: str) -> str:
    return f"{PAGE}{ApiToken.objects.get(name=name).public_id}/revoke/"


def test_a_token_is_made_and_shown_once(client: Client, ada: Any, acme: Any) -> None:
    client.force_login(ada)
    made = client.post(PAGE, NEW)
    [secret] = set(SECRET.findall(made.content.decode()))
    seen = find_bearer(secret, "acme")
    assert seen is not None
    assert (seen.user, seen.writes) == (ada, False)
    assert "no-store" in made["Cache-Control"]
    assert not SECRET.search(client.get(PAGE).content.decode())


def test_it_is_what_one_asked_for(client: Client, ada: Any, acme: Any) -> None:
    client.force_login(ada)
    page = client.post(PAGE, {**NEW, "tenant": acme.pk, "scope": "write", "calls_a_minute": "60"}).content.decode()
    token = ApiToken.objects.get()
    assert token.calls_a_minute == 60
    assert "60 calls a minute" in page
    assert (token.name, token.tenant, token.scope, token.user) == ("nightly report", acme, "write", ada)
    assert (token.expires_at - token.created_at).days == 30


@pytest.mark.parametrize(
    "wrong",
    [
        {"name": ""},
        {"scope": "admin"},
        {"days": "9999"},
        {"days": ""},
        {"tenant": "9999"},
        {"name": "x" * 101},
        {"calls_a_minute": "0"},
        {"calls_a_minute": "1000000"},
        {"calls_a_minute": "many"},
    ],
)
def test_what_is_not_offered_is_refused_on_the_form(client: Client, ada: Any, wrong: dict[str, str]) -> None:
    client.force_login(ada)
    response = client.post(PAGE, {**NEW, **wrong})
    assert response.context["form"].errors
    assert not ApiToken.objects.exists()


def test_only_ones_own_tenants_are_offered(client: Client, ada: Any, acme: Any, globex: Any) -> None:
    client.force_login(ada)
    assert "Globex" not in client.get(PAGE).content.decode()
    assert client.post(PAGE, {**NEW, "tenant": globex.pk}).context["form"].errors
    assert not ApiToken.objects.exists()


def test_a_platform_admin_is_offered_for_ever(client: Client, root: Any) -> None:
    client.force_login(root)
    client.post(PAGE, {**NEW, "days": ""})
    assert ApiToken.objects.get().expires_at is None


def test_the_list_says_what_a_token_is(client: Client, ada: Any, acme: Any, token_for: Any) -> None:
    token_for(ada, name="backup", tenant=acme, scope="read")
    token_for(ada, name="old")
    day = timezone.now() - timezone.timedelta(days=100)
    ApiToken.objects.filter(name="old").update(created_at=day, expires_at=day + timezone.timedelta(days=1), last_used_at=day)
    client.force_login(ada)
    page = client.get(PAGE).content.decode()
    assert "backup" in page
    assert "Acme" in page
    assert "never used" in page
    assert f"expired {day + timezone.timedelta(days=1):%-d %b %Y}" in page


def test_one_sees_and_revokes_ones_own_only(client: Client, ada: Any, eve: Any, token_for: Any) -> None:
    token_for(eve, name="hers")
    client.force_login(ada)
    assert "hers" not in client.get(PAGE).content.decode()
    assert client.get(revoke_path("hers")).status_code == 404
    assert client.post(revoke_path("hers")).status_code == 404
    assert ApiToken.objects.in_force().exists()


def test_revoking_is_confirmed_first(client: Client, ada: Any, token_for: Any) -> None:
    secret = token_for(ada, name="backup")
    client.force_login(ada)
    assert "backup" in client.get(revoke_path("backup")).content.decode()
    assert find_bearer(secret, "") is not None
    response = client.post(revoke_path("backup"), follow=True)
    assert find_bearer(secret, "") is None
    assert "is revoked" in response.content.decode()
    assert client.post(revoke_path("backup")).status_code == 404


def test_revoking_needs_the_pages_csrf_token(ada: Any, token_for: Any) -> None:
    token_for(ada, name="backup")
    browser = Client(enforce_csrf_checks=True)
    browser.force_login(ada)
    assert browser.post(revoke_path("backup")).status_code == 403
    assert browser.post(PAGE, NEW).status_code == 403
    assert ApiToken.objects.in_force().count() == 1


def test_a_name_is_shown_as_text(client: Client, ada: Any, token_for: Any) -> None:
    token_for(ada, name="<x-evil>{{7*7191}}")
    client.force_login(ada)
    for path in (PAGE, revoke_path("<x-evil>{{7*7191}}")):
        page = client.get(path).content.decode()
        assert "<x-evil>" not in page
        assert "50337" not in page


def test_the_page_asks_the_central_database_four_things(
    client: Client, ada: Any, acme: Any, token_for: Any, django_assert_num_queries: Any
) -> None:
    """Session, user, tenants to offer, tokens with their tenants: however many tokens there are."""
    for name in ("one", "two", "three"):
        token_for(ada, name=name, tenant=acme)
    client.force_login(ada)
    with django_assert_num_queries(4):
        client.get(PAGE)


def test_nobody_is_sent_to_the_sign_in(client: Client, db: None) -> None:
    assert client.get(PAGE)["Location"].startswith("/accounts/login/")
