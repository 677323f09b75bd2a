"""When a token was last used: written once a minute, by whichever process comes first."""

from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from tenants.models import ApiToken
from tenants.signals import token_first_used
from tenants.tokens import used
from tenants.tokens.bearer import find_bearer
from tenants.tokens.used import Uses, write_use


@pytest.fixture
def token(token_for: Any, ada: Any) -> ApiToken:
    token_for(ada)
    return ApiToken.objects.get()


def test_a_use_is_written(token: ApiToken) -> None:
    write_use(token)
    token.refresh_from_db()
    assert token.last_used_at is not None


def test_another_process_does_not_write_it_again_in_the_same_minute(token: ApiToken) -> None:
    write_use(token)
    token.refresh_from_db()
    first = token.last_used_at
    write_use(token)
    token.refresh_from_db()
    assert token.last_used_at == first


def test_after_a_minute_it_is_written_again(token: ApiToken) -> None:
    long_ago = timezone.now() - timedelta(seconds=61)
    ApiToken.objects.update(last_used_at=long_ago)
    write_use(token)
    token.refresh_from_db()
    assert token.last_used_at is not None
    assert token.last_used_at > long_ago


def test_writing_a_use_makes_nobody_forget(token_for: Any, ada: Any, acme: Any, django_assert_num_queries: Any) -> None:
    secret = token_for(ada)
    find_bearer(secret, "acme")
    write_use(ApiToken.objects.get())
    with django_assert_num_queries(0):
        find_bearer(secret, "acme")


def test_the_first_use_is_told_of_once(token: ApiToken) -> None:
    heard: list[ApiToken] = []

    def hear(sender: Any, token: ApiToken, **_: Any) -> None:
        heard.append(token)

    token_first_used.connect(hear)
    write_use(token)
    write_use(token)
    token_first_used.disconnect(hear)
    assert heard == [token]


@pytest.mark.django_db(transaction=True)
def test_nobody_waits_for_the_writing(token: ApiToken) -> None:
    uses = Uses()
    for _ in range(5):
        uses.note(token)
    uses.done()
    token.refresh_from_db()
    assert token.last_used_at is not None


def test_a_process_writes_a_token_once_a_minute(monkeypatch: pytest.MonkeyPatch) -> None:
    written: list[ApiToken] = []
    monkeypatch.setattr(used, "_write_and_close", written.append)
    one, other, uses = ApiToken(pk=1), ApiToken(pk=2), Uses()
    for token in (one, one, other, one):
        uses.note(token)
    uses.done()
    assert written == [one, other]
