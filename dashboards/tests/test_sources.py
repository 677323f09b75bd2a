"""A panel that names a data source: through every door it asks that one, each tenant's own, and says where there is none."""

from collections.abc import Callable
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from audit.models import Event
from dashboards.checking.checking import check_all
from dashboards.models import Check, Dashboard, Panel, Placement
from datasources.landing import landings
from datasources.models import DataSource
from datasources.tests.kinds.conftest import further_database, make_postgres, wire
from tenants.models import Tenant, User

__all__ = ["further_database", "make_postgres", "wire"]
DOCUMENT = {"type": "table", "title": "Places", "data_source": {"source": "other", "sql": "SELECT name FROM place"}}
FRAGMENT = "/t/{}/d/board/panels/places/"


@pytest.fixture
def board(acme: Tenant) -> Dashboard:
    Panel.objects.create(slug="places", title="Places", panel_type="table", document=DOCUMENT)
    made = Dashboard.objects.create(slug="board", name="Board", refresh_interval=300)
    Placement.objects.create(dashboard=made, panel_slug="places")
    return made


@pytest.fixture
def look(client: Client, board: Dashboard) -> Callable[..., str]:
    def at(user: User, tenant: str = "acme", door: str = "") -> str:
        client.force_login(user)
        response = client.get(FRAGMENT.format(tenant) + door)
        assert response.status_code == 200
        return b"".join(response).decode()

    return at


def test_every_door_leads_to_it(look: Any, client: Client, ada: User, acme: Tenant, make_postgres: Any) -> None:
    make_postgres(acme)
    assert "further" in look(ada)
    assert "further" in look(ada, door="view/")
    assert "further" in look(ada, door="csv/")
    assert "Seq Scan on public.place" in look(ada, door="inspect/") or "Seq Scan on place" in look(ada, door="inspect/")
    answer = client.get("/api/v1/panels/places/data", {"tenant_id": "acme"}).json()
    assert answer["data"]["rows"] == [{"name": "further"}]


def test_one_panel_asks_each_tenants_own(
    look: Any, ada: User, eve: User, acme: Tenant, globex: Tenant, make_postgres: Any, globex_database: dict, admin_sql: Any
) -> None:
    admin_sql(globex_database, "DROP TABLE IF EXISTS place; CREATE TABLE place AS SELECT 'of globex'::text AS name")
    make_postgres(acme)
    where = {name: globex_database[name] for name in ("database", "user", "password")}
    make_postgres(globex, **where)
    assert "further" in look(ada)
    assert "of globex" in look(eve, "globex")


def test_none_and_one_that_is_off_are_sentences(look: Any, client: Client, ada: User, acme: Tenant, make_postgres: Any) -> None:
    assert "There is no data source “other” here." in look(ada)
    source = make_postgres(acme)
    assert "further" in look(ada)
    source.is_enabled = False
    source.save()
    assert "The data source “The other” is switched off." in look(ada)
    answer = client.get("/api/v1/panels/places/data", {"tenant_id": "acme"})
    assert (answer.status_code, answer.json()["detail"]) == (422, "The data source “The other” is switched off.")
    assert "Retry-After" not in answer.headers  # waiting does not help
    assert client.get(FRAGMENT.format("acme") + "csv/").status_code == 422
    source.delete()
    assert "There is no data source “other” here." in look(ada)


def test_a_known_result_asks_no_central_query(look: Any, ada: User, acme: Tenant, make_postgres: Any) -> None:
    make_postgres(acme)
    look(ada)
    landings.done()
    with CaptureQueriesContext(connection) as queries:
        assert "further" in look_again(look, ada)
    assert not [query for query in queries if "datasource" in query["sql"]]


def look_again(look: Any, user: User) -> str:
    return str(look(user))


def test_a_panels_error_is_the_sources_last_one(look: Any, ada: User, acme: Tenant, make_postgres: Any, wire: Any) -> None:
    from datasources import statuses

    statuses._mishaps.forget()
    source = make_postgres(acme)
    wire.close()
    assert "The database cannot be reached." in look(ada)
    landings.done()
    assert statuses.last_mishaps([source], acme)[source.pk].sentence == "The database cannot be reached."


def test_checks_plan_in_it_and_its_absence_is_nobodys_elses(
    board: Dashboard, acme: Tenant, make_postgres: Any, further_database: dict, admin_sql: Any, wire: Any
) -> None:
    panel = Panel.objects.get()

    def outcome() -> str:
        check_all(tenant=acme)
        return Check.objects.get(panel=panel, tenant=acme).outcome

    assert outcome() == "unknown"
    source = make_postgres(acme)
    assert outcome() == "fine"
    source.settings = {**source.settings, "search_path": "nowhere"}
    source.save()
    assert outcome() == "missing_table"
    wire.close()
    Panel.objects.create(
        slug="own",
        title="Own",
        panel_type="kpi",
        document={"type": "kpi", "title": "Own", "data_source": {"sql": "SELECT 1 AS value"}},
    )
    report = check_all(tenant=acme)
    assert not report.tenants[0].unreachable
    assert Check.objects.get(panel__slug="own").outcome == "fine"


def test_what_it_was_asked_is_audited_for_its_tenant(look: Any, ada: User, acme: Tenant, make_postgres: Any) -> None:
    from audit.waiting import queue

    make_postgres(acme)
    look(ada)
    queue.send()
    event = Event.objects.get(action="run_panel")
    assert (event.tenant_id, event.object) == (acme.pk, "Places")


@pytest.mark.parametrize("source", ["", "A b", "../x", "ten ant", "x" * 64])
def test_a_source_that_is_no_id_is_refused(source: str) -> None:
    from dashboards.panels.document import DocumentInvalid, read_document

    with pytest.raises(DocumentInvalid, match=r"data_source\.source"):
        read_document({**DOCUMENT, "data_source": {**DOCUMENT["data_source"], "source": source}})


def test_deleting_a_tenant_takes_its_sources_along(acme: Tenant, make_postgres: Any) -> None:
    make_postgres(acme)
    acme.delete()
    assert not DataSource.objects.exists()


def test_a_url_leads_a_shared_panel_to_open_sources_alone(client: Client, bob: User, acme: Tenant) -> None:
    for slug, is_open in (("open", True), ("closed", False)):
        DataSource.objects.create(
            slug=slug, name=slug, kind="prometheus", is_open=is_open, settings={"url": "http://127.0.0.1:9"}
        )
    document = {"type": "kpi", "title": "Up", "data_source": {"source": "$ds", "promql": "up"}, "variables": {"ds": "open"}}
    Panel.objects.create(slug="up", title="Up", panel_type="kpi", document=document)
    chooser = [{"name": "ds", "kind": "data_source", "source_kind": "prometheus"}]
    typed = [{"name": "ds", "kind": "constant", "value": "closed"}]
    for slug, owner, variables in (("own", acme, []), ("typed", acme, typed), ("listed", acme, chooser), ("all", None, chooser)):
        scope = Dashboard.Scope.TENANT if owner else Dashboard.Scope.ALL
        board = Dashboard.objects.create(slug=slug, name=slug, scope=scope, tenant=owner, variables=variables)
        Placement.objects.create(dashboard=board, panel_slug="up")
    client.force_login(bob)

    def seen(board: str, chosen: str) -> str:
        return b"".join(client.get(f"/t/acme/d/{board}/panels/up/", {"var-ds": chosen})).decode()

    for board in ("own", "typed"):
        assert "answers panels that the platform keeps" in seen(board, "closed")
    assert "answers panels" not in seen("own", "open") + seen("listed", "open") + seen("all", "closed")
    answer = client.get("/api/v1/panels/up/data", {"tenant_id": "acme", "var-ds": "closed"})
    assert "answers panels that the platform keeps" in answer.json()["detail"]
