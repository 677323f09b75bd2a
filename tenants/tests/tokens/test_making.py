"""What tokens there may be."""

from datetime import timedelta
from typing import Any

import pytest
from django.db import IntegrityError, transaction
from django.utils import timezone

from tenants.models import ApiToken, TokenScope
from tenants.tokens import making
from tenants.tokens.making import TokenRefused, make_token, revoke_token

READ = TokenScope.READ


def test_the_secret_is_not_kept(ada: Any) -> None:
    token, secret = make_token(ada, name="backup", scope=READ, tenant=None, days=90)
    row = ApiToken.objects.values().get()
    assert secret not in str(row)
    assert secret[14:] not in str(row) + str(token) + repr(token)


def test_a_token_expires_after_its_days(ada: Any) -> None:
    token, _ = make_token(ada, name="backup", scope=READ, tenant=None, days=7)
    assert token.expires_at == token.created_at + timedelta(days=7)
    assert not token.is_expired
    token.expires_at = timezone.now()
    assert token.is_expired


@pytest.mark.parametrize("days", [0, -1, 366, 100_000])
def test_no_token_lasts_longer_than_a_year(ada: Any, days: int) -> None:
    with pytest.raises(TokenRefused, match="365"):
        make_token(ada, name="backup", scope=READ, tenant=None, days=days)


def test_only_platform_admins_make_tokens_for_ever(ada: Any, root: Any) -> None:
    with pytest.raises(TokenRefused, match="platform admins"):
        make_token(ada, name="backup", scope=READ, tenant=None, days=None)
    assert make_token(root, name="backup", scope=READ, tenant=None, days=None)[0].expires_at is None


def test_a_token_is_limited_to_a_tenant_one_belongs_to(ada: Any, acme: Any, globex: Any) -> None:
    assert make_token(ada, name="backup", scope=READ, tenant=acme, days=90)[0].tenant == acme
    with pytest.raises(TokenRefused, match="access"):
        make_token(ada, name="backup", scope=READ, tenant=globex, days=90)


def test_a_token_has_a_name(ada: Any) -> None:
    with pytest.raises(TokenRefused, match="name"):
        make_token(ada, name="  ", scope=READ, tenant=None, days=90)


def test_nobody_has_more_than_so_many_in_force(ada: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(making, "MOST_TOKENS", 1)
    first, _ = make_token(ada, name="one", scope=READ, tenant=None, days=90)
    with pytest.raises(TokenRefused, match="Revoke"):
        make_token(ada, name="two", scope=READ, tenant=None, days=90)
    revoke_token(first)
    make_token(ada, name="two", scope=READ, tenant=None, days=90)


def test_with_its_tenant_a_token_goes_and_is_not_good_for_all_of_them(ada: Any, acme: Any) -> None:
    make_token(ada, name="backup", scope=READ, tenant=acme, days=90)
    acme.delete()
    assert not ApiToken.objects.exists()


def test_the_database_knows_the_scopes(ada: Any) -> None:
    token, _ = make_token(ada, name="backup", scope=READ, tenant=None, days=90)
    for wrong in ({"scope": "all"}, {"expires_at": token.created_at}):
        with pytest.raises(IntegrityError), transaction.atomic():
            ApiToken.objects.update(**wrong)


def test_what_is_over_can_be_found(ada: Any) -> None:
    made = [make_token(ada, name=name, scope=READ, tenant=None, days=1)[0] for name in ("expired", "revoked", "in force")]
    later = timezone.now() + timedelta(seconds=1)
    ApiToken.objects.filter(pk=made[0].pk).update(created_at=later - timedelta(days=3), expires_at=later - timedelta(days=2))
    revoke_token(made[1])
    assert {token.name for token in ApiToken.objects.over_since(later)} == {"expired", "revoked"}
    assert [token.name for token in ApiToken.objects.in_force()] == ["in force"]
