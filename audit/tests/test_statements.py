"""SQL that was run, explained, refused or taken away as a file: by whom, its text and its figures."""

from collections.abc import Callable
from typing import Any

import pytest
from django.core.cache import cache
from django.db import DatabaseError, InterfaceError, connection
from django.test import Client
from django.urls import reverse

from audit import statements, waiting
from audit.models import Event
from audit.waiting import Queue, queue
from dashboards.models import Dashboard, Panel, Placement
from datasources.results.fetch import forget_results
from tenants.models import Tenant, User

Told = Callable[..., list[Event]]
PANEL = "/t/acme/d/board/panels/one/"
DOCUMENT = """
panel: {type: kpi, title: Tried, data_source: {sql: "SELECT 41 + 1 AS value"}}
"""


@pytest.fixture(autouse=True)
def _nothing_claimed(db: None) -> None:
    cache.clear()


@pytest.fixture
def panel(acme: Tenant) -> Panel:
    document = {"type": "table", "title": "One", "data_source": {"sql": "SELECT n FROM generate_series(1, 3) AS n"}}
    board = Dashboard.objects.create(slug="board", name="Board")
    Placement.objects.create(dashboard=board, panel_slug="one")
    return Panel.objects.create(slug="one", title="One", panel_type="table", document=document)


@pytest.fixture
def look(client: Client, panel: Panel) -> Callable[..., Any]:
    """A refresh by somebody that does reach the database."""

    def get(user: User, path: str = PANEL) -> Any:
        client.force_login(user)
        forget_results()
        return client.get(path, headers={"X-Fresh": "1"})

    return get


def preview(client: Client, text: str) -> Any:
    form = {"preview_tenant": "acme", "scope": "all", "text": text}
    return client.post(reverse("admin:dashboards_panel_preview"), form)


def test_a_preview_is_told_every_time_with_sql_time_and_rows(client: Client, root: User, acme: Tenant, told: Told) -> None:
    client.force_login(root)
    for _ in range(2):
        assert preview(client, DOCUMENT).status_code == 200
    events = told("run_sql")
    assert len(events) == 2
    assert (events[0].actor, events[0].tenant, events[0].outcome) == ("root@example.com", "acme", "done")
    assert "41 + 1" in events[0].details["sql"]
    assert events[0].details["rows"] == 1
    assert events[0].details["ms"] >= 0
    assert events[0].details["how"] == "preview"


def test_a_preview_that_failed_is_told_with_its_error(client: Client, root: User, acme: Tenant, told: Told) -> None:
    client.force_login(root)
    preview(client, DOCUMENT.replace("41 + 1", "1 / 0"))
    [event] = told("run_sql")
    assert event.outcome == "failed"
    assert "1 / 0" in event.details["sql"]
    assert "divides by zero" in event.details["error"]


def test_sql_that_the_guard_refuses_is_told_though_it_never_ran(client: Client, root: User, acme: Tenant, told: Told) -> None:
    client.force_login(root)
    preview(client, DOCUMENT.replace("41 + 1", "pg_sleep(10)"))
    [event] = told("run_sql")
    assert event.outcome == "refused"
    assert "pg_sleep" in event.details["sql"]


def test_very_long_sql_is_kept_cut(told: Told, acme: Tenant) -> None:
    statements.record_sql(acme, "preview", "SELECT '" + "x" * 50_000 + "\x00'")
    assert len(told("run_sql")[0].details["sql"]) == 10_000


def test_inspecting_a_panel_is_told(client: Client, ada: User, panel: Panel, told: Told) -> None:
    client.force_login(ada)
    assert client.get(f"{PANEL}inspect/").status_code == 200
    events = told("run_sql")
    assert events
    assert {event.details["how"] for event in events} == {"explain"}
    assert events[0].object == "One"


def test_a_panels_run_is_told_after_the_request_and_once_an_hour(look: Any, bob: User, ada: User, told: Told) -> None:
    for user, path in ((bob, PANEL), (bob, PANEL), (ada, f"{PANEL}?sort=n"), (ada, f"{PANEL}?sort=n")):
        assert look(user, path).status_code == 200
    assert told("run_panel") == []
    queue.send()
    events = told("run_panel")
    assert [event.actor for event in events] == ["bob@example.com", "ada@example.com"]
    assert events[0].object == "One"
    assert events[0].tenant == "acme"
    assert "generate_series" in events[0].details["sql"]
    assert events[0].request_id


def test_what_another_process_has_told_within_the_hour_is_not_told_again(acme: Tenant, told: Told) -> None:
    for own in (Queue(), Queue()):
        put(own, acme, "the same")
        own.send()
    assert len(told("run_panel")) == 1


def test_changed_sql_is_told_again(look: Any, bob: User, panel: Panel, told: Told) -> None:
    look(bob)
    panel.document = {**panel.document, "data_source": {"sql": "SELECT 2 AS two"}}
    panel.save()
    look(bob)
    queue.send()
    assert len(told("run_panel")) == 2


def test_a_known_result_asks_the_central_database_nothing_more(
    client: Client, bob: User, panel: Panel, django_assert_num_queries: Any, told: Told
) -> None:
    """The hot path: neither a query for the audit, nor one in the queue."""
    client.force_login(bob)
    client.get(PANEL)
    queue.send()
    with django_assert_num_queries(0):
        assert client.get(PANEL).status_code == 200
    queue.send()
    assert len(told("run_panel")) == 1


def test_a_refresh_that_asks_the_tenant_costs_no_query_for_the_audit(
    client: Client, bob: User, panel: Panel, django_assert_num_queries: Any, told: Told
) -> None:
    client.force_login(bob)
    client.get(PANEL)
    with django_assert_num_queries(0):
        assert client.get(f"{PANEL}?sort=n").status_code == 200
    queue.send()
    assert len(told("run_panel")) == 2


def test_a_panel_that_the_guard_refuses_is_told_once_an_hour(look: Any, bob: User, panel: Panel, told: Told) -> None:
    panel.document = {**panel.document, "data_source": {"sql": "SELECT * FROM no_such_table"}}
    panel.save()
    for _ in range(3):
        look(bob)
    [event] = told("run_sql")
    assert (event.outcome, event.actor, event.tenant) == ("refused", "bob@example.com", "acme")
    assert "no_such_table" in event.details["sql"]


def test_an_export_is_told_with_rows_and_bytes(client: Client, bob: User, panel: Panel, told: Told) -> None:
    client.force_login(bob)
    answer = client.get(f"{PANEL}csv/", headers={"X-Request-ID": "export-12345"})
    assert told("export") == []
    body = b"".join(answer.streaming_content)
    [event] = told("export")
    assert (event.outcome, event.actor, event.tenant, event.object) == ("done", "bob@example.com", "acme", "One")
    assert event.details == {"kind": "csv", "rows": 3, "bytes": len(body)}
    assert event.request_id == "export-12345"


@pytest.mark.django_db(transaction=True)
def test_an_export_that_is_broken_off_is_told_with_what_was_sent(client: Client, bob: User, panel: Panel, told: Told) -> None:
    panel.document = {**panel.document, "data_source": {"sql": "SELECT n FROM generate_series(1, 50000) AS n"}}
    panel.save()
    client.force_login(bob)
    answer = client.get(f"{PANEL}csv/")
    parts = iter(answer.streaming_content)
    sent = len(next(parts)) + len(next(parts))
    answer.close()
    [event] = told("export")
    assert event.outcome == "failed"
    assert event.details["error"] == "Broken off by the reader."
    assert 0 < event.details["rows"] < 50_000
    assert event.details["bytes"] >= sent


# The queue


def told_of(acme: Tenant, name: str) -> Any:
    return statements.Told(statements.Action.RUN_PANEL, thing=statements.Thing("x", name, name), tenant=acme)


def put(waiting_in: Queue, acme: Tenant, *names: str) -> None:
    for name in names:
        waiting_in.put(told_of(acme, name), key=name, seconds=60.0)


def test_events_are_written_with_the_time_they_happened_at(acme: Tenant, told: Told) -> None:
    seconds = [100.0]
    own = Queue(clock=lambda: seconds[0])
    put(own, acme, "early")
    seconds[0] = 1_000.0
    put(own, acme, "late")
    own.send()
    early, late = told("run_panel")
    assert (late.at - early.at).total_seconds() == pytest.approx(900, abs=1)


def test_a_full_queue_loses_what_comes_and_counts_it(
    acme: Tenant, told: Told, monkeypatch: pytest.MonkeyPatch, client: Client
) -> None:
    from paneldash.tests.test_metrics import value

    monkeypatch.setattr(waiting, "MOST_WAITING", 2)
    put(Queue(), acme, "warm", "it", "up")
    lost = 'paneldash_audit_lost_total{reason="queue full"}'
    before = value(client.get("/metrics").content.decode(), lost)
    own = Queue()
    put(own, acme, "a", "b", "c", "d")
    own.send()
    assert [event.object for event in told("run_panel")] == ["a", "b"]
    assert value(client.get("/metrics").content.decode(), lost) == before + 2


@pytest.mark.parametrize("error", [DatabaseError, InterfaceError])
def test_what_cannot_be_written_waits(acme: Tenant, told: Told, monkeypatch: pytest.MonkeyPatch, error: type[Exception]) -> None:
    own = Queue()
    put(own, acme, "a", "b")

    def away(*_: Any, **__: Any) -> None:
        raise error("away")

    with monkeypatch.context() as patched:
        patched.setattr(waiting, "write", away)
        with pytest.raises(error):
            own.send()
    assert told("run_panel") == []
    own.send()
    assert [event.object for event in told("run_panel")] == ["a", "b"]


def test_a_cache_that_fails_loses_no_event(acme: Tenant, told: Told) -> None:
    """It answers that nothing could be claimed, as it does where another process was faster."""
    own = Queue()
    put(own, acme, "a")
    with connection.cursor() as cursor:
        cursor.execute("ALTER TABLE paneldash_cache RENAME TO away")
    own.send()
    assert [event.object for event in told("run_panel")] == ["a"]


def test_more_than_a_batch_is_sent_in_order(acme: Tenant, told: Told) -> None:
    own = Queue()
    names = [str(number) for number in range(450)]
    put(own, acme, *names)
    own.send()
    assert [event.object for event in told("run_panel")] == names


@pytest.mark.django_db(transaction=True)
def test_the_thread_writes_by_itself(acme: Tenant, told: Told, monkeypatch: pytest.MonkeyPatch) -> None:
    import time

    monkeypatch.setattr(waiting, "SENT_EVERY_SECONDS", 0.01)
    put(Queue(), acme, "by itself")
    deadline = time.monotonic() + 20
    while not told("run_panel"):
        assert time.monotonic() < deadline
        time.sleep(0.02)
