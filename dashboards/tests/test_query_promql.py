"""The page on which queries in PromQL are written, over a real Prometheus: what it says, and what it stores."""

from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client

from dashboards.models import Dashboard, Panel, Placement
from dashboards.query.words import PROM_MACROS
from datasources.promql.macros import NAMES

URL = "/t/acme/d/board/panels/rooms/query/"
RANGE = {"from": "now-5d", "to": "now-4d"}
QUERIES = [{"promql": "room_temperature", "legend": "{{host}}"}, {"promql": "avg(room_temperature)", "hidden": True}]


@pytest.fixture
def rooms(acme: Any, make_prometheus: Callable[..., Any]) -> Panel:
    make_prometheus(tenant=acme, scrape_interval="30m")
    document = {"type": "timeseries", "title": "Rooms", "data_source": {"queries": QUERIES, "min_interval": "30m"}}
    own = {"scope": "tenant", "tenant": acme}
    panel = Panel.objects.create(slug="rooms", title="Rooms", panel_type="timeseries", document=document, **own)
    Placement.objects.create(dashboard=Dashboard.objects.create(slug="board", name="Board", **own), panel_slug="rooms")
    return panel


@pytest.fixture
def as_ada(ada: Any, client: Client) -> Client:
    client.force_login(ada)
    return client


def fields(*queries: Any, do: str = "run", **more: Any) -> dict[str, Any]:
    """The form as it is sent: each query's text, legend and what of it is ticked."""
    sent: dict[str, Any] = {"do": do, "version": 1, "part": [str(place) for place in range(len(queries))], **RANGE, **more}
    for place, (text, legend, *ticked) in enumerate(queries):
        sent |= {f"promql-{place}": text, f"legend-{place}": legend, **{f"{name}-{place}": "1" for name in ticked}}
    return sent


def body(response: Any) -> str:
    return response.content.decode()


def test_each_query_has_its_fields_and_the_metrics_stand_beside(rooms: Panel, as_ada: Client) -> None:
    page = body(as_ada.get(URL))
    assert page.count('<fieldset class="query-part"') == 3  # one is for what is added
    assert 'value="{{host}}"' in page
    assert page.partition('name="hidden-1"')[2].partition(">")[0].split() == ['value="1"', "checked"]
    assert 'name="range-0"' not in page  # of no use to a chart
    assert "query-metrics" in page
    assert "/t/acme/sources/tenant/names/" in page
    found = body(as_ada.get(f"{URL}tables/", {"table": "visits"}))
    assert "visits_total" in found
    assert "room_temperature" not in found
    assert "/panels/rooms/query/" in body(as_ada.get("/t/acme/d/board/panels/rooms/"))


def test_what_each_query_answers_is_shown_with_the_panel(rooms: Panel, as_ada: Client) -> None:
    page = body(
        as_ada.post(f"{URL}run/", fields(("room_temperature", "{{host}}"), ("nosuch", "", "hidden"), ("sum(visits_total)", "")))
    )
    assert "2 series in" in page
    assert "49 steps of 30m" in page
    assert "<td>web-1</td>" in page
    assert 'id="chart-preview"' in page
    assert "B <span" not in page  # hidden ones are not asked
    assert "C <span" in page


@pytest.mark.parametrize(
    ("wrong", "at", "said"),
    [("sum(room_temperature", "3", "not closed"), ("rate(room_temperature)", "0", "expected type"), ("", "", "no query yet")],
)
def test_a_mistake_has_its_query_and_its_place(rooms: Panel, as_ada: Client, wrong: str, at: str, said: str) -> None:
    good = [("room_temperature", "")] if wrong else []
    page = body(as_ada.post(f"{URL}run/", fields(*good, (wrong, ""))))
    mistake = page.partition('class="query-mistake"')[2].partition("</div>")[0]
    assert f'data-at="{at}"' in mistake
    assert f'data-part="{len(good)}"' in mistake
    assert said in mistake.lower()
    assert "chart-preview" not in page


def test_queries_are_saved_as_they_are_most_simply_said(rooms: Panel, as_ada: Client) -> None:
    sent = fields(("room_temperature", "{{host}}"), ("", "left out"), do="save")
    assert as_ada.post(URL, sent).status_code == 302
    rooms.refresh_from_db()
    assert rooms.document["data_source"] == {"promql": "room_temperature", "legend": "{{host}}", "min_interval": "30m"}
    two = fields(("room_temperature", ""), ("avg(room_temperature)", "mean", "hidden"), do="save", version=2)
    assert as_ada.post(URL, two).status_code == 302
    rooms.refresh_from_db()
    assert rooms.document["data_source"]["queries"][1] == {"promql": "avg(room_temperature)", "legend": "mean", "hidden": True}
    response = as_ada.post(URL, fields(("up", ""), do="save", version=2))
    assert response.status_code == 409
    assert "B: avg(room_temperature)" in body(response)
    refused = as_ada.post(URL, fields(("sum(up", ""), do="save", version=3))
    assert refused.status_code == 422
    assert 'data-part="0"' in body(refused)


def test_without_a_script_queries_are_added_and_removed(rooms: Panel, as_ada: Client) -> None:
    two = [("up", "a"), ("vector(1)", "b")]
    assert body(as_ada.post(URL, fields(*two, do="add"))).count('<fieldset class="query-part"') == 4
    page = body(as_ada.post(URL, fields(*two, do="remove-0")))
    assert page.count('<fieldset class="query-part"') == 2
    assert 'value="b"' in page
    many = fields(*[("up", "")] * 11)
    assert "at most 10 queries" in body(as_ada.post(f"{URL}run/", many))


def test_a_new_panel_is_made_of_them(rooms: Panel, as_ada: Client) -> None:
    sent = fields(("sum(visits_total)", "", "range"), do="new", new_id="visits", new_title="Visits", new_type="table")
    assert as_ada.post(URL, sent).status_code == 302
    made = Panel.objects.get(slug="visits")
    assert made.document["data_source"] == {"promql": "sum(visits_total)", "range": True, "min_interval": "30m"}
    page = body(as_ada.get("/t/acme/d/board/panels/visits/query/"))
    assert page.partition('name="range-0"')[2].partition(">")[0].split() == ['value="1"', "checked"]


def test_every_macro_is_listed() -> None:
    assert {f"__{word.name}" for word in PROM_MACROS} | {"__rate_interval_ms"} == NAMES


def test_they_are_tested_on_all_tenants_as_they_are_written(rooms: Panel, as_ada: Client) -> None:
    page = body(as_ada.post("/t/acme/panels/rooms/test/", fields(("max(room_temperature)", ""), do="test")))
    assert "max(room_temperature)" in page


def test_a_shared_panel_that_asks_by_a_dashboards_tenant_is_warned_of(rooms: Panel, as_ada: Client) -> None:
    customer = {"name": "customer", "kind": "tenant", "attribute": "slug"}
    Dashboard.objects.filter(slug="board").update(variables=[customer])
    asked = fields(("room_temperature{host=~'$customer'}", ""), ("up{tenant='$__tenant'}", ""))
    assert "stands for the tenant on this dashboard alone" not in body(as_ada.post(URL, asked))
    Panel.objects.filter(slug="rooms").update(scope="all", tenant=None)
    assert "<code>$customer</code>" in body(as_ada.post(URL, asked))
    safe = fields(("room_temperature{host=~'$__tenant'}", ""))
    assert "stands for the tenant on this dashboard alone" not in body(as_ada.post(URL, safe))
