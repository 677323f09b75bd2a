"""`panels apply`: all or nothing, a readable difference, a mark, and what was changed by hand."""

import io
import json
import subprocess
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.core.management import call_command
from django.core.management.base import CommandError
from django.db import connection

from dashboards.as_code import applying
from dashboards.as_code.reading import read_folder
from dashboards.changing import Overtaken, save_change
from dashboards.models import Dashboard, Panel
from dashboards.places import find_place
from dashboards.tests.as_code.conftest import BOARD, KPI
from tenants.models import Tenant, User

BOTH = {"panels/answer.yaml": KPI, "dashboards/board.yaml": BOARD}


def everything() -> Any:
    return [list(model.objects.order_by("pk").values()) for model in (Panel, Dashboard)]


def test_files_become_panels_and_dashboards(write: Callable, panels: Callable) -> None:
    said = panels("apply", write(BOTH))
    assert said == ("+ dashboard board  from dashboards/board.yaml\n+ panel answer  from panels/answer.yaml\n2 new.\n"), said
    panel, board = Panel.objects.get(), Dashboard.objects.get()
    assert (panel.slug, panel.title, panel.scope, panel.changed_by) == ("answer", "Answer", "all", "panels apply")
    assert panel.document["display"] == {"unit": "percent"}
    assert [(one.panel_slug, one.width) for one in board.placements.all()] == [("answer", 6)]


def test_a_second_apply_finds_nothing_to_change(write: Callable, panels: Callable) -> None:
    panels("apply", write(BOTH))
    before = everything()
    assert panels("apply", write()) == "Nothing to change: 2 as they are in the files.\n"
    assert everything() == before


def test_a_change_is_shown_field_by_field_and_sql_line_by_line(write: Callable, panels: Callable) -> None:
    panels("apply", write(BOTH))
    sql = "data_source:\n    sql: |\n      SELECT 42\n      AS value\n"
    changed = KPI.replace("percent", "bytes").replace("data_source: {sql: SELECT 42 AS value}", sql.rstrip())
    moved = BOARD.replace("width: 6", "width: 12")
    said = panels("apply", write({"panels/answer.yaml": changed, "dashboards/board.yaml": moved}))
    for line in (
        "~ panel answer  display.unit: percent → bytes",
        "~ panel answer  data_source.sql:",
        "    -SELECT 42 AS value",
        "    +SELECT 42",
        "~ dashboard board  panels[answer].position.width: 6 → 12",
        "2 changed.",
    ):
        assert line in said.splitlines()
    assert Panel.objects.get().version == 2
    assert Dashboard.objects.get().placements.get().width == 12


def test_a_dry_run_says_the_same_and_writes_nothing(write: Callable, panels: Callable) -> None:
    folder = write(BOTH)
    said = panels("apply", folder, "--dry-run")
    assert everything() == [[], []]
    assert said.removesuffix(" Nothing is written: this is a dry run.\n") + "\n" == panels("apply", folder)


def test_it_is_all_or_nothing(write: Callable, panels: Callable, monkeypatch: pytest.MonkeyPatch) -> None:
    """A failure with the last of them leaves none."""
    whole = applying.write

    def failing(change: Any, *arguments: Any, **options: Any) -> None:
        whole(change, *arguments, **options)
        if change.kind == "panel":
            raise Overtaken(Panel.objects.get())

    monkeypatch.setattr(applying, "write", failing)
    with pytest.raises(CommandError, match="Nothing is applied"):
        panels("apply", write(BOTH))
    assert everything() == [[], []]


def test_a_tenants_own_are_its_own(write: Callable, panels: Callable, acme: Tenant, globex: Tenant) -> None:
    panels("apply", write(BOTH))
    panels("apply", write({"panels/answer.yaml": KPI.replace("Answer", "Acme's")}), "--tenant", "acme")
    assert Panel.objects.find(acme, "answer").title == "Acme's"
    assert Panel.objects.find(globex, "answer").title == "Answer"


def test_chosen_tenants_have_what_is_shared_with_them(write: Callable, panels: Callable, acme: Tenant, globex: Tenant) -> None:
    panels("apply", write(**{"answer.yaml": f"shared_with: [acme]\n{KPI}"}))
    assert Panel.objects.find(acme, "answer") is not None
    assert Panel.objects.find(globex, "answer") is None
    said = panels("apply", write(**{"answer.yaml": f"shared_with: [acme, globex]\n{KPI}"}))
    assert "~ panel answer  shared_with[1]: (none) → globex" in said
    assert Panel.objects.find(globex, "answer") is not None
    panels("apply", write(**{"answer.yaml": KPI}))
    assert Panel.objects.get().scope == "all"


def test_it_is_marked_with_its_file_and_a_digest_of_the_folder(write: Callable, panels: Callable) -> None:
    panels("apply", write(BOTH))
    panel = Panel.objects.get()
    assert panel.managed_file == "panels/answer.yaml"
    assert panel.managed_revision.startswith("content ")
    assert panel.is_managed
    assert not panel.is_changed_by_hand


def test_in_a_work_tree_the_mark_is_the_commit(write: Callable, panels: Callable) -> None:
    folder = write(BOTH)
    who = ("-c", "user.name=ada", "-c", "user.email=ada@example.com")
    for arguments in (("init", "-q"), ("add", "."), (*who, "commit", "-qm", "first")):
        subprocess.run(["git", *arguments], cwd=folder, check=True)
    commit = subprocess.run(["git", "rev-parse", "HEAD"], cwd=folder, check=True, capture_output=True, text=True).stdout
    panels("apply", folder)
    assert Panel.objects.get().managed_revision == f"git {commit[:12]}"
    panels("apply", write(**{"panels/answer.yaml": KPI.replace("percent", "bytes")}))
    assert Panel.objects.get().managed_revision == f"git {commit[:12]}+"


def test_a_change_by_hand_is_shown_and_the_files_side_is_taken(write: Callable, panels: Callable, ada: User) -> None:
    panels("apply", write(BOTH))
    save_change(Panel.objects.get(), lambda panel: panel.document["display"].update(unit="ms"), by=ada, through="test", seen=1)
    assert Panel.objects.get().is_changed_by_hand
    said = panels("apply", write())
    assert "! panel answer  was changed by hand by ada@example.com on " in said
    assert "~ panel answer  display.unit: ms → percent" in said
    panel = Panel.objects.get()
    assert panel.document["display"] == {"unit": "percent"}
    assert (panel.version, panel.is_changed_by_hand) == (3, False)


def test_a_change_by_hand_that_the_file_has_too_is_only_noted(write: Callable, panels: Callable, ada: User) -> None:
    panels("apply", write(BOTH))
    save_change(Panel.objects.get(), lambda _: None, by=ada, through="test", seen=1)
    assert "~ panel answer  is as its file says" in panels("apply", write())
    assert (Panel.objects.get().version, Panel.objects.get().is_changed_by_hand) == (2, False)
    assert panels("apply", write()).startswith("Nothing to change")


def test_what_was_made_by_hand_is_taken_over_and_said_so(write: Callable, panels: Callable) -> None:
    document = {"type": "kpi", "title": "Answer", "data_source": {"sql": "SELECT 41 AS value"}, "display": {"unit": "percent"}}
    Panel.objects.create(slug="answer", title="Answer", panel_type="kpi", document=document)
    said = panels("apply", write(**{"answer.yaml": KPI}))
    assert "~ panel answer  was made by hand; from now on from answer.yaml" in said
    assert "~ panel answer  data_source.sql: SELECT 41 AS value → SELECT 42 AS value" in said
    assert Panel.objects.get().is_managed


def test_prune_removes_what_was_applied_and_never_what_was_made_by_hand(write: Callable, panels: Callable, acme: Tenant) -> None:
    panels("apply", write(BOTH))
    panels("apply", write(), "--tenant", "acme")
    Panel.objects.create(slug="by-hand", title="Mine", panel_type="kpi", document={})
    folder = write()
    (folder / "dashboards/board.yaml").unlink()
    assert panels("apply", folder).startswith("Nothing to change")
    said = panels("apply", folder, "--prune")
    assert said == "- dashboard board  was in dashboards/board.yaml\n1 removed, 1 as they were.\n"
    assert set(Panel.objects.values_list("slug", "tenant")) == {("answer", None), ("answer", acme.pk), ("by-hand", None)}
    assert Dashboard.objects.get().tenant == acme


def test_an_empty_folder_prunes_nothing(write: Callable, panels: Callable) -> None:
    panels("apply", write(BOTH))
    folder = write()
    for name in BOTH:
        (folder / name).unlink()
    with pytest.raises(CommandError, match="--prune would remove all"):
        panels("apply", folder, "--prune")
    assert Panel.objects.count() == 1


def test_programs_get_json(write: Callable, panels: Callable) -> None:
    said = json.loads(panels("apply", write(**{"answer.yaml": KPI}), "--json"))
    assert (said["tenant_id"], said["dry_run"], said["unchanged"], said["warnings"]) == (None, False, 0, [])
    [change] = said["changes"]
    assert (change["act"], change["kind"], change["id"], change["file"]) == ("create", "panel", "answer", "answer.yaml")


def test_a_placed_panel_that_is_nowhere_is_worth_a_word(write: Callable, panels: Callable) -> None:
    said = panels("apply", write(**{"board.yaml": BOARD}))
    assert "! board.yaml:2: the dashboard board places a panel “answer” that is not there" in said


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["--tenant", "nobody"], "There is no tenant “nobody”."),
        ([], r"answer.yaml:3: shared_with\[0\]: there is no tenant “nobody”"),
    ],
)
def test_an_unknown_tenant_is_a_clear_error(write: Callable, panels: Callable, arguments: list[str], said: str) -> None:
    with pytest.raises(CommandError, match=said):
        panels("apply", write(**{"answer.yaml": f"shared_with: [nobody]\n{KPI}"}), *arguments)


def test_it_takes_effect_at_once(write: Callable, panels: Callable, acme: Tenant) -> None:
    panels("apply", write(BOTH))
    assert find_place(acme, "board", "answer", viewer=None).panel.title == "Answer"
    panels("apply", write({"panels/answer.yaml": KPI.replace("Answer", "Other")}))
    assert find_place(acme, "board", "answer", viewer=None).panel.title == "Other"


@pytest.mark.django_db(transaction=True)
def test_two_applies_at_once_do_not_interleave(transactional_db: None, write: Callable, monkeypatch: pytest.MonkeyPatch) -> None:
    """The second waits until the first is through, and then finds nothing to change."""
    folder = write(BOTH)
    definitions = read_folder(folder, is_shared=True)
    entered, go_on = threading.Event(), threading.Event()
    order: list[str] = []
    whole = applying.write

    def slow(change: Any, *arguments: Any, **options: Any) -> None:
        entered.set()
        assert go_on.wait(20)
        whole(change, *arguments, **options)

    monkeypatch.setattr(applying, "write", slow)

    def run(name: str) -> None:
        try:
            planned = applying.apply(definitions, None, revision="content x", prune=False)
            order.append(f"{name}: {len(planned.changes)}")
        finally:
            connection.close()

    first = threading.Thread(target=run, args=("first",))
    first.start()
    assert entered.wait(20)
    second = threading.Thread(target=run, args=("second",))
    second.start()
    second.join(0.5)
    assert second.is_alive()
    go_on.set()
    first.join(20)
    second.join(20)
    assert order == ["first: 2", "second: 0"]


def test_a_file_that_moved_is_noted(write: Callable, panels: Callable) -> None:
    folder = write(**{"answer.yaml": KPI})
    panels("apply", folder)
    Path(folder / "kpis").mkdir()
    (folder / "answer.yaml").rename(folder / "kpis/answer.yaml")
    assert "~ panel answer  file: answer.yaml → kpis/answer.yaml" in panels("apply", folder)
    assert (Panel.objects.get().managed_file, Panel.objects.get().version) == ("kpis/answer.yaml", 1)


def test_programs_get_refusals_as_json(write: Callable, db: None) -> None:
    output = io.StringIO()
    with pytest.raises(SystemExit) as end:
        call_command("panels", "apply", str(write(**{"answer.yaml": "panel: {}"})), "--json", stdout=output)
    assert end.value.code == 1
    said = json.loads(output.getvalue())
    [one] = said["refused"]
    assert (said["count"], one["file"], one["line"], one["path"]) == (1, "answer.yaml", 1, "type")
    assert not Panel.objects.exists()


def test_a_person_is_told_how_much_is_to_be_put_right(write: Callable, panels: Callable) -> None:
    with pytest.raises(
        CommandError, match=r"a\.yaml:1: type: must be one of .*\nNothing is applied: 1 thing has to be put right\.$"
    ):
        panels("apply", write(**{"a.yaml": "panel: {}"}))


def test_whoever_waits_too_long_for_another_is_told(write: Callable, panels: Callable) -> None:
    other = connection.copy()
    try:
        other.set_autocommit(False)
        with other.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_xact_lock(%s)", [applying.LOCK])
        with connection.cursor() as cursor:
            cursor.execute("SET LOCAL statement_timeout = 200")
        with pytest.raises(CommandError, match="Somebody else applies, for longer than one waits"):
            panels("apply", write(BOTH))
    finally:
        other.rollback()
        other.close()
    assert everything() == [[], []]
