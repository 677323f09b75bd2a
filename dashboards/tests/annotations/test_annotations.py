"""What happened when: typed in by editors, found by queries, drawn on the charts of whoever may see the dashboard."""

import json
import re
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import urlencode

import pytest
from django.test import Client

from audit.models import Action, Event
from dashboards.annotations import asking
from dashboards.annotations.model import Annotation
from dashboards.document import read_dashboard
from dashboards.models import Dashboard, Panel, Placement
from dashboards.panels.document import DocumentInvalid

PAGE = "/t/acme/d/board/"
RANGE = "from=2026-03-01T00:00:00Z&to=2026-03-02T00:00:00Z&tz=UTC"
DEPLOYS = {
    "name": "deploys",
    "label": "Deploys",
    "color": "#DC2626",
    "data_source": {"sql": "SELECT * FROM deploys WHERE $__timeFilter(time)"},
}


@pytest.fixture
def board(db: None) -> Dashboard:
    found = Dashboard.objects.create(slug="board", name="Board", scope="all")
    Panel.objects.create(slug="load", title="Load", panel_type="timeseries", scope="all", document={"type": "timeseries"})
    Placement.objects.create(dashboard=found, panel_slug="load")
    return found


@pytest.fixture
def deploys(board: Dashboard, acme_database: dict, admin_sql: Any) -> Dashboard:
    admin_sql(
        acme_database,
        "DROP TABLE IF EXISTS deploys; CREATE TABLE deploys (time timestamptz, timeend timestamptz, title text, text text, tags text[]);"
        "INSERT INTO deploys VALUES ('2026-03-01T10:00Z', NULL, 'v1 <b>', 'by ada', '{web,api}'),"
        "('2026-03-01T12:00Z', '2026-03-01T13:00Z', 'v2', NULL, NULL), (NULL, NULL, 'never', NULL, NULL)",
    )
    board.annotations = [DEPLOYS]
    board.save()
    return board


def drawn(client: Client, query: str = RANGE) -> list[dict[str, Any]]:
    page = client.get(f"{PAGE}annotations/?{query}")
    assert page.status_code == 200
    found = re.search(r'<script id="marks-drawn" type="application/json">(.*?)</script>', page.content.decode(), re.DOTALL)
    assert found is not None
    return json.loads(found[1])


def typed(tenant: Any, board: Dashboard, text: str = "power cut", hour: int = 9, **fields: Any) -> Annotation:
    start = datetime(2026, 3, 1, hour, tzinfo=UTC)
    return Annotation.objects.create(tenant=tenant, dashboard=board, text=text, start=start, made_by="ada@example.com", **fields)


def add(client: Client, **fields: str) -> Any:
    return client.post(
        f"{PAGE}annotations/new/?{RANGE}", {"text": "x", "start": "2026-03-01 09:00", "stop": "", "tags": "", **fields}
    )


def test_what_is_typed_in_is_drawn(client: Client, ada: Any, board: Dashboard) -> None:
    client.force_login(ada)
    done = add(client, text="Power cut\nin <Berlin>", stop="2026-03-01 10:30", tags="power, berlin, power", panel_slug="load")
    assert (done.status_code, done["Location"].partition("?")[0]) == (302, PAGE)
    (row,) = Annotation.objects.all()
    assert (row.tenant.slug, row.tags, row.panel_slug, row.made_by) == ("acme", ["power", "berlin"], "load", "ada@example.com")
    (mark,) = drawn(client)
    assert mark["start"] == datetime(2026, 3, 1, 9, tzinfo=UTC).timestamp() * 1_000
    assert mark["stop"] == datetime(2026, 3, 1, 10, 30, tzinfo=UTC).timestamp() * 1_000
    assert mark["text"] == "Power cut<br>in &lt;Berlin&gt;<br>#power #berlin"


def test_the_form_begins_with_now_or_with_what_was_clicked(client: Client, ada: Any, board: Dashboard) -> None:
    client.force_login(ada)
    shown = client.get(f"{PAGE}annotations/new/?at=2026-03-01T10:20:30&panel=load").context["form"]
    assert (shown["start"].value(), shown["panel_slug"].value()) == ("2026-03-01 10:20:30", "load")
    now = client.get(f"{PAGE}annotations/new/?tz=UTC").context["form"]["start"].value()
    assert abs(datetime.now(UTC) - datetime.fromisoformat(f"{now}+00:00")).total_seconds() < 60


def test_times_are_those_of_the_viewers_clock(client: Client, ada: Any, board: Dashboard) -> None:
    client.force_login(ada)
    client.post(f"{PAGE}annotations/new/?tz=Asia/Kathmandu", {"text": "x", "start": "2026-03-01 09:00", "tags": ""})
    assert Annotation.objects.get().start == datetime(2026, 3, 1, 3, 15, tzinfo=UTC)
    (mark,) = drawn(client, RANGE.replace("tz=UTC", "tz=Asia/Kathmandu"))
    assert mark["start"] == datetime(2026, 3, 1, 9, tzinfo=UTC).timestamp() * 1_000


@pytest.mark.parametrize(
    ("fields", "why"),
    [
        ({"text": ""}, "required"),
        ({"start": "soon"}, "soon"),
        ({"stop": "2026-03-01 08:00"}, "It must end after it begins."),
        ({"tags": ",".join(map(str, range(21)))}, "At most 20 tags."),
        ({"tags": "x" * 51}, "50 characters"),
        ({"panel_slug": "other"}, "other"),
    ],
)
def test_what_cannot_be_is_said_beside_its_field(client: Client, ada: Any, board: Dashboard, fields: dict, why: str) -> None:
    client.force_login(ada)
    assert why in add(client, **fields).content.decode()
    assert not Annotation.objects.exists()


def test_a_region_that_reaches_into_the_range_is_shown_and_what_is_outside_not(
    client: Client, ada: Any, acme: Any, board: Dashboard
) -> None:
    client.force_login(ada)
    day = lambda number, hour=0: datetime(2026, 3, number, hour, tzinfo=UTC)  # noqa: E731
    for text, start, stop in [
        ("into", day(1) - (day(2) - day(1)), day(1, 1)),
        ("before", day(1) - (day(2) - day(1)), day(1)),
        ("after", day(2), None),
    ]:
        Annotation.objects.create(tenant=acme, dashboard=board, text=text, start=start, stop=stop, made_by="x")
    assert [mark["text"] for mark in drawn(client)] == ["into"]


def test_the_page_is_told_of_a_change_instead_of_being_left(client: Client, ada: Any, acme: Any, board: Dashboard) -> None:
    client.force_login(ada)
    row = typed(acme, board)
    changed = client.post(
        f"{PAGE}annotations/{row.pk}/",
        {"text": "outage", "start": "2026-03-01 09:00", "tags": ""},
        headers={"HX-Request": "true"},
    )
    assert (changed.status_code, changed["HX-Trigger"]) == (204, "annotationschanged")
    row.refresh_from_db()
    assert row.text == "outage"
    client.post(f"{PAGE}annotations/{row.pk}/delete/")
    assert not Annotation.objects.exists()
    told = Event.objects.filter(object_type="dashboards.annotation").order_by("pk")
    assert [event.action for event in told] == [Action.CREATE, Action.CHANGE, Action.DELETE]


def test_viewers_see_and_do_not_write(client: Client, bob: Any, acme: Any, board: Dashboard) -> None:
    client.force_login(bob)
    row = typed(acme, board)
    (mark,) = drawn(client)
    assert (mark["text"], mark["url"]) == ("power cut", "")
    assert "Add an annotation" not in client.get(f"{PAGE}annotations/").content.decode()
    assert [add(client).status_code, client.get(f"{PAGE}annotations/{row.pk}/").status_code] == [403, 403]
    assert client.post(f"{PAGE}annotations/{row.pk}/delete/").status_code == 403


def test_another_tenant_of_a_shared_dashboard_neither_sees_nor_reaches_them(
    client: Client, eve: Any, acme: Any, globex: Any, board: Dashboard
) -> None:
    row = typed(acme, board)
    client.force_login(eve)
    page = "/t/globex/d/board/annotations/"
    assert "power cut" not in client.get(f"{page}?{RANGE}").content.decode()
    assert client.get(f"{page}{row.pk}/").status_code == 404
    assert client.post(f"{page}{row.pk}/delete/").status_code == 404
    assert client.get(f"{PAGE}annotations/").status_code == 404
    assert Annotation.objects.exists()


def test_what_a_query_finds_is_drawn(client: Client, bob: Any, deploys: Dashboard) -> None:
    client.force_login(bob)
    first, second = drawn(client)
    assert (first["text"], first["color"], first["stop"]) == ("v1 &lt;b&gt;<br>by ada<br>#web #api", "#DC2626", None)
    assert second["stop"] - second["start"] == 3_600_000


def test_who_asks_second_costs_no_query(
    client: Client, bob: Any, deploys: Dashboard, acme_database: dict, admin_sql: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(asking, "EVERY_SECONDS", 86_400)
    client.force_login(bob)
    assert len(drawn(client)) == 2
    admin_sql(acme_database, "TRUNCATE deploys")
    assert len(drawn(client)) == 2


def test_nothing_is_sent_where_nothing_is_new(client: Client, ada: Any, acme: Any, board: Dashboard) -> None:
    client.force_login(ada)
    typed(acme, board)
    mark = re.search(r'{"X-Shown": "(\w+)"}', client.get(f"{PAGE}annotations/?{RANGE}").content.decode())
    assert mark is not None
    again = client.get(f"{PAGE}annotations/?{RANGE}", headers={"X-Shown": mark[1]})
    assert (again.status_code, again.content) == (204, b"")
    typed(acme, board, "another", hour=11)
    assert client.get(f"{PAGE}annotations/?{RANGE}", headers={"X-Shown": mark[1]}).status_code == 200


def test_kinds_are_switched_by_the_url(client: Client, bob: Any, acme: Any, deploys: Dashboard) -> None:
    client.force_login(bob)
    typed(acme, deploys)
    assert len(drawn(client)) == 3
    assert [mark["text"] for mark in drawn(client, f"{RANGE}&marks=typed")] == ["power cut"]
    assert drawn(client, f"{RANGE}&marks=") == []
    deploys.annotations = [{**DEPLOYS, "hidden": True}]
    deploys.save()
    assert len(drawn(client)) == 1
    assert len(drawn(client, f"{RANGE}&marks=deploys")) == 2


def test_a_query_that_fails_takes_nothing_with_it(
    client: Client, bob: Any, acme: Any, deploys: Dashboard, acme_database: dict, admin_sql: Any
) -> None:
    client.force_login(bob)
    typed(acme, deploys)
    admin_sql(acme_database, "DROP TABLE deploys")
    page = client.get(f"{PAGE}annotations/?{RANGE}").content.decode()
    assert "power cut" in page
    assert "Deploys: " in page


def test_times_without_a_zone_are_on_the_tenants_clock(
    client: Client, bob: Any, acme: Any, deploys: Dashboard, acme_database: dict, admin_sql: Any
) -> None:
    client.force_login(bob)
    acme.time_zone = "Asia/Kathmandu"
    acme.save()
    typed(acme, deploys)
    deploys.annotations = [{**DEPLOYS, "data_source": {"sql": "SELECT timestamp '2026-03-01 09:00' AS time, 'v1' AS text"}}]
    deploys.save()
    assert [(mark["text"], mark["start"]) for mark in drawn(client)] == [
        ("v1", datetime(2026, 3, 1, 3, 15, tzinfo=UTC).timestamp() * 1_000),
        ("power cut", datetime(2026, 3, 1, 9, tzinfo=UTC).timestamp() * 1_000),
    ]


@pytest.mark.parametrize("moment", ["timestamptz '0001-01-01'", "date '0001-01-01'", "timestamptz '9999-12-31 23:59:59Z'"])
def test_what_is_at_the_ends_of_the_calendar_is_no_mark(client: Client, bob: Any, deploys: Dashboard, moment: str) -> None:
    client.force_login(bob)
    deploys.annotations = [{**DEPLOYS, "data_source": {"sql": f"SELECT {moment} AS time, now() AS timeend"}}]
    deploys.save()
    for zone in ("America/New_York", "Asia/Kathmandu"):
        assert drawn(client, f"from=2026-03-01T00:00:00Z&to=2026-03-02T00:00:00Z&tz={zone}") == []


def test_its_query_uses_the_dashboards_variables(client: Client, bob: Any, deploys: Dashboard) -> None:
    client.force_login(bob)
    deploys.variables = [{"name": "release", "kind": "text", "default": "v2"}]
    deploys.annotations = [{**DEPLOYS, "data_source": {"sql": "SELECT time, title FROM deploys WHERE title = :release"}}]
    deploys.save()
    assert [mark["text"] for mark in drawn(client)] == ["v2"]
    assert drawn(client, f"{RANGE}&var-release=v2' OR 'a'='a") == []


def test_a_series_marks_the_time_in_which_it_is_not_nought(
    client: Client, bob: Any, acme: Any, board: Dashboard, prometheus: Any, make_prometheus: Callable[..., Any]
) -> None:
    make_prometheus(tenant=acme, scrape_interval="30m")
    day = datetime.fromtimestamp(prometheus.history, UTC).replace(hour=0) + timedelta(days=9)
    asked = {"promql": 'room_temperature{host="$host"} > bool 20'}
    board.variables = [{"name": "host", "kind": "constant", "value": "web-1"}]
    board.annotations = [{**DEPLOYS, "legend": "{{host}} is warm", "data_source": asked}]
    board.save()
    client.force_login(bob)
    warm, next_day = drawn(client, urlencode({"from": day.isoformat(), "to": (day + timedelta(hours=24.5)).isoformat()}))
    assert (warm["text"], next_day["stop"]) == ("web-1 is warm", None)
    assert [warm["start"], warm["stop"]] == [(day + timedelta(hours=hours)).timestamp() * 1_000 for hours in (0.5, 11.5)]
    assert next_day["start"] == (day + timedelta(hours=24.5)).timestamp() * 1_000


@pytest.mark.parametrize(
    ("query", "path"),
    [
        ({**DEPLOYS, "name": "typed"}, "annotations[0].name"),
        ({**DEPLOYS, "legend": "{{job}}"}, "annotations[0]"),
        ({**DEPLOYS, "data_source": {"sql": "SELECT 1", "promql": "up"}}, "annotations[0].data_source"),
        ({**DEPLOYS, "colour": "red"}, "annotations[0].colour"),
    ],
)
def test_a_document_says_where_it_is_wrong(query: dict, path: str) -> None:
    with pytest.raises(DocumentInvalid) as refused:
        read_dashboard({"name": "x", "annotations": [query]})
    assert [error.path for error in refused.value.errors] == [path]


def test_sql_that_the_guard_refuses_is_not_stored(client: Client, root: Any) -> None:
    client.force_login(root)
    body = {"slug": "x", "document": {"name": "x", "annotations": [{**DEPLOYS, "data_source": {"sql": "SELECT pg_sleep(9)"}}]}}
    refused = client.post("/api/v1/dashboards", body, content_type="application/json")
    assert (refused.status_code, refused.json()["errors"][0]["path"]) == (422, "annotations[0].data_source.sql")
    assert not Dashboard.objects.exists()


def test_a_mistake_in_promql_is_said_with_its_place(client: Client, root: Any) -> None:
    client.force_login(root)
    body = {"slug": "x", "document": {"name": "x", "annotations": [{**DEPLOYS, "data_source": {"promql": "sum(up"}}]}}
    refused = client.post("/api/v1/dashboards", body, content_type="application/json")
    assert (refused.status_code, refused.json()["errors"][0]["path"]) == (422, "annotations[0].data_source.promql")
    asked = {"name": "job", "kind": "query", "data_source": {"promql": "label_values(up{, job)"}}
    body = {"slug": "x", "document": {"name": "x", "variables": [asked]}}
    (error,) = client.post("/api/v1/dashboards", body, content_type="application/json").json()["errors"]
    assert error["path"] == "variables[0].data_source.promql"
    assert "At column" in error["message"]
