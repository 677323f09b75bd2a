"""Lists: paged, sorted and searched in SQL, with as many queries for five thousand as for one."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from dashboards.models import Dashboard, Panel, Placement

KPI = {"type": "kpi", "data_source": {"sql": "SELECT 1 AS value"}}


@pytest.fixture
def items(client):
    """The list at a path, as a user sees it: `items(ada, "panels", tenant_id="acme")`."""

    def ask(user, path, **parameters):
        client.force_login(user)
        answer = client.get(f"/api/v1/{path}", parameters)
        assert answer.status_code == 200, answer.content
        return answer.json()["items"]

    return ask


@pytest.fixture
def panels(make_panel, acme, globex):
    make_panel("cpu", **KPI, title="CPU of all")
    make_panel("cpu", tenant=acme, **KPI, title="Acme's own")
    make_panel("orders", tenant=acme, **KPI, title="Orders_today")
    make_panel("theirs", tenant=globex, **KPI, title="Globex")
    chosen = make_panel("chosen", **KPI, title="Chosen")
    Panel.objects.filter(pk=chosen.pk).update(scope="chosen")
    chosen.shared_with.set([globex])


def test_a_tenant_has_its_own_the_shared_and_what_is_shared_with_it(panels, items, ada, eve):
    assert [item["title"] for item in items(ada, "panels", tenant_id="acme")] == ["Acme's own", "Orders_today"]
    assert [item["title"] for item in items(eve, "panels", tenant_id="globex")] == ["Chosen", "CPU of all", "Globex"]


def test_what_a_tenants_own_panel_covers_is_not_found_by_its_name(panels, items, ada, eve):
    assert items(ada, "panels", tenant_id="acme", q="of all") == []
    assert len(items(eve, "panels", tenant_id="globex", q="OF ALL")) == 1


def test_a_search_takes_every_character_for_itself(panels, items, ada):
    assert [item["panel_id"] for item in items(ada, "panels", tenant_id="acme", q="s_t")] == ["orders"]
    assert items(ada, "panels", tenant_id="acme", q="%") == []


def test_a_panel_shared_with_several_is_listed_once(make_panel, items, ada, acme, globex):
    panel = make_panel("cpu", **KPI)
    panel.shared_with.set([acme, globex])  # left over from when it was for chosen tenants
    assert len(items(ada, "panels", tenant_id="acme")) == 1


def test_platform_admins_list_what_is_shared_without_a_tenant(panels, items, root):
    assert [item["panel_id"] for item in items(root, "panels")] == ["chosen", "cpu"]


def test_others_have_to_say_which_tenant(panels, client, ada):
    client.force_login(ada)
    answer = client.get("/api/v1/panels")
    assert (answer.status_code, answer.json()["errors"][0]["path"]) == (422, "tenant_id")


@pytest.mark.parametrize("path", ["panels", "dashboards"])
def test_a_page_says_how_many_there_are_in_all(client, ada, acme, make_panel, path):
    for number in range(5):
        make_panel(f"p{number}", **KPI)
        Dashboard.objects.create(slug=f"p{number}", name=f"P {number}")
    client.force_login(ada)
    answer = client.get(f"/api/v1/{path}", {"tenant_id": "acme", "limit": 2, "offset": 3, "order": "desc"}).json()
    name = "slug" if path == "dashboards" else "panel_id"
    assert ([item[name] for item in answer["items"]], answer["count"]) == (["p1", "p0"], 5)


@pytest.mark.parametrize(
    "wrong", [{"limit": 0}, {"limit": 1_001}, {"offset": -1}, {"sort": "document"}, {"order": "up"}, {"q": "x" * 201}]
)
@pytest.mark.parametrize("path", ["tenants", "panels", "dashboards", "tenants/acme/members"])
def test_what_a_list_cannot_do_is_named(client, root, acme, path, wrong):
    client.force_login(root)
    answer = client.get(f"/api/v1/{path}", {"tenant_id": "acme", **wrong})
    assert answer.status_code == 422
    assert answer.json()["errors"][0]["path"] == next(iter(wrong))


def test_dashboards_are_found_by_folder_tags_and_words(items, ada, acme):
    Dashboard.objects.create(slug="one", name="One", folder="Ops", tags=["cpu", "disk"], description="about servers")
    Dashboard.objects.create(slug="two", name="Two", folder="Ops", tags=["cpu"])
    Dashboard.objects.create(slug="three", name="Three")

    def found(**asked):
        return [item["slug"] for item in items(ada, "dashboards", tenant_id="acme", **asked)]

    assert found(folder="Ops") == ["one", "two"]
    assert found(tags=["cpu", "disk"]) == ["one"]
    assert found(q="SERVERS") == ["one"]
    assert found(folder="Ops", sort="title", order="desc") == ["two", "one"]


def test_a_dashboard_says_how_many_panels_stand_on_it(items, ada, acme):
    _, two = (Dashboard.objects.create(slug=slug, name=slug) for slug in ("one", "two"))
    Placement.objects.create(dashboard=two, panel_slug="a")
    Placement.objects.create(dashboard=two, panel_slug="b", row=4)
    listed = items(ada, "dashboards", tenant_id="acme", sort="panel_count", order="desc")
    assert [(item["slug"], item["panel_count"]) for item in listed] == [("two", 2), ("one", 0)]


def test_disabled_tenants_are_listed_for_platform_admins_who_ask(items, root, ada, acme, globex):
    globex.is_active = False
    globex.save()
    assert [item["tenant_id"] for item in items(root, "tenants")] == ["acme"]
    assert [item["tenant_id"] for item in items(root, "tenants", state="all")] == ["acme", "globex"]
    assert [item["tenant_id"] for item in items(ada, "tenants", state="all")] == ["acme"]
    assert items(ada, "tenants", state="disabled") == []


@pytest.mark.parametrize(
    "path",
    [
        "/api/v1/tenants", "/api/v1/panels?tenant_id=acme&q=a", "/api/v1/dashboards?tenant_id=acme&sort=panel_count",
        "/api/v1/tenants/acme/members", "/api/v1/panels", "/", "/t/acme/", "/t/acme/d/d0/",
        "/admin/dashboards/panel/", "/admin/dashboards/dashboard/", "/admin/tenants/tenant/",
    ],
)  # fmt: skip
def test_a_list_takes_as_many_queries_however_long_it_is(client, root, make_user, make_panel, make_tenant, acme_database, path):
    client.force_login(root)
    counts = []
    for first in (0, 10):
        for number in range(first, first + 10):
            tenant = make_tenant(f"a{number}" if number else "acme", acme_database)
            make_user(f"u{number}", viewer=tenant)
            make_panel(f"a{number}", tenant=tenant, **KPI)
            Panel.objects.update(updated_by=root)
            board = Dashboard.objects.create(slug=f"d{number}", name="D", updated_by=root, scope="all")
            Placement.objects.create(dashboard=board, panel_slug=f"a{number}")
        client.get(path)
        with CaptureQueriesContext(
            connection,
        ) as asked:
            assert client.get(path).status_code == 200
        counts.append(len(asked))
    assert counts[0] == counts[1]


def test_what_is_known_is_not_sent_again(panels, client, ada, make_panel):
    client.force_login(ada)
    for path in ("/api/v1/panels?tenant_id=acme", "/api/v1/panels/cpu?tenant_id=acme", "/api/v1/tenants", "/api/v1/me"):
        etag = client.get(path)["ETag"]
        again = client.get(path, headers={"If-None-Match": etag})
        assert (again.status_code, again.content, again["ETag"]) == (304, b"", etag)
        assert "Cookie" in again["Vary"]
        assert client.get(path, headers={"If-None-Match": f"W/{etag}"}).status_code == 304
    path = "/api/v1/panels?tenant_id=acme"
    etag = client.get(path)["ETag"]
    make_panel("new", **KPI)
    assert client.get(path, headers={"If-None-Match": etag}).status_code == 200
