"""The pages of data sources: for admins alone, each its own; a source that does not answer holds nobody's page."""

import time
from collections.abc import Callable
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from audit.models import Event
from dashboards.models import Dashboard, Panel
from datasources import statuses
from datasources.errors import QueryFailed, SourceUnavailable
from datasources.kinds import SOURCE_KINDS
from datasources.kinds.base import Status
from datasources.landing import landings
from datasources.models import DataSource
from datasources.pages import changing
from datasources.sources import configured_of, source_of
from datasources.tests.pages.conftest import PASSWORD, entered
from datasources.tests.test_sources import StarsKind
from datasources.uses import uses_of
from tenants.models import Tenant, User

Make = Callable[..., DataSource]
LIST = "/t/acme/sources/"
ACTIONS = {"edit": "get", "status": "get", "test": "post", "default": "post", "switch": "post", "delete": "post"}


@pytest.fixture(autouse=True)
def _stars(monkeypatch: pytest.MonkeyPatch) -> None:
    """A kind that may be shared, and says how it is without being there."""
    monkeypatch.setitem(SOURCE_KINDS, "stars", StarsKind())


def star(make: Make, slug: str = "metrics", tenant: Tenant | None = None, **facts: Any) -> DataSource:
    return make(slug, tenant, kind="stars", settings={"url": "https://stars.example"}, **facts)


def text(response: Any) -> str:
    return response.content.decode()


@pytest.mark.parametrize("who", ["ada", "bob"])
@pytest.mark.parametrize("action", ["list", "add", *ACTIONS])
def test_editors_and_viewers_are_refused(request: Any, client: Client, acme: Tenant, make: Make, who: str, action: str) -> None:
    make("metrics", acme)
    client.force_login(request.getfixturevalue(who))
    where = {"list": "", "add": "add/postgres/"}.get(action, f"metrics/{action}/")
    for method in ("get", "post"):
        assert getattr(client, method)(f"{LIST}{where}").status_code == 403
    assert DataSource.objects.get().is_enabled


@pytest.mark.parametrize("action", ACTIONS)
def test_an_admin_reaches_the_own_ones_alone(page: Client, globex: Tenant, make: Make, action: str) -> None:
    """Another tenant's, and a shared one, are not there to be changed."""
    make("metrics", globex)
    star(make, "shared")
    for slug in ("metrics", "shared") if action != "status" else ("metrics",):
        assert getattr(page, ACTIONS[action])(f"{LIST}{slug}/{action}/").status_code == 404
    assert DataSource.objects.filter(is_enabled=True).count() == 2


@pytest.mark.parametrize("who", ["ann", "ada", "eve"])
def test_the_shared_ones_are_the_platforms(request: Any, client: Client, acme: Tenant, make: Make, who: str) -> None:
    star(make)
    client.force_login(request.getfixturevalue(who))
    for action, method in {"": "get", "add/stars/": "post", **{f"metrics/{name}/": how for name, how in ACTIONS.items()}}.items():
        assert getattr(client, method)(f"/sources/{action}").status_code == 403
    assert DataSource.objects.get().is_enabled


def test_a_platform_admin_looks_after_the_shared_ones(client: Client, root: User, acme: Tenant, make: Make) -> None:
    make("of-acme", acme)
    client.force_login(root)
    assert "of-acme" not in text(client.get("/sources/"))
    form = {"name": "Metrics", "slug": "metrics", "its_url": "https://stars.example", "its_colour": "red", "is_enabled": "on"}
    assert client.post("/sources/add/stars/", form).status_code == 302
    assert "Metrics" in text(client.get("/sources/"))
    assert client.get("/admin/sources/")["Location"] == "/sources/"
    assert "Connected" in text(client.get("/sources/metrics/status/"))
    source = DataSource.objects.get(slug="metrics")
    assert (source.tenant, source.is_default, source.is_open) == (None, True, False)


def test_forms_from_another_site_are_refused(ann: User, acme: Tenant, make: Make) -> None:
    make("metrics", acme)
    browser = Client(enforce_csrf_checks=True)
    browser.force_login(ann)
    for action in ("test", "default", "switch", "delete", "edit"):
        assert browser.post(f"{LIST}metrics/{action}/", {}).status_code == 403
    assert browser.post(f"{LIST}add/postgres/", entered()).status_code == 403


def test_the_list_asks_no_source(page: Client, acme: Tenant, make: Make, monkeypatch: pytest.MonkeyPatch) -> None:
    def never(*_: Any) -> Status:
        raise AssertionError("the list asked")

    monkeypatch.setattr(StarsKind, "status", never)
    star(make, "metrics", acme)
    star(make, "shared", is_open=True)
    star(make, "covered")
    star(make, "covered", acme, name="My own")
    shown = text(page.get(LIST))
    assert shown.count("Asking…") == 3
    assert "My own" in shown
    assert "Covered" not in shown
    assert "The tenant&#x27;s own database" in shown or "The tenant's own database" in shown


def test_the_lists_queries_do_not_grow_with_it(page: Client, acme: Tenant, make: Make) -> None:
    def queries() -> int:
        with CaptureQueriesContext(connection) as found:
            assert page.get(LIST).status_code == 200
        return len(found)

    star(make, "first", acme)
    queries()
    before = queries()
    for number in range(5):
        star(make, f"s{number}", acme)
    assert queries() == before


def test_a_status_is_asked_for_once_a_minute(page: Client, acme: Tenant, make: Make, monkeypatch: pytest.MonkeyPatch) -> None:
    asked = []

    def status(*_: Any) -> Status:
        asked.append(1)
        return Status(is_connected=True, version="Stars 3", latency_ms=1.24, facts=(("Targets", "<3> up"),), warnings=("Dim.",))

    monkeypatch.setattr(StarsKind, "status", status)
    source = star(make, "metrics", acme)
    for _ in range(2):
        shown = text(page.get(f"{LIST}metrics/status/"))
        for said in ("Connected", "Stars 3", "1.2 ms", "&lt;3&gt; up", "Dim."):
            assert said in shown
    assert "Stars 3" in text(page.get(LIST))
    assert len(asked) == 1
    source.settings = {"url": "https://other.example"}
    source.save()
    page.get(f"{LIST}metrics/status/")
    assert len(asked) == 2


def test_while_many_are_asked_the_others_wait(page: Client, acme: Tenant, make: Make) -> None:
    star(make, "metrics", acme)
    places = statuses._asking.places
    for _ in range(statuses.ASKED_AT_ONCE):
        assert places.acquire(blocking=False)
    try:
        shown = text(page.get(f"{LIST}metrics/status/"))
    finally:
        for _ in range(statuses.ASKED_AT_ONCE):
            places.release()
    assert "Waiting…" in shown
    assert "load delay:2s" in shown
    assert "Connected" in text(page.get(f"{LIST}metrics/status/"))


def test_a_dead_source_is_not_connected(page: Client, acme: Tenant, make_postgres: Make, wire: Any) -> None:
    make_postgres(acme)
    wire.close()
    shown = text(page.get(f"{LIST}other/status/"))
    assert "Not connected" in shown
    assert "cannot be reached" in shown


def test_a_real_one_is(page: Client, acme: Tenant, make_postgres: Make) -> None:
    make_postgres(acme)
    assert page.post(f"{LIST}other/test/", follow=True).status_code == 200
    shown = text(page.get(LIST))
    assert "PostgreSQL " in shown
    event = Event.objects.get(action="test_connection")
    assert (event.outcome, event.object, event.tenant_id) == ("done", "The other", acme.pk)


def test_what_its_panels_met_last_is_told(page: Client, acme: Tenant, globex: Tenant, make: Make) -> None:
    source = star(make, is_open=True)
    statuses._mishaps.forget()
    identity = source_of(globex, "metrics", platform=False, language="starql").identity
    statuses.note_mishap(identity, SourceUnavailable("It fell from the sky."))
    landings.done()
    assert "fell from the sky" not in text(page.get(f"{LIST}metrics/status/"))
    assert statuses.last_mishaps([source], None)[source.pk].sentence == "It fell from the sky."
    statuses.note_mishap(source_of(acme, "metrics", platform=False, language="starql").identity, QueryFailed("It is dark."))
    landings.done()
    assert "Last error: It is dark." in text(page.get(f"{LIST}metrics/status/"))


def test_tests_are_throttled(page: Client, ann: User, acme: Tenant, make: Make, settings: Any) -> None:
    settings.API_RATE_DEAR = 2
    star(make, "metrics", acme)
    answers = [page.post(f"{LIST}metrics/test/") for _ in range(3)]
    assert [answer.status_code for answer in answers] == [302, 302, 429]
    assert 1 <= int(answers[-1]["Retry-After"]) <= 60


def test_one_is_the_default(page: Client, acme: Tenant, globex: Tenant, make: Make) -> None:
    star(make, "one", acme, is_default=True)
    star(make, "two", acme)
    star(make, "theirs", globex, is_default=True)
    page.post(f"{LIST}two/default/")
    assert set(DataSource.objects.filter(is_default=True).values_list("slug", flat=True)) == {"two", "theirs"}


def test_sql_has_no_other_default_than_the_own_database(page: Client, acme: Tenant, make: Make) -> None:
    make("metrics", acme)
    assert "asks the tenant&#x27;s own database" in text(page.post(f"{LIST}metrics/default/", follow=True))
    assert not DataSource.objects.get().is_default


def test_it_is_switched_off_and_on(page: Client, acme: Tenant, make: Make) -> None:
    make("metrics", acme)
    for enabled in ("0", "1"):
        page.post(f"{LIST}metrics/switch/", {"enabled": enabled})
        assert DataSource.objects.get().is_enabled == (enabled == "1")
    assert ">Off<" not in text(page.get(LIST))


def panel(slug: str, source: str | None, tenant: Tenant | None = None) -> Panel:
    named = {} if source is None else {"source": source}
    document = {"type": "kpi", "title": slug.title(), "data_source": {"sql": "SELECT 1 AS value", **named}}
    scope = "tenant" if tenant is not None else "all"
    return Panel.objects.create(slug=slug, title=slug.title(), panel_type="kpi", document=document, tenant=tenant, scope=scope)


def test_it_is_not_deleted_under_those_who_need_it(page: Client, acme: Tenant, globex: Tenant, make: Make) -> None:
    make("metrics", acme)
    panel("mine", "metrics", acme)
    panel("shared", "metrics")
    panel("theirs", "metrics", globex)
    panel("elsewhere", "other", acme)
    panel("unnamed", None, acme)
    asked = {"name": "host", "data_source": {"source": "metrics", "sql": "SELECT 1"}}
    own = {"name": "other", "data_source": {"sql": "SELECT 1"}}
    Dashboard.objects.create(slug="board", name="Board", scope="all", variables=[{**asked, "kind": "query"}])
    Dashboard.objects.create(slug="marked", name="Marked", tenant=acme, scope="tenant", annotations=[asked, own])
    said = ("is in use", "4 need it", "Mine (mine)", "Shared (shared)", "host on Board (board)", "host on Marked (marked)")
    for method in ("get", "post"):
        shown = text(getattr(page, method)(f"{LIST}metrics/delete/"))
        assert all(one in shown for one in said)
        assert not any(said in shown for said in ("Theirs", "Elsewhere", "Unnamed"))
    assert page.post(f"{LIST}metrics/delete/").status_code == 409
    assert DataSource.objects.count() == 1


def test_a_shared_one_is_needed_by_whoever_has_none_of_that_id(
    client: Client, root: User, acme: Tenant, globex: Tenant, make: Make
) -> None:
    star(make)
    star(make, "metrics", globex)
    panel("mine", "metrics", acme)
    panel("theirs", "metrics", globex)
    client.force_login(root)
    shown = text(client.get("/sources/metrics/delete/"))
    assert "Mine (mine)" in shown
    assert "Theirs" not in shown


def test_the_default_is_needed_by_what_names_none(acme: Tenant, globex: Tenant) -> None:
    metrics = DataSource.objects.create(
        slug="prom", name="Prom", tenant=acme, kind="prometheus", settings={"url": "https://prom.example"}, is_default=True
    )
    up = {"name": "up", "data_source": {"promql": "label_values(up, job)"}}
    elsewhere = {"name": "there", "data_source": {"source": "other", "promql": "up"}}
    own = {"name": "own", "data_source": {"sql": "SELECT 1"}}
    kinds = [{**one, "kind": "query"} for one in (up, elsewhere, own)]
    Dashboard.objects.create(slug="board", name="Board", scope="all", variables=kinds, annotations=[own, up])
    Dashboard.objects.create(slug="theirs", name="Theirs", tenant=globex, scope="tenant", annotations=[up])
    names = [(use.what, use.name, use.where) for use in uses_of(metrics)]
    assert names == [("Annotation", "up on Board (board)", "shared"), ("Variable", "up on Board (board)", "shared")]
    metrics.is_default = False
    assert uses_of(metrics) == []


def test_what_nobody_needs_is_deleted(page: Client, acme: Tenant, make: Make) -> None:
    make("metrics", acme)
    assert page.get(f"{LIST}metrics/delete/").status_code == 200
    assert DataSource.objects.count() == 1
    page.post(f"{LIST}metrics/delete/")
    assert not DataSource.objects.exists()


def test_a_tenant_has_so_many_at_most(page: Client, acme: Tenant, make: Make, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(changing, "MOST_SOURCES", 1)
    make("metrics", acme)
    assert "as many as there may be" in text(page.post(f"{LIST}add/postgres/", entered(slug="another"), follow=True))
    assert DataSource.objects.count() == 1


@pytest.mark.parametrize("broken", [{"kind": "gone"}, {"settings": {"host": 1}}])
def test_one_that_is_broken_takes_no_page_with_it(page: Client, acme: Tenant, make: Make, broken: dict) -> None:
    source = make("metrics", acme)
    DataSource.objects.filter(pk=source.pk).update(**broken)
    assert configured_of(DataSource.objects.get()) is None
    assert page.get(LIST).status_code == 200
    assert "not valid any more" in text(page.get(f"{LIST}metrics/status/"))
    assert page.get(f"{LIST}metrics/edit/", follow=True).status_code == 200
    assert page.post(f"{LIST}metrics/test/", follow=True).status_code == 200
    assert page.get(f"{LIST}metrics/delete/").status_code == 200


def test_a_shared_ones_status_is_that_of_who_asks(acme: Tenant, globex: Tenant, make: Make) -> None:
    """Its headers may name the tenant: it is another source to each."""
    source = star(make, "metrics")
    configured = configured_of(source)
    assert configured is not None
    assert statuses.ask_status(configured, acme) is not None
    assert list(statuses.kept_statuses([source], acme)) == [source.pk]
    assert statuses.kept_statuses([source], globex) == statuses.kept_statuses([source], None) == {}


def test_a_kept_status_that_cannot_be_read_is_none(acme: Tenant, make: Make) -> None:
    from datasources.store import store

    source = star(make, "metrics", acme)
    for body in (
        b"\xff",
        b"[]",
        b'{"status": {"is_connected": true, "more": 1}, "at": 0}',
        b'{"status": null, "at": 0}',
        b"null",
    ):
        store().put(f"source-status:{source.pk}:{source.answers_version}:{acme.pk}", body, 60)
        store().put(f"source-error:0:{source.pk}", body, 60)
        assert statuses.kept_statuses([source], acme) == {}
        assert statuses.last_mishaps([source], None) == {}
    assert statuses.ask_status(configured_of(source), acme).at <= time.time()  # type: ignore[union-attr, arg-type]


def test_no_page_has_a_secret(page: Client, acme: Tenant, make: Make) -> None:
    make("metrics", acme)
    for where in ("", "metrics/edit/", "metrics/status/", "metrics/delete/", "add/postgres/"):
        assert PASSWORD not in text(page.get(f"{LIST}{where}"))
