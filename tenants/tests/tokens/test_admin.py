"""Everybody's tokens, for platform admins."""

from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from tenants.models import ApiToken
from tenants.tokens.bearer import find_bearer

LIST = reverse("admin:tenants_apitoken_changelist")


@pytest.fixture
def operator(client: Client, root: Any) -> Client:
    client.force_login(root)
    return client


def test_tokens_are_seen_without_their_secrets(operator: Client, ada: Any, acme: Any, token_for: Any) -> None:
    secret = token_for(ada, name="backup", tenant=acme)
    token = ApiToken.objects.get()
    for path in (LIST, reverse("admin:tenants_apitoken_change", args=[token.pk])):
        page = operator.get(path).content.decode()
        assert "backup" in page
        assert token.public_id in page
        assert secret[14:] not in page
        assert token.digest not in page


def test_tokens_of_others_are_revoked(operator: Client, ada: Any, token_for: Any) -> None:
    secret = token_for(ada)
    operator.post(LIST, {"action": "revoke", "_selected_action": [ApiToken.objects.get().pk]})
    assert find_bearer(secret, "") is None
    assert ApiToken.objects.get().revoked_at is not None


@pytest.mark.parametrize("state", ["in-force", "revoked", "expired", "nonsense"])
def test_the_list_is_narrowed_by_state(operator: Client, ada: Any, token_for: Any, state: str) -> None:
    token_for(ada, name="backup")
    page = operator.get(LIST, {"state": state}).content.decode()
    assert ("backup" in page) is (state in {"in-force", "nonsense"})


def test_nobody_makes_changes_or_deletes_one_here(operator: Client, ada: Any, token_for: Any) -> None:
    token_for(ada)
    token = ApiToken.objects.get()
    assert operator.get(reverse("admin:tenants_apitoken_add")).status_code == 403
    assert operator.post(reverse("admin:tenants_apitoken_delete", args=[token.pk]), {"post": "yes"}).status_code == 403
    assert operator.post(reverse("admin:tenants_apitoken_change", args=[token.pk]), {"scope": "write"}).status_code == 403
    operator.post(LIST, {"action": "delete_selected", "_selected_action": [token.pk], "post": "yes"})
    assert ApiToken.objects.filter(pk=token.pk, revoked_at=None).exists()


def test_a_user_with_tokens_can_be_deleted(operator: Client, ada: Any, token_for: Any) -> None:
    token_for(ada)
    operator.post(reverse("admin:tenants_user_delete", args=[ada.pk]), {"post": "yes"})
    assert not ApiToken.objects.exists()


def test_a_tenants_admin_does_not_come_here(client: Client, make_user: Any, acme: Any) -> None:
    client.force_login(make_user("amy", admin=acme))
    assert client.get(LIST).status_code == 302
