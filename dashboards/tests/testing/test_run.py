"""A panel tried on tenants that were meant to be alike: what is found of each, and what a run may take."""

import threading
import time
from collections.abc import Callable
from typing import Any

import psycopg
import pytest
from django.test import Client
from django.utils import timezone

from audit.models import Event
from audit.recording import Thing, Told
from audit.waiting import queue
from dashboards.checking.parallel import Lane, each
from dashboards.models import Check
from dashboards.testing.parts import Part, Run
from dashboards.testing.running import begin
from dashboards.testing.tenants import SAMPLE, editable_by, living_first, sampled
from dashboards.testing.turns import RUNS_AT_ONCE, TooManyRuns, turns
from dashboards.testing.verdict import Outcome, Verdict
from dashboards.tests.checking.conftest import DOCUMENTS, make_panel
from datasources.stopping import STOPPED
from tenants.models import Tenant

SUM = {"type": "kpi", "data_source": {"sql": "SELECT sum(o.discount) AS value FROM orders o"}}


def run(panel: Any, tenants: Any, seconds: float = 30.0) -> dict[str, Verdict]:
    found = begin(Run([Part(panel, "6h", Thing.of(panel))], tenants, seconds))
    return {one.tenant_id: one for one in found if one is not None}


def test_what_runs_and_what_is_lacking_is_told(shops: Any) -> None:
    found = run(make_panel("discounts", SUM), shops)
    assert (found["whole"].outcome, found["whole"].rows) == (Outcome.RUNS, 1)
    assert found["whole"].ms is not None
    assert (found["whole"].cost or 0) > 0
    assert found["lacking"].outcome is Outcome.FAILS
    assert "discount" in found["lacking"].error
    assert turns.taken == 0


def test_no_rows_are_an_outcome_of_their_own(shops: Any) -> None:
    found = run(make_panel("nothing", {"type": "table", "data_source": {"sql": "SELECT id FROM orders"}}), shops[:1])
    assert (found["whole"].outcome, found["whole"].rows) == (Outcome.EMPTY, 0)


def test_a_shape_that_cannot_be_drawn_fails(shops: Any) -> None:
    found = run(make_panel("shape", {"type": "kpi", "data_source": {"sql": "SELECT 'a' AS word"}}), shops[:1])
    assert found["whole"].outcome is Outcome.FAILS
    assert found["whole"].error


def test_a_dead_tenant_is_not_asked_and_the_others_are(shops: Any) -> None:
    Tenant.objects.filter(slug="lacking").update(host="/nowhere", connection_version=77)
    found = run(make_panel("fine", DOCUMENTS["fine"]), list(Tenant.objects.order_by("slug")))
    assert (found["lacking"].outcome, found["whole"].outcome) == (Outcome.AWAY, Outcome.RUNS)


def test_each_tenants_audit_says_what_was_run_there(shops: Any) -> None:
    run(make_panel("discounts", SUM), shops)
    events = {event.tenant: event for event in Event.objects.filter(action="run_sql", details__how="test")}
    assert events["whole"].outcome == "done"
    assert "sum(o.discount)" in events["whole"].details["sql"]
    assert events["lacking"].outcome == "failed"


def test_what_the_guard_refuses_is_not_run(shops: Any) -> None:
    found = run(make_panel("catalog", {"type": "kpi", "data_source": {"sql": "SELECT count(*) AS value FROM pg_authid"}}), shops)
    assert {one.outcome for one in found.values()} == {Outcome.FAILS}
    assert not any(one.rows for one in found.values())


def test_whoever_closes_a_run_ends_it(shops: Any) -> None:
    found = begin(Run([Part(make_panel("fine", DOCUMENTS["fine"]), "6h", Thing())], shops, 30.0))
    assert turns.taken == 1
    found.close()
    assert turns.taken == 0
    assert list(found) == []


def test_what_a_closed_run_asks_ends_at_once(
    shops: Any, databases: tuple[dict, dict], embedded_server: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A panel may ask for ten seconds; whoever has left waits for none of them. The audit does not call that too slow."""
    noted: list[Told] = []
    monkeypatch.setattr(queue, "put", lambda told, **_: noted.append(told))
    slow = {
        "type": "kpi",
        "data_source": {"sql": "SELECT count(*) AS value FROM generate_series(1, 40000) a, generate_series(1, 40000)"},
    }
    asked = "SELECT count(*) FROM pg_stat_activity WHERE usename = ANY(%s) AND state = 'active'"
    users = [database["user"] for database in databases]
    found = begin(Run([Part(make_panel("slow", slow), "6h", Thing())], shops, 30.0))
    with psycopg.connect(embedded_server.url("postgres"), autocommit=True) as server:

        def are_active(count: int) -> bool:
            return server.execute(asked, [users]).fetchone() == (count,)

        assert next(found) is None  # half a second: both are at it
        assert until(lambda: are_active(2))
        found.close()
        assert until(lambda: are_active(0))
    assert turns.taken == 0
    assert until(lambda: sorted(why(noted)) == [STOPPED, STOPPED])


def why(noted: list[Told]) -> list[str]:
    """What went wrong, of the events that were noted after the end and of those that were written before it."""
    written = Event.objects.filter(action="run_sql", details__how="test").values_list("details__error", flat=True)
    return [*(told.details["error"] for told in noted), *written]


def until(holds: Callable[[], bool], seconds: float = 5.0) -> bool:
    """Whether it holds before the queries would end by themselves."""
    ends_at = time.monotonic() + seconds
    while not holds() and time.monotonic() < ends_at:
        time.sleep(0.02)
    return holds()


def test_a_run_that_takes_too_long_says_who_was_not_asked(shops: Any) -> None:
    found = run(make_panel("fine", DOCUMENTS["fine"]), shops, seconds=-1.0)
    assert sorted(one.outcome for one in found.values()) == [Outcome.AWAY, Outcome.RUNS]


def test_only_so_many_run_at_once(shops: Any) -> None:
    panel = make_panel("fine", DOCUMENTS["fine"])
    begun = [begin(Run([Part(panel, "6h", Thing())], shops, 30.0)) for _ in range(RUNS_AT_ONCE)]
    with pytest.raises(TooManyRuns):
        begin(Run([Part(panel, "6h", Thing())], shops, 30.0))
    for one in begun:
        one.close()
    assert len(run(panel, shops)) == 2


def test_no_more_are_asked_at_once_than_may_be() -> None:
    lock, now, most = threading.Lock(), [0], [0]

    def ask(item: int, lane: Lane) -> int:
        with lock:
            now[0] += 1
            most[0] = max(most[0], now[0])
        threading.Event().wait(0.005)
        with lock:
            now[0] -= 1
        return item

    assert sorted(one for one in each(range(40), ask, at_once=3) if one is not None) == list(range(40))
    assert most[0] == 3


def test_beside_what_is_long_at_work_others_begin() -> None:
    is_over = threading.Event()

    def ask(item: int, lane: Lane) -> int:
        if item == 0:
            lane.is_reached, lane.began_at = True, lane.began_at - 100
            is_over.wait(30)
        return item

    found = each(range(3), ask, at_once=1, most=2)
    heard = [next(one for one in found if one is not None) for _ in range(2)]
    is_over.set()
    assert heard == [1, 2]
    assert [one for one in found if one is not None] == [0]


def test_a_sample_takes_those_that_differ(make_tenant: Any, acme_database: dict) -> None:
    panel = make_panel("fine", DOCUMENTS["fine"])
    tenants = [make_tenant(f"tenant-{number:02}", acme_database) for number in range(20)]

    def found_of(tenant: Tenant, outcome: str, **more: Any) -> None:
        Check.objects.create(tenant=tenant, panel=panel, outcome=outcome, since=timezone.now(), checked_at=timezone.now(), **more)

    found_of(tenants[3], "missing_table")
    found_of(tenants[4], "fine", away_since=timezone.now())
    chosen = sampled(tenants, [panel], tenants[7])
    assert len(chosen) == SAMPLE
    assert {tenants[3], tenants[4], tenants[7], tenants[19]} <= set(chosen)
    assert living_first(tenants)[-1] == tenants[4]


def test_one_tests_where_one_edits(ada: Any, acme: Tenant, globex: Tenant, bob: Any, root: Any) -> None:
    shared = make_panel("shared", DOCUMENTS["fine"])
    chosen = make_panel("chosen", DOCUMENTS["fine"], scope="chosen")
    assert editable_by(shared, ada) == [acme]
    assert editable_by(chosen, ada) == []
    assert editable_by(shared, bob) == []
    assert {acme, globex} <= set(editable_by(chosen, root))


def test_the_page_runs_without_a_script(ada: Any, acme: Tenant, client: Client) -> None:
    make_panel("one", {"type": "kpi", "data_source": {"sql": "SELECT 1 AS value"}})
    client.force_login(ada)
    page = client.post("/t/acme/panels/one/test/", {"what": "all"})
    assert page.status_code == 200
    assert b"Runs on 1 of 1 tenant" in page.content


@pytest.mark.parametrize(
    ("sent", "says"),
    [
        ({"document": '{"type": "kpi", "title": "X", "data_source": {"sql": "SELECT 2 AS value"}}'}, '"outcome":"runs"'),
        ({"text": "SELECT no_such_column AS value"}, '"outcome":"fails"'),
    ],
)
def test_what_is_not_saved_is_tested_as_it_was_sent(ada: Any, acme: Tenant, client: Client, sent: dict, says: str) -> None:
    make_panel("one", {"type": "kpi", "data_source": {"sql": "SELECT 1 AS value"}})
    client.force_login(ada)
    page = client.post("/t/acme/panels/one/test/", sent)
    assert b"It is not saved." in page.content
    answer = client.post("/t/acme/panels/one/test/run/", {**sent, "what": "all"})
    assert says in b"".join(answer.streaming_content).decode()


def test_a_new_panel_is_tested_by_its_document(ada: Any, acme: Tenant, client: Client) -> None:
    client.force_login(ada)
    sent = {"document": '{"type": "kpi", "title": "X", "data_source": {"sql": "SELECT 2 AS value"}}'}
    assert client.post("/t/acme/panels/none-yet/test/", sent).status_code == 200
    assert client.post("/t/acme/panels/none-yet/test/run/", {"what": "all"}).status_code == 422


@pytest.mark.parametrize("document", ["{", '{"type": "kpi"}', '{"type":"kpi","title":"x","data_source":{"sql":"DROP TABLE x"}}'])
def test_a_document_that_is_not_valid_is_run_nowhere(ada: Any, acme: Tenant, client: Client, document: str) -> None:
    client.force_login(ada)
    answer = client.post("/t/acme/panels/one/test/run/", {"document": document, "what": "all"})
    assert answer.status_code == 422
    assert not Event.objects.filter(details__how="test").exists()


def test_a_platforms_statistics_are_not_for_what_an_editor_writes(ada: Any, acme: Tenant, client: Client) -> None:
    """A shared panel may read them; the same panel with an editor's text may not."""
    shared = {"type": "kpi", "data_source": {"sql": "SELECT count(*) AS value FROM pg_stat_database"}}
    make_panel("statistics", shared)
    client.force_login(ada)
    assert b'"outcome":"runs"' in b"".join(client.post("/t/acme/panels/statistics/test/run/", {"what": "all"}).streaming_content)
    answer = client.post(
        "/t/acme/panels/statistics/test/run/", {"text": "SELECT 1 AS value FROM pg_stat_database", "what": "all"}
    )
    assert answer.status_code == 422


def test_tests_are_counted_as_dear(ada: Any, acme: Tenant, client: Client, settings: Any) -> None:
    make_panel("one", DOCUMENTS["fine"])
    settings.API_RATE_DEAR = 1
    client.force_login(ada)
    codes = [client.post("/t/acme/panels/one/test/run/", {"what": "all"}).status_code for _ in range(2)]
    assert codes == [200, 429]
