"""What is known in the process: asked for once, forgotten at once where it changes here, and soon where it changes elsewhere."""

import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from typing import Any

import pytest
from django.conf import settings
from django.db import connection, transaction
from django.test import Client

from tenants import access, known
from tenants.known import Known
from tenants.models import Membership, Role, Session, Tenant, User

HOME = "/t/acme/"

ELSEWHERE = {
    "a revoked membership": "DELETE FROM tenants_membership",
    "a disabled tenant": "UPDATE tenants_tenant SET is_active = false",
    "a disabled user": "UPDATE tenants_user SET is_active = false",
    "a new password": "UPDATE tenants_user SET password = 'other'",
    "a sign-out": "DELETE FROM tenants_session",
    "an expired session": "UPDATE tenants_session SET expire_date = '2020-01-01Z'",
}


@pytest.fixture
def browser(client: Client, ada: Any, acme: Any) -> Client:
    client.force_login(ada)
    assert client.get(HOME).status_code == 200
    return client


def status_in_time(ask: Callable[[], int], wanted: set[int]) -> int:
    """The status once it is a wanted one, or after twice the time things are kept."""
    deadline = time.monotonic() + 2 * known.KEPT_SECONDS
    while True:
        is_last = time.monotonic() >= deadline
        if (status := ask()) in wanted or is_last:
            return status
        time.sleep(0.05)


@pytest.mark.parametrize("change", ELSEWHERE)
def test_a_change_elsewhere_takes_effect_when_what_is_known_is_old(
    client: Client, ada: Any, acme: Any, monkeypatch: pytest.MonkeyPatch, change: str
) -> None:
    monkeypatch.setattr(known, "KEPT_SECONDS", 0.5)
    client.force_login(ada)
    assert client.get(HOME).status_code == 200
    with connection.cursor() as cursor:
        cursor.execute(ELSEWHERE[change])
    assert status_in_time(lambda: client.get(HOME).status_code, {302, 404}) in {302, 404}


def test_what_is_known_is_kept_for_less_than_five_seconds() -> None:
    assert known.KEPT_SECONDS < 5


HERE: dict[str, Callable[[Any, Any], object]] = {
    "a revoked membership": lambda ada, acme: Membership.objects.filter(user=ada).delete(),
    "a disabled tenant": lambda ada, acme: (setattr(acme, "is_active", False), acme.save()),
    "a disabled user": lambda ada, acme: (setattr(ada, "is_active", False), ada.save()),
    "a new password": lambda ada, acme: (ada.set_password("an entirely new password"), ada.save()),
    "sessions ended by an admin": lambda ada, acme: Session.objects.filter(user__in=[ada]).delete(),
    "sessions that expired in bulk": lambda ada, acme: Session.objects.update(expire_date=datetime(2020, 1, 1, tzinfo=UTC)),
    "memberships revoked in bulk": lambda ada, acme: acme.memberships.all().delete(),
    "memberships moved in bulk": lambda ada, acme: Membership.objects.filter(user=ada).update(
        user=User.objects.create_user("other@example.com")
    ),
    "tenants disabled in bulk": lambda ada, acme: Tenant.objects.filter(pk=acme.pk).update(is_active=False),
    "tenants disabled one by one in bulk": lambda ada, acme: (
        setattr(acme, "is_active", False),
        Tenant.objects.bulk_update([acme], ["is_active"]),
    ),
    "users disabled in bulk": lambda ada, acme: User.objects.all().update(is_active=False),
    "a tenant's members disabled in bulk": lambda ada, acme: acme.members.update(is_active=False),
    "a tenant deleted": lambda ada, acme: Tenant.objects.all().delete(),
}


@pytest.mark.parametrize("change", HERE)
def test_a_change_here_takes_effect_at_once(browser: Client, ada: Any, acme: Any, change: str) -> None:
    HERE[change](ada, acme)
    assert browser.get(HOME).status_code in {302, 404}


def test_signing_out_here_takes_effect_at_once(browser: Client) -> None:
    cookie = browser.cookies[settings.SESSION_COOKIE_NAME].value
    browser.logout()
    browser.cookies[settings.SESSION_COOKIE_NAME] = cookie
    assert browser.get(HOME).status_code == 302


def test_a_change_of_role_here_takes_effect_at_once(browser: Client, ada: Any) -> None:
    membership = Membership.objects.get(user=ada)
    membership.role = Role.VIEWER
    membership.save()
    assert browser.get(HOME).wsgi_request.role is Role.VIEWER


def test_a_change_of_roles_in_bulk_takes_effect_at_once(browser: Client, ada: Any) -> None:
    ada.memberships.update(role=Role.VIEWER)
    assert browser.get(HOME).wsgi_request.role is Role.VIEWER


def test_memberships_made_in_bulk_take_effect_at_once(client: Client, eve: Any, acme: Any) -> None:
    client.force_login(eve)
    assert client.get(HOME).status_code == 404
    Membership.objects.bulk_create([Membership(user=eve, tenant=acme)])
    assert client.get(HOME).status_code == 200


def test_one_persons_changes_leave_the_others_known(browser: Client, ada: Any, bob: Any, make_user: Any) -> None:
    other = Client()
    other.force_login(bob)
    other.get(HOME)
    ada.name = "Ada"
    ada.save()
    from django.test.utils import CaptureQueriesContext

    with CaptureQueriesContext(connection) as asked:
        other.get(HOME)
    assert not any("tenants_session" in query["sql"] for query in asked)


def test_a_request_may_change_what_it_was_given(browser: Client) -> None:
    request = browser.get(HOME).wsgi_request
    request.session["only"] = "here"
    request.user.name = "somebody else"
    again = browser.get(HOME).wsgi_request
    assert "only" not in again.session
    assert again.user.name != "somebody else"


def test_what_was_asked_before_a_change_is_not_kept_after_it() -> None:
    """A reads the old row, B changes it, A comes back: what A read must not stand for the next seconds."""
    kept: Known[str, str] = Known(most=10)
    asked, changed = threading.Event(), threading.Event()

    def slowly() -> str:
        asked.set()
        changed.wait(30)
        return "old"

    with ThreadPoolExecutor(1) as threads:
        reading = threads.submit(kept.get, "key", slowly)
        assert asked.wait(30)
        kept.forget()
        changed.set()
        assert reading.result(30) == "old"
    assert kept.get("key", lambda: "new") == "new"


@pytest.mark.django_db(transaction=True)
def test_what_is_read_between_a_change_and_its_commit_is_forgotten(ada: Any, acme: Any, client: Client) -> None:
    client.force_login(ada)
    with ThreadPoolExecutor(1) as threads, transaction.atomic():
        Membership.objects.filter(user=ada).delete()
        assert threads.submit(_status_in_a_thread, client).result(30) == 200
    assert client.get(HOME).status_code == 404


@pytest.mark.django_db(transaction=True)
def test_what_is_read_between_a_change_in_bulk_and_its_commit_is_forgotten(ada: Any, acme: Any, client: Client) -> None:
    client.force_login(ada)
    with ThreadPoolExecutor(1) as threads, transaction.atomic():
        Tenant.objects.update(is_active=False)
        assert threads.submit(_status_in_a_thread, client).result(30) == 200
    assert client.get(HOME).status_code == 404


def test_the_least_used_goes_first_and_nothing_is_not_kept() -> None:
    kept: Known[int, int] = Known(most=2)
    for key in (1, 2, 1, 3):
        kept.get(key, lambda key=key: key)
    assert [kept.get(key, lambda: 0) for key in (1, 3)] == [1, 3]
    assert kept.get(4, lambda: None) is None
    assert kept.get(4, lambda: 4) == 4


def _status_in_a_thread(client: Client) -> int:
    try:
        return client.get(HOME).status_code
    finally:
        connection.close()


def test_long_names_of_no_tenant_take_no_room(browser: Client) -> None:
    for number in range(3):
        assert browser.get(f"/t/{'x' * 5_000}{number}/").status_code == 404
    assert sum(len(slug) for _, slug in access._visits._answers) < 200
