"""Who is let in by a token: never more than its user is at that moment, and known without a query."""

from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.utils import timezone

from tenants import known
from tenants.models import ApiToken, Membership, Role, User
from tenants.signals import sign_in_refused
from tenants.tests.test_known import status_in_time
from tenants.tokens import bearer
from tenants.tokens.bearer import find_bearer
from tenants.tokens.making import revoke_token
from tenants.tokens.secret import new_secret


@pytest.fixture
def secret(token_for: Callable[..., str], ada: Any, acme: Any) -> str:
    return token_for(ada)


@pytest.fixture
def reasons() -> Iterator[list[str]]:
    heard: list[str] = []

    def hear(sender: Any, way: str, reason: str, **_: Any) -> None:
        heard.append(f"{way}: {reason}")

    sign_in_refused.connect(hear)
    yield heard
    sign_in_refused.disconnect(hear)


def test_a_bearer_is_its_user_in_a_tenant(secret: str, ada: Any, acme: Any) -> None:
    seen = find_bearer(secret, "acme")
    assert seen is not None
    assert (seen.user, seen.tenant, seen.role, seen.writes) == (ada, acme, Role.EDITOR, True)


def test_it_costs_one_query_and_then_none(secret: str, django_assert_num_queries: Any) -> None:
    with django_assert_num_queries(1):
        find_bearer(secret, "acme")
    with django_assert_num_queries(0):
        find_bearer(secret, "acme")


def test_a_stranger_to_the_tenant_is_somebody_all_the_same(secret: str, globex: Any) -> None:
    for slug in ("globex", "nobody", ""):
        seen = find_bearer(secret, slug)
        assert seen is not None
        assert seen.role is None


def test_the_right_name_with_another_secret_is_nobody(secret: str) -> None:
    forged = secret[:14] + new_secret()[14:]
    assert find_bearer(forged, "acme") is None


@pytest.mark.parametrize("text", ["", "pd_", "null", "x" * 5_000, "ü", "\x00", "' OR 1=1 --"])
def test_what_is_no_token_costs_no_query(db: None, text: str, django_assert_num_queries: Any) -> None:
    with django_assert_num_queries(0):
        assert find_bearer(text, "acme") is None


def test_what_is_known_of_a_token_does_not_hold_its_secret(secret: str) -> None:
    find_bearer(secret, "acme")
    assert secret[14:] not in repr(bearer._bearers._answers)


def test_a_token_of_one_tenant_leads_to_no_other(token_for: Any, make_user: Any, acme: Any, globex: Any) -> None:
    secret = token_for(make_user("amy", viewer=acme, admin=globex), tenant=acme)
    here, there = find_bearer(secret, "acme"), find_bearer(secret, "globex")
    assert here is not None
    assert here.role is Role.VIEWER
    assert there is not None
    assert (there.tenant, there.role) == (None, None)


def test_confined_a_platform_admin_is_admin_of_one_tenant_only(token_for: Any, root: Any, acme: Any, globex: Any) -> None:
    seen = find_bearer(token_for(root, tenant=acme), "acme")
    assert seen is not None
    assert seen.role is Role.ADMIN
    assert not seen.user.is_platform_admin
    assert User.objects.get(pk=seen.user.pk).is_platform_admin


def test_a_token_to_read_does_not_write(token_for: Any, ada: Any) -> None:
    seen = find_bearer(token_for(ada, scope="read"), "acme")
    assert seen is not None
    assert not seen.writes


HERE: dict[str, Callable[[Any, Any], object]] = {
    "a revoked token": lambda ada, acme: revoke_token(ApiToken.objects.get()),
    "a deleted token": lambda ada, acme: ApiToken.objects.get().delete(),
    "tokens revoked in bulk": lambda ada, acme: ApiToken.objects.update(revoked_at=timezone.now()),
    "a disabled user": lambda ada, acme: (setattr(ada, "is_active", False), ada.save()),
    "a deleted user": lambda ada, acme: ada.delete(),
    "a revoked membership": lambda ada, acme: Membership.objects.filter(user=ada).delete(),
    "a disabled tenant": lambda ada, acme: (setattr(acme, "is_active", False), acme.save()),
}
ELSEWHERE = {
    "a revoked token": "UPDATE tenants_apitoken SET revoked_at = now()",
    "a deleted token": "DELETE FROM tenants_apitoken",
    "a disabled user": "UPDATE tenants_user SET is_active = false",
    "a revoked membership": "DELETE FROM tenants_membership",
    "a disabled tenant": "UPDATE tenants_tenant SET is_active = false",
    "a lower role": "UPDATE tenants_membership SET role = 'viewer'",
}


def role_in_acme(secret: str) -> Role | None:
    seen = find_bearer(secret, "acme")
    return seen.role if seen is not None else None


@pytest.mark.parametrize("change", HERE)
def test_a_change_here_takes_effect_at_once(secret: str, ada: Any, acme: Any, change: str) -> None:
    assert role_in_acme(secret) is Role.EDITOR
    HERE[change](ada, acme)
    assert role_in_acme(secret) is None


def test_a_lower_role_here_takes_effect_at_once(secret: str, ada: Any) -> None:
    assert role_in_acme(secret) is Role.EDITOR
    membership = Membership.objects.get(user=ada)
    membership.role = Role.VIEWER
    membership.save()
    assert role_in_acme(secret) is Role.VIEWER


@pytest.mark.parametrize("change", ELSEWHERE)
def test_a_change_elsewhere_takes_effect_when_what_is_known_is_old(
    secret: str, monkeypatch: pytest.MonkeyPatch, change: str
) -> None:
    monkeypatch.setattr(known, "KEPT_SECONDS", 0.5)
    assert role_in_acme(secret) is Role.EDITOR
    with connection.cursor() as cursor:
        cursor.execute(ELSEWHERE[change])
    wanted = Role.VIEWER if change == "a lower role" else None
    assert status_in_time(lambda: role_in_acme(secret), {wanted}) is wanted


def test_a_token_that_is_known_expires_all_the_same(secret: str, monkeypatch: pytest.MonkeyPatch) -> None:
    assert role_in_acme(secret) is Role.EDITOR
    later = timezone.now() + timedelta(days=91)
    monkeypatch.setattr(bearer.timezone, "now", lambda: later)
    assert role_in_acme(secret) is None


def test_a_refusal_is_told_of_once_a_minute_with_its_reason(secret: str, ada: Any, reasons: list[str]) -> None:
    revoke_token(ApiToken.objects.get())
    for _ in range(3):
        assert find_bearer(secret, "acme") is None
    assert reasons == ["token: it was revoked"]


def test_what_nobody_made_is_told_to_nobody(db: None, reasons: list[str]) -> None:
    assert find_bearer(new_secret(), "acme") is None
    assert reasons == []


def test_the_user_is_the_callers_to_change(secret: str) -> None:
    first = find_bearer(secret, "acme")
    assert first is not None
    first.user.name = "somebody else"
    again = find_bearer(secret, "acme")
    assert again is not None
    assert again.user.name != "somebody else"
