"""The list of a tenant's dashboards: folders, tags, a search, favourites and a home, and the same few queries for hundreds."""

from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client

from dashboards.library.listing import search, shelves
from dashboards.library.wanted import Wanted
from dashboards.models import Dashboard
from dashboards.viewer import Viewer
from tenants.models import Membership, Role, Tenant, User

LIST = "/t/acme/dashboards/"


@pytest.fixture
def get() -> Callable[..., str]:
    def ask(user: User, path: str = LIST, **asked: Any) -> str:
        client = Client()
        client.force_login(user)
        return client.get(path, asked).content.decode()

    return ask


@pytest.fixture
def post() -> Callable[..., Any]:
    def ask(user: User, path: str, headers: dict[str, str] | None = None, **fields: Any) -> Any:
        client = Client()
        client.force_login(user)
        return client.post(path, fields, headers=headers or {})

    return ask


@pytest.fixture
def some(make_board: Callable, acme: Tenant) -> None:
    make_board("web", acme, folder="Operations", tags=["servers", "http"], description="Requests a second")
    make_board("disk", acme, folder="Operations", tags=["servers"])
    make_board("sales", acme, folder="business", name="100 % sales")
    make_board("misc")


def viewer(user: User, tenant: Tenant, role: Role = Role.VIEWER) -> Viewer:
    return Viewer.named(user, tenant, role)


def slugs(user: User, tenant: Tenant, **wanted: Any) -> list[tuple[str, list[str]]]:
    found = search(viewer(user, tenant), Wanted(**wanted))
    return [(group.title, [one.slug for one in group.dashboards]) for group in found.groups]


def test_dashboards_stand_under_their_folders(some: None, bob: User, acme: Tenant) -> None:
    assert slugs(bob, acme) == [
        ("business", ["sales"]), ("Operations", ["disk", "web"]), ("Without a folder", ["misc"]),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("q", "found"),
    [
        ("WEB", ["web"]), ("second", ["web"]), ("http", ["web"]), ("operations", ["disk", "web"]), ("servers re", ["web"]),
        ("100 %", ["sales"]), ("%", ["sales"]), ("_", []), ("'", []), ("nowhere", []), ("  ", ["sales", "disk", "web", "misc"]),
    ],
)  # fmt: skip
def test_a_search_looks_everywhere_for_each_word(some: None, bob: User, acme: Tenant, q: str, found: list[str]) -> None:
    assert [slug for _, group in slugs(bob, acme, q=q.strip()) for slug in group] == found


def test_a_folder_and_tags_narrow_the_list(some: None, bob: User, acme: Tenant) -> None:
    assert slugs(bob, acme, folder="Operations") == [("", ["disk", "web"])]
    assert slugs(bob, acme, tags=("servers", "http")) == [("Operations", ["web"])]
    assert slugs(bob, acme, folder="") == [("", ["misc"])]


def test_shelves_count_what_a_viewer_sees(some: None, bob: User, acme: Tenant) -> None:
    Dashboard.objects.filter(slug="disk").update(state="draft")
    found = shelves(viewer(bob, acme))
    assert (found.folders, found.tags, found.total) == ([("business", 1), ("Operations", 1)], [("http", 1), ("servers", 1)], 3)


def test_the_last_changed_comes_first_where_that_is_asked(some: None, bob: User, acme: Tenant, change: Callable) -> None:
    change(Dashboard.objects.get(slug="disk"), description="New")
    assert slugs(bob, acme, sort="changed")[0][1][0] == "disk"


def test_favourites_are_ones_own_and_of_a_tenant(
    some: None, bob: User, ada: User, acme: Tenant, globex: Tenant, post: Callable, get: Callable
) -> None:
    Membership.objects.create(user=bob, tenant=globex, role="viewer")
    assert post(bob, "/t/acme/d/misc/favorite/", favorite="1").status_code == 302
    assert post(bob, "/t/acme/d/misc/favorite/", favorite="1").status_code == 302
    assert slugs(bob, acme)[0] == ("Favourites", ["misc"])
    assert slugs(bob, acme, only_favorites=True) == [("", ["misc"])]
    assert slugs(ada, acme, only_favorites=True) == slugs(bob, globex, only_favorites=True) == []
    assert 'aria-pressed="true"' in get(bob, "/t/acme/d/misc/")
    assert 'aria-pressed="true"' not in get(ada, "/t/acme/d/misc/")
    post(bob, "/t/acme/d/misc/favorite/", favorite="0")
    assert slugs(bob, acme, only_favorites=True) == []


def test_a_script_is_sent_the_star_alone(some: None, bob: User, post: Callable) -> None:
    answer = post(bob, "/t/acme/d/misc/favorite/", {"HX-Request": "true"}, favorite="1")
    assert answer.content.decode().strip().startswith("<form")
    assert 'aria-pressed="true"' in answer.content.decode()


@pytest.mark.parametrize(
    ("sent", "led"),
    [("/t/acme/d/web/", "/t/acme/d/web/"), ("//evil.example/", LIST), ("https://evil.example/", LIST), ("", LIST)],
)
def test_a_star_leads_back_to_a_page_of_ours(some: None, bob: User, post: Callable, sent: str, led: str) -> None:
    assert post(bob, "/t/acme/d/misc/favorite/", favorite="1", next=sent)["Location"] == led


def test_nobody_stars_what_they_do_not_see(some: None, bob: User, eve: User, post: Callable) -> None:
    Dashboard.objects.update(state="draft")
    for user in (bob, eve):
        assert post(user, "/t/acme/d/web/favorite/", favorite="1").status_code == 404


def test_programs_have_favourites_too(some: None, bob: User) -> None:
    client = Client()
    client.force_login(bob)
    path = "/api/v1/dashboards/misc/favorite?tenant_id=acme"

    def listed() -> list[str]:
        items = client.get("/api/v1/dashboards", {"tenant_id": "acme"}).json()["items"]
        assert len(client.get("/api/v1/dashboards", {"tenant_id": "acme", "favorites": "true"}).json()["items"]) == sum(
            one["is_favorite"] for one in items
        )
        return [one["slug"] for one in items if one["is_favorite"]]

    read = client.get("/api/v1/dashboards/misc?tenant_id=acme")
    assert (listed(), read.json()["is_favorite"]) == ([], False)
    assert client.put(path).status_code == 204
    again = client.get("/api/v1/dashboards/misc?tenant_id=acme", headers={"If-None-Match": read["ETag"]})
    assert (listed(), again.status_code, again.json()["is_favorite"]) == (["misc"], 200, True)
    assert client.delete(path).status_code == 204
    assert listed() == []


def test_a_tag_with_a_favourite_is_good_for_a_change(some: None, ada: User) -> None:
    client = Client()
    client.force_login(ada)
    client.put("/api/v1/dashboards/web/favorite?tenant_id=acme")
    tag = client.get("/api/v1/dashboards/web?tenant_id=acme")["ETag"]
    changed = client.patch(
        "/api/v1/dashboards/web?tenant_id=acme", '{"document": {"name": "Web"}}', content_type="application/json",
        headers={"If-Match": tag},
    )  # fmt: skip
    assert (changed.status_code, changed.json()["is_favorite"]) == (200, True)


@pytest.mark.parametrize(
    "asked", [{"sort": "size"}, {"page": "0"}, {"page": "x"}, {"page": "٣"}, {"state": "all"}, {"q": "x" * 201}]
)
def test_what_no_form_of_ours_asks_is_refused(some: None, bob: User, asked: dict[str, str]) -> None:
    client = Client()
    client.force_login(bob)
    assert client.get(LIST, asked).status_code == 422


def test_empty_lists_say_why(acme: Tenant, bob: User, get: Callable, make_board: Callable) -> None:
    assert "No dashboards yet" in get(bob)
    make_board("board", acme)
    assert "Nothing found" in get(bob, q="nowhere")
    assert "No archived dashboard" in get(bob, state="archived")


@pytest.fixture
def many(acme: Tenant, db: None) -> None:
    Dashboard.objects.bulk_create(
        Dashboard(
            slug=f"d{number}", name=f"Dashboard {number:03}", scope="tenant", tenant=acme, description="About it",
            folder=f"Folder {number % 20}", tags=[f"tag{number % 7}"],
        )
        for number in range(500)
    )  # fmt: skip


def test_five_hundred_take_the_queries_of_one(many: None, bob: User, django_assert_num_queries: Any) -> None:
    client = Client()
    client.force_login(bob)
    with django_assert_num_queries(4):  # who asks, the list, its shelves, the tenants to switch to
        body = client.get(LIST).content.decode()
    assert body.count('class="board-link"') == 100
    assert "500 dashboards, page 1 of 5" in body
    assert [client.get(LIST, {"page": page}).status_code for page in ("5", "6")] == [200, 404]


def test_a_page_of_a_dashboard_names_no_other(many: None, bob: User, get: Callable, django_assert_num_queries: Any) -> None:
    assert "Dashboard 002" not in get(bob, "/t/acme/d/d1/")
    client = Client()
    client.force_login(bob)
    with django_assert_num_queries(2):
        assert client.get("/t/acme/dashboards/options/").content.decode().count('class="option"') == 30
    found = client.get("/t/acme/dashboards/options/", {"q": "d40", "here": "d401"}).content.decode()
    assert found.count('class="option"') == 11
    assert 'href="/t/acme/d/d401/" aria-current="page"' in found


def test_a_tenants_home_is_where_members_begin(
    some: None, bob: User, ada: User, root: User, post: Callable, acme: Tenant
) -> None:
    def begins(user: User, path: str = "/t/acme/") -> Any:
        client = Client()
        client.force_login(user)
        answer = client.get(path)
        return answer["Location"] if answer.status_code == 302 else answer.status_code

    for user in (bob, ada):
        assert post(user, "/t/acme/d/web/home/of-all/", home="1").status_code == 403
    Membership.objects.filter(user=ada).update(role="admin")
    assert post(ada, "/t/acme/d/web/home/of-all/", home="1").status_code == 302
    assert begins(bob) == begins(bob, "/") == "/t/acme/d/web/"
    assert begins(bob, LIST) == 200
    assert post(bob, "/t/acme/d/misc/home/", home="1").status_code == 302
    assert begins(bob) == begins(bob, "/") == "/t/acme/d/misc/"
    assert begins(ada) == "/t/acme/d/web/"
    post(bob, "/t/acme/d/misc/home/", home="0")
    Dashboard.objects.filter(slug="web").update(state="archived")
    assert begins(bob) == 200
    assert begins(bob, "/") == "/t/acme/"


def test_a_home_for_all_is_one_that_all_see(some: None, ada: User, post: Callable, acme: Tenant) -> None:
    Membership.objects.filter(user=ada).update(role="admin")
    for changed in ({"state": "draft"}, {"state": "published", "private_to": ada}):
        Dashboard.objects.filter(slug="web").update(**changed)
        post(ada, "/t/acme/d/web/home/of-all/", home="1")
        assert not Tenant.objects.get(slug="acme").home_dashboard


def test_programs_set_a_tenants_home(some: None, ada: User, bob: User, eve: User) -> None:
    client, path = Client(), "/api/v1/tenants/acme/home"
    Membership.objects.filter(user=ada).update(role="admin")

    def put(user: User, dashboard: str | None) -> Any:
        client.force_login(user)
        return client.put(path, {"dashboard": dashboard}, content_type="application/json")

    assert [put(user, "web").status_code for user in (bob, eve)] == [403, 403]
    assert put(ada, "web").json() == client.get(path).json() == {"dashboard": "web"}
    assert put(ada, "nowhere").status_code == 404
    Dashboard.objects.filter(slug="disk").update(state="draft")
    assert put(ada, "disk").status_code == 422
    assert put(ada, None).json() == {"dashboard": None}
