"""What a newcomer sees first: three tenants with their data, panels that all answer, and measurements that arrive."""

import time
from collections.abc import Callable, Iterator
from threading import Event, Thread
from typing import Any

import pytest
from django.core.management import call_command
from django.test import Client

from conftest import PASSWORD
from dashboards.models import Dashboard, Panel, Placement
from dashboards.viewer import Viewer
from demo import collector
from demo.accounts import ADMIN, ANALYST, EDITOR
from demo.databases import database_name, owner_connection
from demo.tenants import TENANTS, THIS_MACHINE
from tenants.models import Membership, Role, Tenant, User

SLUGS = [tenant.slug for tenant in TENANTS]
TABLES = ("metrics", "service_health", "service_health_history", "logs", "orders")
SHOWN = ("series", "value", "services", "rows", "gauges", "slices", "bins", "html", "collapsed")  # one of them a type
WEEK = {"date_from": "now-7d", "date_to": "now"}  # on some days nothing happens to the health of three services


@pytest.fixture
def as_admin(demo: None, client: Client) -> Client:
    client.force_login(User.objects.get(email=ADMIN))
    return client


def counts(slug: str) -> dict[str, int]:
    tenant = next(tenant for tenant in TENANTS if tenant.slug == slug)
    with owner_connection(database_name(tenant)) as connection:
        return {table: connection.execute(f"SELECT count(*) FROM {table}").fetchone()[0] for table in TABLES}


def answer(client: Client, slug: str, panel: str, **parameters: str) -> Any:
    response = client.get(f"/api/v1/panels/{panel}/data", {"tenant_id": slug, **parameters})
    assert response.status_code == 200, (slug, panel, response.content)
    return response.json()


def panels_of(client: Client, slug: str) -> list[str]:
    items = client.get("/api/v1/panels", {"tenant_id": slug}).json()["items"]
    return [item["panel_id"] for item in items]


def everything() -> dict[str, Any]:
    """All that the demo made in the central database, and how much in each tenant's."""
    models = (Tenant, User, Membership, Panel, Dashboard, Placement)
    stored = {model.__name__: list(model.objects.order_by("pk").values()) for model in models}
    return stored | {slug: counts(slug) for slug in SLUGS}


def test_three_tenants_of_different_shape(demo: None) -> None:
    tenants = {tenant.slug: tenant for tenant in Tenant.objects.all()}
    assert sorted(tenants) == ["acme", "globex", "initech"]
    assert len({tenant.time_zone for tenant in tenants.values()}) == 3
    assert len({(tenant.database, tenant.user) for tenant in tenants.values()}) == 3
    shapes = {slug: counts(slug) for slug in SLUGS}
    assert len({tuple(shape.values()) for shape in shapes.values()}) == 3
    assert all(count for shape in shapes.values() for count in shape.values())


@pytest.mark.parametrize(
    ("email", "roles"),
    [
        (EDITOR, {"acme": "editor", "globex": "viewer"}),
        (ANALYST, {"acme": "viewer", "globex": "viewer"}),
        (ADMIN, {"acme": "admin", "globex": "admin", "initech": "admin"}),
    ],
)
def test_each_account_may_what_the_contract_says(demo: None, client: Client, email: str, roles: dict[str, str]) -> None:
    assert client.post("/accounts/login/", {"login": email, "password": PASSWORD}).status_code == 302
    items = client.get("/api/v1/tenants").json()["items"]
    assert {item["tenant_id"]: item["role"] for item in items} == roles
    assert client.get("/t/initech/").status_code == (200 if "initech" in roles else 404)


def test_the_accounts_addresses_need_no_mail_to_be_theirs(as_admin: Client) -> None:
    assert "Unverified" not in as_admin.get("/accounts/email/").content.decode()


@pytest.fixture
def measured(demo: None) -> None:
    """One measurement of this machine in each tenant's database, as the collector leaves it half a second after the start."""
    for tenant in TENANTS:
        with owner_connection(database_name(tenant)) as connection:
            connection.execute(collector.INSERT, collector.measure(1.0, 2.0))


@pytest.mark.parametrize("slug", SLUGS)
def test_every_panel_has_something_to_show_on_every_tenant(as_admin: Client, measured: None, slug: str) -> None:
    panels = panels_of(as_admin, slug)
    assert {"cpu_usage", "cpu_kpi", "system_health", "error_logs"} <= set(panels)
    for panel in panels:
        data = answer(as_admin, slug, panel, **WEEK, dashboard="servers" if panel.startswith("server_") else "")["data"]
        [found] = [data[name] for name in SHOWN if name in data]
        assert found is not None, panel
        assert found != [] or panel.startswith("pg_"), panel


@pytest.mark.parametrize("slug", SLUGS)
def test_every_dashboard_draws_all_its_panels(as_admin: Client, slug: str) -> None:
    viewer = Viewer.named(User.objects.get(email=ADMIN), Tenant.objects.get(slug=slug), Role.ADMIN)
    for dashboard in Dashboard.objects.seen_by(viewer):
        page = f"/t/{slug}/d/{dashboard.slug}/"
        assert as_admin.get(page).status_code == 200
        for place in dashboard.placements.all():
            text = as_admin.get(f"{page}panels/{place.panel_slug}/").content.decode()
            assert 'data-state="fresh"' in text or 'data-state="empty"' in text, place


def test_the_warehouse_is_acmes_alone(as_admin: Client) -> None:
    assert as_admin.get("/t/acme/d/warehouse/").status_code == 200
    assert as_admin.get("/t/globex/d/warehouse/").status_code == 404
    assert "warehouse_backlog" not in panels_of(as_admin, "globex")


def test_the_dashboard_of_postgresql_works_on_any_tenant(
    as_admin: Client, make_tenant: Callable[..., Tenant], tenant_database: Callable[..., dict]
) -> None:
    """An empty database that the demo knows nothing of."""
    make_tenant("bare", tenant_database("bare"))
    page = "/t/bare/d/postgresql/"
    assert as_admin.get(page).status_code == 200
    for place in Placement.objects.filter(dashboard__slug="postgresql"):
        text = as_admin.get(f"{page}panels/{place.panel_slug}/").content.decode()
        assert 'data-state="fresh"' in text or 'data-state="empty"' in text, place


def test_no_tenant_reads_another_ones_database(demo: None) -> None:
    """Each role may connect to its own database and to no other demo tenant's."""
    for tenant in TENANTS:
        with owner_connection(database_name(tenant)) as connection:
            found = connection.execute(
                "SELECT rolname FROM pg_roles WHERE starts_with(rolname, 'paneldash_demo_') AND has_database_privilege(oid, %s, 'CONNECT')",
                [database_name(tenant)],
            ).fetchall()
        assert found == [(Tenant.objects.get(slug=tenant.slug).user,)]


def test_loading_it_again_changes_nothing(demo: None, capsys: pytest.CaptureFixture[str]) -> None:
    before = everything()
    call_command("demo")
    assert everything() == before
    assert capsys.readouterr().out == ""


def test_what_a_user_changed_stays_changed(demo: None) -> None:
    Panel.objects.filter(slug="cpu_usage").update(title="Mine")
    Placement.objects.filter(panel_slug="error_logs").delete()
    User.objects.filter(email=EDITOR).update(name="Mine")
    call_command("demo")
    assert Panel.objects.get(slug="cpu_usage").title == "Mine"
    assert not Placement.objects.filter(panel_slug="error_logs").exists()
    assert User.objects.get(email=EDITOR).name == "Mine"


@pytest.fixture
def collecting(demo: None, monkeypatch: pytest.MonkeyPatch) -> Iterator[list[str]]:
    """The collector at work, ten times as fast; what it complains of."""
    monkeypatch.setattr(collector, "MEASURE_SECONDS", 0.2)
    stopped, said = Event(), []
    thread = Thread(target=collector.collect, kwargs={"stopped": stopped, "say": said.append})
    thread.start()
    yield said
    stopped.set()
    thread.join(10)
    assert not thread.is_alive()


def own_points(client: Client, slug: str) -> list[float]:
    """What the chart of CPU usage shows of this machine."""
    series = answer(client, slug, "cpu_usage", date_from="now-15m", date_to="now")["data"]["series"]
    return next((one["values"] for one in series if one["label"] == THIS_MACHINE), [])


def test_the_collector_moves_the_chart_with_real_measurements(as_admin: Client, collecting: list[str]) -> None:
    for slug in SLUGS:
        before = len(own_points(as_admin, slug))
        deadline = time.monotonic() + 20
        while (after := own_points(as_admin, slug)) == [] or len(after) < before + 2:
            assert time.monotonic() < deadline, slug
            time.sleep(0.2)
        assert all(0 <= value <= 100 for value in after if value is not None)
    assert collecting == []


def test_a_measurement_is_this_machines(demo: None) -> None:
    name, cpu, memory, disk, load, received, sent = collector.measure(1.0, 2.0)
    assert (name, received, sent) == (THIS_MACHINE, 1.0, 2.0)
    assert 0 <= cpu <= 100
    assert 0 < memory <= 100
    assert 0 < disk <= 100
    assert load >= 0


def test_the_invented_servers_live_on(demo: None) -> None:
    """After a pause their rows are made up to now, and no row twice. One of them may be down, for 40 minutes of its nine days."""
    tenant = TENANTS[1]
    recent = "recorded_at > now() - interval '3 hours' AND server_name <> %s"
    with owner_connection(database_name(tenant)) as connection:
        for table, column in (("logs", "logged_at"), ("orders", "ordered_at")):
            connection.execute(f"DELETE FROM {table} WHERE {column} > now() - interval '3 hours'")
        connection.execute(f"DELETE FROM metrics WHERE {recent}", [THIS_MACHINE])
        until = collector.catch_up(connection, tenant, None)
        collector.catch_up(connection, tenant, until)
        query = f"SELECT count(*), count(DISTINCT (recorded_at, server_name)) FROM metrics WHERE {recent}"
        [made, distinct] = connection.execute(query, [THIS_MACHINE]).fetchone()
        connection.rollback()
    assert made == distinct
    down = 40 * 60 // tenant.metric_seconds + 1
    assert made >= (3 * 3_600 / tenant.metric_seconds - 2) * len(tenant.servers) - down
