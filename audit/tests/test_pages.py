"""The pages: whose events one sees, filters, pages, the file, and texts that stay texts."""

import csv
import io
from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from audit.models import Event
from paneldash.tests.pages import Page
from tenants.models import Tenant, User

Told = Callable[..., list[Event]]
Write = Callable[..., None]


@pytest.fixture
def now() -> str:
    return timezone.now().isoformat()


@pytest.fixture
def zoe(make_user: Any, acme: Tenant) -> User:
    return make_user("zoe", admin=acme)


@pytest.fixture
def page(client: Client, zoe: User) -> Callable[..., str]:
    """Acme's events, as its admin sees them."""
    client.force_login(zoe)
    return lambda query="": client.get(f"/t/acme/audit/{query}").content.decode()


@pytest.fixture
def everything(client: Client, root: User) -> Callable[..., str]:
    client.force_login(root)
    return lambda query="": client.get(f"/audit/{query}").content.decode()


def test_a_tenants_admin_sees_the_tenants_events_alone(
    page: Callable[..., str], client: Client, acme: Tenant, globex: Tenant, long_ago: Write, now: str
) -> None:
    for tenant in (acme, globex):
        long_ago(now, tenant_id=tenant.pk, tenant=tenant.slug, object=f"thing of {tenant.slug}")
    long_ago(now, object="thing of nobody")
    for where in ("", "?days=0", "?object=thing", "?tenant=globex"):
        body = page(where)
        assert "thing of acme" in body
        assert "thing of globex" not in body
        assert "thing of nobody" not in body
    foreign = Event.objects.filter(tenant_id=globex.pk).values_list("id", flat=True)[0]
    own = Event.objects.filter(tenant_id=acme.pk).values_list("id", flat=True)[0]
    assert client.get(f"/t/acme/audit/{own}/").status_code == 200
    assert client.get(f"/t/acme/audit/{foreign}/").status_code == 404
    assert "thing of globex" not in b"".join(client.get("/t/acme/audit/csv/?days=0").streaming_content).decode()


def test_a_tenant_made_anew_under_an_old_id_does_not_see_what_was_before(
    page: Callable[..., str], acme: Tenant, long_ago: Write, now: str
) -> None:
    long_ago(now, tenant_id=acme.pk + 1_000_000, tenant="acme", object="of the one before")
    assert "of the one before" not in page("?days=0")


def test_a_platform_admin_sees_all_and_finds_a_tenants(
    everything: Callable[..., str], acme: Tenant, globex: Tenant, long_ago: Write, now: str
) -> None:
    for tenant in (acme, globex):
        long_ago(now, tenant_id=tenant.pk, tenant=tenant.slug, object=f"thing of {tenant.slug}")
    assert {"thing of acme", "thing of globex"} <= {word for word in ("thing of acme", "thing of globex") if word in everything()}
    assert "thing of acme" not in everything("?tenant=globex&object=thing")


@pytest.mark.django_db
@pytest.mark.parametrize("who", ["ada", "bob"])
@pytest.mark.parametrize(
    "path", ["/t/acme/audit/", "/t/acme/audit/csv/", "/t/acme/audit/1/", "/audit/", "/audit/csv/", "/audit/1/"]
)
def test_editors_and_viewers_may_not(client: Client, request: pytest.FixtureRequest, who: str, path: str) -> None:
    client.force_login(request.getfixturevalue(who))
    assert client.get(path).status_code == 403


@pytest.mark.parametrize("path", ["/audit/", "/audit/csv/", "/audit/1/"])
def test_a_tenants_admin_does_not_see_all(client: Client, zoe: User, path: str) -> None:
    client.force_login(zoe)
    assert client.get(path).status_code == 403
    assert client.get("/admin/audit/", follow=True).status_code == 403


def test_it_is_reached_from_the_administration_and_the_menu(client: Client, root: User, zoe: User) -> None:
    client.force_login(root)
    assert "/admin/audit/" in client.get("/admin/").content.decode()
    assert client.get("/admin/audit/")["Location"] == "/audit/"
    client.force_login(zoe)
    assert "/t/acme/audit/" in client.get("/t/acme/").content.decode()


def test_a_viewers_menu_does_not_name_it(client: Client, bob: User) -> None:
    client.force_login(bob)
    assert "/audit/" not in client.get("/t/acme/").content.decode()


@pytest.mark.parametrize(
    ("query", "shown"),
    [
        ("?actor=ADA", "one"),
        ("?action=export", "two"),
        ("?object=THR", "three"),
        ("?object=dashboards.panel", "three"),
        ("?outcome=refused", "four"),
        ("?from=2020-01-01T00:00&to=2020-02-01T00:00", "five"),
        ("?from=2020-01-01T00:00&to=2020-02-01T00:00&days=7", "five"),
    ],
)
def test_filters_find_what_they_say(
    page: Callable[..., str], acme: Tenant, long_ago: Write, now: str, query: str, shown: str
) -> None:
    of = {"tenant_id": acme.pk, "tenant": "acme"}
    long_ago(now, **of, actor="ada@example.com", object="one")
    long_ago(now, **of, action="export", object="two")
    long_ago(now, **of, object="three", object_type="dashboards.panel")
    long_ago(now, **of, outcome="refused", object="four")
    long_ago("2020-01-15T12:00Z", **of, object="five")
    body = page(query)
    assert [word for word in ("one", "two", "three", "four", "five") if f"<bdi>{word}</bdi>" in body] == [shown]


def test_a_range_is_read_in_the_readers_time_zone(
    client: Client, zoe: User, acme: Tenant, long_ago: Write, page: Callable[..., str]
) -> None:
    User.objects.filter(pk=zoe.pk).update(time_zone="Asia/Kolkata")
    client.force_login(User.objects.get(pk=zoe.pk))
    long_ago("2020-01-14T18:45Z", tenant_id=acme.pk, object="after midnight")
    body = page("?from=2020-01-15T00:00&to=2020-01-15T01:00")
    assert "after midnight" in body
    assert "15 Jan 2020 00:15:00" in body
    assert "Asia/Kolkata" in body


@pytest.mark.parametrize(
    "query",
    [
        "?from=x",
        "?days=-1",
        "?action=x",
        "?outcome=x",
        "?actor=" + "x" * 300,
        "?from=%00",
        "?actor=%00",
        "?from=99999-01-01T00:00",
    ],
)
def test_a_filter_that_cannot_be_read_is_told(client: Client, page: Callable[..., str], query: str) -> None:
    answer = client.get(f"/t/acme/audit/{query}")
    assert answer.status_code == 422
    assert 'role="alert"' in answer.content.decode()
    assert client.get(f"/t/acme/audit/csv/{query}").status_code == 422


@pytest.mark.parametrize("cursor", ["x", "1-", "-1", "1-1-1", "9" * 40 + "-1", "9" * 18 + "-1", "1-" + "9" * 19, "١-١", "1-1%00"])
def test_a_page_there_is_not_is_not_found(client: Client, page: Callable[..., str], cursor: str) -> None:
    assert client.get(f"/t/acme/audit/?after={cursor}").status_code == 404


@pytest.mark.parametrize("number", ["0", "9" * 18, "9" * 30])
def test_an_event_there_is_not_is_not_found(client: Client, page: Callable[..., str], number: str) -> None:
    assert client.get(f"/t/acme/audit/{number}/").status_code == 404


def test_pages_follow_one_another_without_a_gap_also_within_one_moment(
    page: Callable[..., str], acme: Tenant, long_ago: Write
) -> None:
    import re

    for number in range(120):
        long_ago("2020-01-15T12:00Z", tenant_id=acme.pk, object=f"number {number}")
    seen: list[str] = []
    query = "?from=2020-01-01T00:00&to=2020-02-01T00:00"
    while query:
        body = page(query)
        seen += re.findall(r"<bdi>number (\d+)</bdi>", body)
        older = re.search(r'href="/t/acme/audit/(\?[^"]*)"\s+rel="next"', body)
        query = older[1].replace("&amp;", "&") if older else ""
    assert seen == [str(number) for number in reversed(range(120))]


def test_a_page_costs_two_queries(client: Client, zoe: User, acme: Tenant, django_assert_num_queries: Any) -> None:
    client.force_login(zoe)
    client.get("/t/acme/audit/")
    with django_assert_num_queries(2):
        client.get("/t/acme/audit/")


def test_nothing_found_says_so(page: Callable[..., str]) -> None:
    assert "Nothing fits these filters" in page("?actor=nobody-of-this-name")


def test_an_event_shows_both_sides_beside_each_other(client: Client, page: Callable[..., str], acme: Tenant, told: Told) -> None:
    acme.name = "Acme & Sons"
    acme.set_password("CANARY")
    acme.save()
    [event] = told("change")
    body = client.get(f"/t/acme/audit/{event.id}/").content.decode()
    row = body[body.index("<bdi>name</bdi>") :]
    assert row.index("<bdi>Acme</bdi>") < row.index("<bdi>Acme &amp; Sons</bdi>")
    assert "(secret, changed)" in body
    assert "CANARY" not in body
    assert acme.password_token not in body


def test_hostile_texts_are_texts(client: Client, everything: Callable[..., str], acme: Tenant, told: Told) -> None:
    evil = "<x-evil onmouseover=alert(1)></script>{{7*7191}}"
    acme.name = evil
    acme.save()
    client.get("/t/%3Cx-evil%3E/")
    client.post("/accounts/logout/")
    client.post("/accounts/login/", {"login": "<x-evil>@example.com", "password": "x"})
    client.force_login(User.objects.get(email="root@example.com"))
    paths = ["/audit/", f"/audit/?actor={evil}", f"/audit/?object={evil}", *(f"/audit/{event.id}/" for event in told())]
    for path in paths:
        tree = Page(client.get(path).content.decode())
        assert "x-evil" not in [tag for tag, _ in tree.elements]
        assert tree.inline_code() == []
        assert "50337" not in tree.text


def read(answer: Any) -> list[dict[str, str]]:
    text = b"".join(answer.streaming_content).decode().removeprefix("\ufeff")
    return list(csv.DictReader(io.StringIO(text, newline="")))


def test_the_file_has_what_is_filtered_and_is_an_event_itself(
    client: Client, page: Callable[..., str], zoe: User, acme: Tenant, long_ago: Write, told: Told, now: str
) -> None:
    for name in ("one", "two"):
        long_ago(now, tenant_id=acme.pk, tenant="acme", actor="ada@example.com", object=name)
    answer = client.get("/t/acme/audit/csv/?actor=ada")
    assert answer["Content-Type"] == "text/csv; charset=utf-8"
    assert 'filename="audit acme.csv"' in answer["Content-Disposition"]
    assert [row["object"] for row in read(answer)] == ["two", "one"]
    [event] = told("export")
    assert (event.actor, event.tenant, event.details["rows"]) == ("zoe@example.com", "acme", 2)
    assert event.details["filter"]["actor"] == "ada"


@pytest.mark.parametrize("sign", ["=", "+", "-", "@", "\t", "＝"])
def test_nothing_in_the_file_runs(
    client: Client, page: Callable[..., str], acme: Tenant, long_ago: Write, now: str, sign: str
) -> None:
    long_ago(now, tenant_id=acme.pk, actor=f"{sign}cmd|calc", object=f'{sign}HYPERLINK("x")', request_id=f"{sign}1")
    [row] = read(client.get("/t/acme/audit/csv/?object=HYPERLINK"))
    assert [name for name, cell in row.items() if cell.startswith(("=", "+", "-", "@", "\t", "＝"))] == []


def test_a_long_file_comes_whole_in_batches(
    client: Client, page: Callable[..., str], acme: Tenant, long_ago: Write, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("audit.csv_file.ROWS_AT_ONCE", 7)
    for number in range(30):
        long_ago("2020-01-15T12:00Z", tenant_id=acme.pk, object=str(number))
    rows = read(client.get("/t/acme/audit/csv/?from=2020-01-01T00:00&to=2020-02-01T00:00"))
    assert [row["object"] for row in rows] == [str(number) for number in reversed(range(30))]


def test_what_sort_of_thing_an_object_is_stands_in_peoples_words() -> None:
    kinds = [Event(object_type=name).kind for name in ("datasources.datasource", "dashboards.panel", "gone.thing", "token", "")]
    assert kinds == ["data source", "panel", "thing", "token", ""]
