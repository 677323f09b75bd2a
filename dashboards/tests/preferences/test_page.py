"""The page *Preferences*: one's own, kept, and the same as by the API."""

from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client

from dashboards.models import Dashboard
from tenants.models import User

PAGE = "/accounts/preferences/"
CHOSEN = {
    "theme": "dark",
    "time_zone": "Europe/Paris",
    "default_tenant": "globex",
    "home_dashboard": "board",
    "refresh_seconds": "60",
}
NOTHING = {"theme": "", "time_zone": "", "default_tenant": "", "home_dashboard": "", "refresh_seconds": ""}


@pytest.fixture
def many(make_user: Callable[..., User], acme: Any, globex: Any) -> User:
    """Somebody of two tenants; `board` is Globex's."""
    Dashboard.objects.create(slug="board", name="Globex's board", tenant=globex, scope="tenant")
    Dashboard.objects.create(slug="plant", name="Acme's plant", tenant=acme, scope="tenant")
    return make_user("many", viewer=acme, editor=globex)


@pytest.fixture
def page(client: Client, many: User) -> Callable[..., str]:
    client.force_login(many)
    return lambda **asked: client.get(PAGE, asked).content.decode()


def test_what_is_chosen_is_kept_and_holds(page: Any, client: Client) -> None:
    answer = client.post(PAGE, CHOSEN, follow=True).content.decode()
    assert "Your preferences are saved." in answer
    assert 'data-account-theme="dark"' in answer
    assert client.get("/")["Location"] == "/t/globex/d/board/"
    assert client.get("/api/v1/me/preferences").json() == {
        "theme": "dark", "time_zone": "Europe/Paris", "default_tenant_id": "globex", "home_dashboard": "board", "refresh": 60,
    }  # fmt: skip
    for value in ("dark", "Europe/Paris", "globex", "board", "60"):
        assert f'<option value="{value}" selected>' in answer


def test_what_was_chosen_is_taken_back(page: Any, client: Client, many: User) -> None:
    client.post(PAGE, CHOSEN)
    client.post(PAGE, NOTHING)
    many.refresh_from_db()
    assert (many.theme, many.time_zone, many.default_tenant, many.home_dashboard, many.refresh_seconds) == (
        "",
        "",
        None,
        "",
        None,
    )


@pytest.mark.parametrize(
    "wrong",
    [
        {"theme": "pink"}, {"time_zone": "Mars/Crater"}, {"default_tenant": "initech"},
        {"home_dashboard": "plant"}, {"home_dashboard": "none"}, {"refresh_seconds": "1"}, {"refresh_seconds": "often"},
    ],
)  # fmt: skip
def test_what_cannot_be_is_said_at_its_field_and_nothing_is_changed(
    page: Any, client: Client, many: User, make_tenant: Any, acme_database: dict, wrong: dict[str, str]
) -> None:
    make_tenant("initech", acme_database)
    answer = client.post(PAGE, {**CHOSEN, **wrong})
    assert answer.context["form"].errors
    assert "field-error" in answer.content.decode()
    many.refresh_from_db()
    assert (many.theme, many.default_tenant, many.refresh_seconds) == ("", None, None)


def test_without_a_tenant_the_dashboard_goes(page: Any, client: Client, many: User) -> None:
    client.post(PAGE, CHOSEN)
    client.post(PAGE, {**CHOSEN, "default_tenant": ""})
    many.refresh_from_db()
    assert (many.default_tenant, many.home_dashboard, many.theme) == (None, "", "dark")


def test_only_ones_own_tenants_and_their_dashboards_are_offered(page: Any, make_tenant: Any, acme_database: dict) -> None:
    make_tenant("initech", acme_database)
    body = page(default_tenant="initech")
    assert '<option value="acme">' in body
    assert "initech" not in body
    assert 'value="board"' not in body


def test_another_tenants_dashboards_are_offered_before_it_is_stored(page: Any) -> None:
    assert "Acme&#x27;s plant" not in page()
    acme, globex = page(default_tenant="acme"), page(default_tenant="globex")
    assert ("Acme&#x27;s plant" in acme, "Globex&#x27;s board" in acme) == (True, False)
    assert ("Acme&#x27;s plant" in globex, "Globex&#x27;s board" in globex) == (False, True)
    assert f'hx-get="{PAGE}"' in acme


def test_who_has_one_tenant_need_not_choose_it(client: Client, make_user: Any, acme: Any) -> None:
    Dashboard.objects.create(slug="plant", name="Acme's plant", tenant=acme, scope="tenant")
    client.force_login(make_user("zoe", viewer=acme))
    body = client.get(PAGE).content.decode()
    assert '<option value="acme" selected>' in body
    assert '<option value="plant">' in body


def test_who_has_left_a_tenant_is_not_offered_it(page: Any, client: Client, many: User) -> None:
    client.post(PAGE, CHOSEN)
    many.memberships.get(tenant__slug="globex").delete()
    assert "globex" not in page()


def test_what_a_program_chose_is_not_lost_by_saving(page: Any, client: Client, many: User) -> None:
    """An interval and a zone that the page would not offer by itself."""
    many.refresh_seconds, many.time_zone = 7, "Etc/GMT-3"
    many.save()
    body = page()
    assert '<option value="7" selected>' in body
    assert '<option value="Etc/GMT-3" selected>' in body


def test_a_preferred_refresh_is_no_faster_than_pages_may_ask(page: Any, client: Client, many: User) -> None:
    many.refresh_seconds = 1
    many.save()
    assert client.get("/t/globex/d/board/").context["toolbar"].refresh == 2


def test_it_is_reached_from_the_users_menu_and_beside_the_other_pages_of_the_account(page: Any, client: Client) -> None:
    for path in ("/t/globex/", "/accounts/tokens/", PAGE):
        assert f'href="{PAGE}"' in client.get(path).content.decode()


def test_strangers_are_asked_to_sign_in(client: Client, db: None) -> None:
    for ask in (client.get, client.post):
        assert ask(PAGE)["Location"] == f"/accounts/login/?next={PAGE}"


def test_it_takes_as_many_queries_for_many_tenants(
    page: Any, many: User, make_tenant: Any, acme_database: dict, django_assert_max_num_queries: Any
) -> None:
    for number in range(20):
        many.memberships.create(tenant=make_tenant(f"t{number}", acme_database), role="viewer")
    page(default_tenant="globex")
    with django_assert_max_num_queries(6):
        page(default_tenant="globex")
