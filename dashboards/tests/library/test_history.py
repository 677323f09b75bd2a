"""What a panel or dashboard was is kept, compared and restored, whatever door a change comes by."""

import io
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.core.management import call_command
from django.db import IntegrityError, transaction
from django.test import Client

from dashboards.changing import Overtaken, delete_unchanged
from dashboards.library.history import differing, history, version_at
from dashboards.library.keeping import prune
from dashboards.library.restoring import NotKept, restore
from dashboards.library.version import Version
from dashboards.models import Dashboard, Panel
from dashboards.panels.document import DocumentInvalid
from dashboards.tests.library.conftest import KPI
from tenants.models import Tenant, User


def lines(row: Any, one: int, other: int, **options: Any) -> list[str]:
    before, after = version_at(row, one), version_at(row, other)
    assert before is not None
    assert after is not None
    return [line for field in differing(before, after, **{"names_tenants": False, **options}) for line in field.in_lines()]


def test_every_version_says_who_when_and_by_which_door(panel: Panel, change: Callable, root: User) -> None:
    changed = change(change(panel, title="Two"), by=root, title="Three")
    kept = history(changed)
    assert [(one.number, one.changed_by, one.changed_through, one.is_current) for one in kept] == [
        (3, root.email, "test", True),
        (2, "ada@example.com", "test", False),
        (1, "ada@example.com", "test", False),
    ]
    assert kept[2].changed_at < kept[1].changed_at < kept[0].changed_at
    titles = [(version_at(changed, number) or kept[0]).document["title"] for number in (1, 2, 3)]  # type: ignore[index]
    assert titles == ["Answer", "Two", "Three"]


def test_a_dashboard_is_kept_with_its_placements(board: Dashboard, change: Callable) -> None:
    change(board, name="Other", panels=[{"id": "answer", "position": {"row": 2, "width": 12}}])
    first = version_at(Dashboard.objects.get(), 1)
    assert first is not None
    assert first.document["panels"] == [{"id": "answer", "position": {"row": 0, "col": 0, "width": 6, "height": 4}}]
    assert lines(Dashboard.objects.get(), 1, 2) == [
        "name: Board → Other",
        "panels[answer].position.row: 0 → 2",
        "panels[answer].position.width: 6 → 12",
    ]


def test_what_fails_is_not_kept(panel: Panel, ada: User) -> None:
    from dashboards.changing import save_change

    def fail(_: Panel) -> None:
        raise ValueError

    with pytest.raises(ValueError):
        save_change(panel, fail, by=ada, through="test", seen=1)
    with pytest.raises(Overtaken):
        save_change(panel, lambda _: None, by=ada, through="test", seen=7)
    assert not Version.objects.exists()


def test_files_leave_what_was_there_before(tmp_path: Path, panel: Panel, board: Dashboard) -> None:
    (tmp_path / "answer.yaml").write_text("panel: {type: kpi, title: Filed, data_source: {sql: SELECT 1 AS value}}")
    (tmp_path / "board.yaml").write_text("dashboard: {name: Filed, panels: []}")
    call_command("panels", "apply", str(tmp_path), "--tenant", "acme", stdout=io.StringIO())
    for row in (Panel.objects.get(), Dashboard.objects.get()):
        now, before = history(row)
        assert (now.changed_by, now.changed_through, before.changed_through) == ("panels apply", "panels apply", "test")
    assert lines(Dashboard.objects.get(), 1, 2)[0] == "name: Board → Filed"


def test_the_admin_keeps_a_dashboard_with_the_placements_it_had(
    board: Dashboard, client: Client, root: User, acme: Tenant
) -> None:
    place = board.placements.get()
    form = {
        "slug": "board", "scope": "tenant", "tenant": acme.pk, "name": "By form", "time_range": "6h", "refresh_interval": 30,
        "seen_version": 1,
        "variables_text": "[{name: size, kind: custom, options: [small, large]}]", "placements-TOTAL_FORMS": 1, "placements-INITIAL_FORMS": 1,
        "placements-0-id": place.pk, "placements-0-dashboard": board.pk, "placements-0-panel_slug": "answer",
        "placements-0-row": 7, "placements-0-col": 0, "placements-0-width": 6, "placements-0-height": 4,
        "placements-0-repeat_direction": "right", "state": "published",
    }  # fmt: skip
    client.force_login(root)
    response = client.post(f"/admin/dashboards/dashboard/{board.pk}/change/", form)
    assert response.status_code == 302, response.context["errors"]
    assert lines(Dashboard.objects.get(), 1, 2) == ["name: Board → By form", "panels[answer].position.row: 0 → 7"]
    assert history(Dashboard.objects.get())[0].changed_through == "admin"


def test_with_whom_it_was_shared_is_told_to_platform_admins_alone(make_panel: Callable, change: Callable, globex: Tenant) -> None:
    panel = make_panel("answer")
    panel.scope = "chosen"
    panel.save()
    panel.shared_with.add(globex)
    changed = change(panel, title="Other")
    changed.scope = "all"
    changed.save()
    assert lines(changed, 1, 2) == ["title: Answer → Other"]
    assert lines(changed, 1, 2, names_tenants=True) == ['shared_with: ["globex"] → (none)', "title: Answer → Other"]


def test_sql_differs_line_by_line(panel: Panel, change: Callable) -> None:
    changed = change(panel, data_source={"sql": "SELECT 42\nAS value\n"})
    assert lines(changed, 1, 2) == [
        "data_source.sql:", "    @@ -1 +1,2 @@", "    -SELECT 42 AS value", "    +SELECT 42", "    +AS value",
    ]  # fmt: skip


def test_columns_that_change_places_differ_in_their_order(make_panel: Callable, change: Callable, acme: Tenant) -> None:
    first, second = {"name": "one"}, {"name": "two", "display": "Two"}
    table = make_panel("rows", acme, type="table", data_source={"table": "t", "columns": [first, second]})
    changed = change(table, data_source={"table": "t", "columns": [{**second, "display": "2"}, first]})
    assert lines(changed, 1, 2) == [
        "data_source.columns[two].display: Two → 2",
        'data_source.columns in order: ["one", "two"] → ["two", "one"]',
    ]


def test_restoring_is_a_change_as_any_other(panel: Panel, change: Callable, root: User) -> None:
    changed = change(panel, title="Other", display={"unit": "bytes"})
    restored = restore(changed, 1, by=root, seen=2)
    assert (restored.version, restored.title, restored.document) == (3, "Answer", KPI)
    assert (restored.changed_by, restored.changed_through) == (root.email, "restoring version 1")
    assert [one.number for one in history(restored)] == [3, 2, 1]
    assert restore(restored, 2, by=root, seen=3).title == "Other"


def test_a_restored_dashboard_has_its_placements_again(board: Dashboard, change: Callable, ada: User) -> None:
    change(board, panels=[], folder="Elsewhere", tags=["one"])
    restored = restore(board, 1, by=ada, seen=2)
    assert (restored.folder, restored.tags) == ("", [])
    assert [(place.panel_slug, place.row) for place in restored.placements.all()] == [("answer", 0)]


def test_a_dashboard_can_be_restored_whose_panels_have_gone(board: Dashboard, panel: Panel, change: Callable, ada: User) -> None:
    change(board, panels=[])
    delete_unchanged(panel, seen=None)
    assert restore(board, 1, by=ada, seen=2).placements.count() == 1


def test_nobody_is_overwritten_by_restoring(panel: Panel, change: Callable, ada: User, root: User) -> None:
    change(panel, by=root, title="Theirs")
    with pytest.raises(Overtaken, match=r"root@example\.com"):
        restore(panel, 1, by=ada, seen=1)
    assert Panel.objects.get().title == "Theirs"


def test_a_document_is_restored_by_todays_rules(panel: Panel, change: Callable, ada: User) -> None:
    change(panel, title="Other")
    Version.objects.update(document={**KPI, "data_source": {"sql": "DROP TABLE orders"}})
    with pytest.raises(DocumentInvalid, match="data_source"):
        restore(panel, 1, by=ada, seen=2)
    Version.objects.update(document={"type": "pie chart of old"})
    with pytest.raises(DocumentInvalid, match="type"):
        restore(panel, 1, by=ada, seen=2)
    assert Panel.objects.get().version == 2


def test_an_old_document_that_nobody_takes_any_more_can_still_be_read(panel: Panel, change: Callable) -> None:
    changed = change(panel, title="Other")
    Version.objects.update(document={"type": "gone", "title": "Was"})
    assert "type: gone → kpi" in lines(changed, 1, 2)


def test_what_is_not_kept_is_not_there(panel: Panel, ada: User) -> None:
    assert version_at(panel, 7) is None
    with pytest.raises(NotKept):
        restore(panel, 7, by=ada, seen=1)


def test_of_each_the_newest_are_kept(panel: Panel, board: Dashboard, change: Callable, settings: Any) -> None:
    settings.VERSIONS_KEPT = 3
    row: Any = panel
    for number in range(6):
        row = change(row, title=f"Number {number}")
    change(board, name="Other")
    assert [one.number for one in history(row)] == [7, 6, 5, 4]  # more are not listed, whenever the worker comes
    assert prune() == 3
    assert sorted(Version.objects.filter(panel=panel).values_list("number", flat=True)) == [4, 5, 6]
    assert Version.objects.filter(dashboard=board).count() == 1
    assert prune() == 0


def test_versions_go_with_what_they_are_of(panel: Panel, board: Dashboard, change: Callable) -> None:
    for row in (change(panel, title="Other"), change(board, name="Other")):
        delete_unchanged(row, seen=None)
    assert not Version.objects.exists()


def test_a_version_is_of_one_thing(panel: Panel, board: Dashboard) -> None:
    facts = {"number": 1, "document": {}, "changed_at": panel.updated_at}
    for of in ({}, {"panel": panel, "dashboard": board}):
        with pytest.raises(IntegrityError), transaction.atomic():
            Version.objects.create(**of, **facts)


def test_a_change_costs_one_query_more_than_before(panel: Panel, change: Callable, django_assert_max_num_queries: Any) -> None:
    with django_assert_max_num_queries(10):  # savepoints, locked, kept, changed, and what the audit asks and says
        change(panel, title="Other")
