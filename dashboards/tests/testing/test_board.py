"""All panels of a dashboard tried on tenants that were meant to be alike."""

import json
import threading
from typing import Any

import pytest
from django.test import Client

from audit.models import Event
from audit.recording import Thing
from dashboards.models import Dashboard, Panel
from dashboards.testing import running
from dashboards.testing.boards import parts_of
from dashboards.testing.parts import Part, Run
from dashboards.testing.running import begin
from dashboards.testing.turns import turns
from dashboards.testing.verdict import Outcome, Verdict
from dashboards.tests.checking.conftest import DOCUMENTS, make_panel
from tenants.models import Tenant

LOGS = {"type": "kpi", "data_source": {"sql": "SELECT count(*) AS value FROM logs"}}


@pytest.fixture
def board(shops: Any) -> Dashboard:
    """Shared: one panel that runs everywhere, one that lacks its table, one that is not valid any more, and a text."""
    make_panel("fine", {**DOCUMENTS["fine"], "time_range": "1h"})
    make_panel("logs", LOGS)
    make_panel("note", {"type": "text", "content": "Hello"})
    broken = make_panel("broken", LOGS)
    Panel.objects.filter(pk=broken.pk).update(document={"type": "kpi"})
    made = Dashboard.objects.create(slug="shop", name="Shop", scope="all", time_range="7d")
    for row, slug in enumerate(("logs", "fine", "broken", "note", "missing")):
        made.placements.create(panel_slug=slug, row=row, time_range="24h" if slug == "broken" else "")
    return made


def found_in(parts: Any, tenants: Any, seconds: float = 30.0) -> dict[tuple[str, str], Verdict]:
    found = begin(Run(parts, tenants, seconds))
    return {(one.panel_id, one.tenant_id): one for one in found if one is not None}


def test_each_panel_that_asks_something_is_run_as_it_stands_there(board: Dashboard, ada: Any) -> None:
    parts = parts_of(board, Panel.objects.shared(), "", by=ada)
    assert [(part.panel.slug, part.length) for part in parts] == [("logs", "7d"), ("fine", "1h"), ("broken", "24h")]
    assert {part.length for part in parts_of(board, Panel.objects.shared(), "15m", by=ada)} == {"15m"}


def test_every_panel_has_a_line_on_every_tenant(board: Dashboard, shops: Any, root: Any, client: Client) -> None:
    client.force_login(root)
    page = client.post("/t/whole/d/shop/test/", {"what": "all"})
    assert page.status_code == 200
    assert "3 of 6 run" in " ".join(page.content.decode().split())
    assert "Runs 3 · Fails 3" in page.content.decode()
    lines = b"".join(client.post("/t/whole/d/shop/test/run/", {"what": "all", "range": "1h"}).streaming_content)
    found = {(one["panel_id"], one["tenant_id"]): one for one in map(json.loads, filter(None, lines.split(b"\n")))}
    assert found["fine", "lacking"]["outcome"] == "runs"
    assert "logs" in found["logs", "lacking"]["error"]
    assert "not valid any more" in found["broken", "whole"]["error"]
    assert Event.objects.filter(tenant="lacking", details__how="test", object="logs", outcome="failed").count() == 2
    answer = client.post("/api/v1/dashboards/shop/test", {"sample": False}, content_type="application/json").json()
    assert (answer["panels"], answer["tenants"], answer["runs"], len(answer["items"])) == (3, 2, 3, 6)
    assert (answer["items"][0]["outcome"], answer["items"][-1]["outcome"]) == ("fails", "runs")
    assert turns.taken == 0


def test_a_tenant_that_is_away_is_asked_once(board: Dashboard, shops: Any, ada: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    Tenant.objects.filter(slug="lacking").update(host="/nowhere", connection_version=78)
    asked, whole = [], running.try_on
    monkeypatch.setattr(running, "try_on", lambda its, *others: asked.append(its.tenant.slug) or whole(its, *others))
    found = found_in(
        parts_of(board, Panel.objects.shared().exclude(slug="broken"), "", by=ada),
        list(Tenant.objects.filter(slug__in=["lacking", "whole"])),
    )
    assert {found[slug, "lacking"].outcome for slug in ("fine", "logs")} == {Outcome.AWAY}
    assert sorted(asked) == ["lacking", "whole", "whole"]


def test_a_run_whose_time_is_up_says_which_panels_had_no_turn(board: Dashboard, shops: Any, ada: Any) -> None:
    found = found_in(parts_of(board, Panel.objects.shared().exclude(slug="broken"), "", by=ada), shops[:1], seconds=-1.0)
    assert [found[slug, "whole"].outcome for slug in ("logs", "fine")] == [Outcome.RUNS, Outcome.AWAY]


def test_what_was_asked_before_a_run_was_closed_is_in_the_audit(
    board: Dashboard, shops: Any, ada: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    is_second, may_end, whole = threading.Event(), threading.Event(), running.try_on

    def tried(its: Any, panel: Panel, *others: Any) -> Any:
        if panel.slug == "fine":
            is_second.set()
            may_end.wait(30)
        return whole(its, panel, *others)

    monkeypatch.setattr(running, "try_on", tried)
    run = begin(Run(parts_of(board, Panel.objects.shared().exclude(slug="broken"), "", by=ada), shops[:1], 30.0))
    next(run)
    assert is_second.wait(30)
    run.close()
    assert [event.object for event in Event.objects.filter(tenant="whole", details__how="test")] == ["logs"]
    may_end.set()


def test_what_is_shared_with_chosen_tenants_others_run_there_only(board: Dashboard, shops: Any, ada: Any, root: Any) -> None:
    fine = Panel.objects.get(slug="fine")
    fine.scope = "chosen"
    fine.save()
    fine.shared_with.set([shops[0]])
    by_ada, by_root = ({one.panel.slug: one for one in parts_of(board, Panel.objects.shared(), "", by=by)} for by in (ada, root))
    assert [by_ada["fine"].is_for(shop) for shop in shops] == [True, False]
    assert by_root["fine"].is_for(shops[1])
    assert list(found_in([by_ada["fine"]], shops)) == [("fine", "whole")]


def test_a_dashboard_that_asks_nothing_is_run_nowhere(ada: Any, acme: Tenant, client: Client) -> None:
    Dashboard.objects.create(slug="bare", name="Bare", scope="tenant", tenant=acme)
    client.force_login(ada)
    assert client.get("/t/acme/d/bare/test/").status_code == 200
    assert client.post("/t/acme/d/bare/test/", {"what": "all"}).status_code == 422
    told = client.post("/t/acme/d/bare/test/run/", {"what": "all"})
    answer = client.post("/api/v1/dashboards/bare/test?tenant_id=acme", {}, content_type="application/json")
    assert (told.status_code, answer.status_code) == (422, 422)
    assert told.content.decode() == answer.json()["detail"] == "No panel of this dashboard asks anything."


def test_a_part_is_named_in_what_is_found(shops: Any) -> None:
    panel = make_panel("fine", DOCUMENTS["fine"])
    (one,) = found_in([Part(panel, "6h", Thing.of(panel))], shops[:1]).values()
    assert (one.panel_id, one.panel) == ("fine", "fine")
