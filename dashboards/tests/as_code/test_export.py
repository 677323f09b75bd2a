"""`panels export`: a file each, the same for the same, and an apply of it finds nothing to change."""

import json
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.core.management.base import CommandError
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from dashboards.as_code.exporting import text_of
from dashboards.changing import save_change
from dashboards.document import read_dashboard, take_fields
from dashboards.models import Dashboard, Panel, Placement
from dashboards.panels.document import read_document
from dashboards.tests.as_code.conftest import BOARD, KPI
from dashboards.tests.as_code.test_definitions import read
from tenants.models import Tenant, User

SQL = "SELECT date_trunc('day', at) AS time, -- each\n       count(*) AS value\nFROM t\nWHERE name <> '${HOME}'\nGROUP BY 1"


@pytest.fixture
def filled(write: Callable, panels: Callable, acme: Tenant) -> None:
    panels("apply", write({"answer.yaml": KPI, "board.yaml": BOARD, "some.yaml": f"shared_with: [acme]\n{KPI}"}))
    document = {"type": "timeseries", "title": "Days", "data_source": {"sql": SQL}, "display": {"colors": {"include": "good"}}}
    panel = Panel(slug="days")
    panel.take(read_document(document))
    panel.save()


def test_an_apply_of_an_export_finds_nothing_to_change(panels: Callable, filled: None, tmp_path: Path) -> None:
    folder = tmp_path / "out"
    assert panels("export", folder) == f"4 files written to {folder}.\n"
    said = panels("apply", folder, "--dry-run")
    assert all("  file: " in line for line in said.splitlines()[:-1]), said


def test_what_was_exported_makes_the_same_anew(panels: Callable, filled: None, tmp_path: Path) -> None:
    panels("export", tmp_path / "out")
    kept = [(row.slug, row.scope, row.document) for row in Panel.objects.order_by("slug")]
    Panel.objects.all().delete()
    Dashboard.objects.all().delete()
    panels("apply", tmp_path / "out")
    assert [(row.slug, row.scope, row.document) for row in Panel.objects.order_by("slug")] == kept
    assert panels("apply", tmp_path / "out") == "Nothing to change: 4 as they are in the files.\n"
    panels("export", tmp_path / "again")
    for path in (tmp_path / "out").rglob("*.yaml"):
        assert path.read_bytes() == (tmp_path / "again" / path.relative_to(tmp_path / "out")).read_bytes()


def test_sql_is_written_line_by_line_and_reads_the_same(filled: None, panels: Callable, tmp_path: Path) -> None:
    panels("export", tmp_path / "out")
    text = (tmp_path / "out/panels/days.yaml").read_text()
    assert "    sql: |-\n      SELECT date_trunc('day', at) AS time, -- each\n" in text
    assert "'${HOME}'" in text
    assert read(tmp_path / "out")["days"].document.data_source.sql == SQL


def test_a_tenants_own_are_written_apart(panels: Callable, filled: None, acme: Tenant, tmp_path: Path) -> None:
    Panel.objects.create(slug="own", title="Own", panel_type="kpi", document={}, scope="tenant", tenant=acme)
    said = json.loads(panels("export", tmp_path / "own", "--tenant", "acme", "--json"))
    assert said["files"] == ["panels/own.yaml"]
    assert said["invalid"] != []
    shared = json.loads(panels("export", tmp_path / "shared", "--json"))["files"]
    assert shared == ["panels/answer.yaml", "panels/days.yaml", "panels/some.yaml", "dashboards/board.yaml"]


def test_no_secret_and_no_person_is_in_an_export(panels: Callable, filled: None, acme: Tenant, ada: User, tmp_path: Path) -> None:
    save_change(Panel.objects.get(slug="answer"), lambda _: None, by=ada, through="test", seen=1)
    panels("export", tmp_path / "out")
    whole = "".join(path.read_text() for path in (tmp_path / "out").rglob("*.yaml"))
    assert "acme" in whole
    for secret in (acme.host, acme.user, acme.database, acme.password_token, ada.email):
        assert secret not in whole


def test_files_that_were_there_are_left_and_named(panels: Callable, filled: None, tmp_path: Path) -> None:
    (tmp_path / "out/panels").mkdir(parents=True)
    (tmp_path / "out/panels/old.yaml").write_text(KPI)
    assert "! panels/old.yaml was there already, and is left as it is" in panels("export", tmp_path / "out")


def test_what_is_not_valid_any_more_is_written_and_said(panels: Callable, filled: None, tmp_path: Path) -> None:
    Panel.objects.filter(slug="days").update(document={"type": "speech", "title": "Days"})
    assert "! panels/days.yaml: type: must be one of" in panels("export", tmp_path / "out")
    assert "type: speech" in (tmp_path / "out/panels/days.yaml").read_text()


def test_a_link_in_the_place_of_a_file_is_not_followed(panels: Callable, filled: None, tmp_path: Path) -> None:
    (tmp_path / "out/panels").mkdir(parents=True)
    (tmp_path / "precious").write_text("mine")
    (tmp_path / "out/panels/answer.yaml").symlink_to(tmp_path / "precious")
    panels("export", tmp_path / "out")
    assert (tmp_path / "precious").read_text() == "mine"
    (tmp_path / "out/dashboards/board.yaml").unlink()
    (tmp_path / "out/dashboards").rmdir()
    (tmp_path / "out/dashboards").symlink_to(tmp_path)
    with pytest.raises(CommandError, match="is a link"):
        panels("export", tmp_path / "out")


def test_a_folder_that_cannot_be_written_is_a_clear_error(panels: Callable, filled: None, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(CommandError, match="cannot be written"):
        panels("export", tmp_path / "file")


# What a text may hold: no control characters but these, no halves of characters.
TEXT = st.text(
    st.characters(
        codec="utf-8",
        categories=("L", "N", "P", "S", "Z", "Mn", "Cf"),
        include_characters="\n\t\r\x7f\x85\ufeff$ {}:#'\"\\|>-*&!%@`",
    )
)
TITLE = TEXT.map(str.strip).filter(lambda text: 0 < len(text) <= 200)
SCALAR = st.one_of(TEXT, st.integers(-(10**15), 10**15), st.floats(allow_nan=False, allow_infinity=False), st.booleans())
LABEL = st.one_of(
    TITLE.map(lambda text: text[:200].strip()), st.sampled_from(["include", "on", "null", "1", "1.0", "~", "<<", "=", "a.b"])
).filter(bool)
NUMBER = st.floats(-1e300, 1e300)
PANELS = st.fixed_dictionaries(
    {"type": st.just("timeseries"), "title": TITLE, "data_source": st.fixed_dictionaries({"sql": TEXT.map(lambda text: f"SELECT '{text.replace(chr(39), chr(39) * 2)}'")})},
    optional={
        "description": TEXT,
        "refresh_interval": st.integers(0, 86_400),
        "time_range": st.from_regex(r"[1-9][0-9]{0,5}[smhdwMy]", fullmatch=True),
        "variables": st.dictionaries(LABEL.map(lambda text: text[:100].strip()).filter(bool), SCALAR, max_size=3),
        "display": st.fixed_dictionaries({}, optional={"unit": TEXT.map(lambda text: text[:20]), "decimals": st.integers(0, 10), "stacked": st.booleans(), "colors": st.dictionaries(LABEL, st.sampled_from(["good", "#10B981"]), max_size=3), "thresholds": st.lists(st.fixed_dictionaries({"value": NUMBER, "color": st.just("critical")}, optional={"label": TEXT.map(lambda text: text[:50])}), max_size=3)}),
    },
)  # fmt: skip


def back(row: Any) -> Any:
    """What is read of a row's own export."""
    with tempfile.TemporaryDirectory() as folder:
        (Path(folder) / "x.yaml").write_text(text_of(row), newline="\n")
        return read(Path(folder))["x"].document


@pytest.mark.django_db
@settings(max_examples=300, suppress_health_check=list(HealthCheck))
@given(PANELS)
def test_every_panel_comes_back_as_it_was(document: dict[str, Any]) -> None:
    panel = Panel(slug="x")
    panel.take(read_document(document))
    panel.document = json.loads(json.dumps(panel.document))
    assert back(panel).model_dump(mode="json", exclude_unset=True) == panel.document


@pytest.mark.django_db
@settings(max_examples=60, suppress_health_check=list(HealthCheck))
@given(
    st.fixed_dictionaries(
        {"name": TITLE},
        optional={
            "description": TEXT,
            "folder": TEXT.map(lambda text: text[:200]),
            "tags": st.lists(TITLE.map(lambda text: text[:50].strip()).filter(bool), max_size=4),
            "refresh_interval": st.integers(0, 86_400),
            "time_range": st.sampled_from(["6h", "30d"]),
        },
    ),
    st.lists(st.from_regex(r"[a-z0-9]{1,8}", fullmatch=True), max_size=4, unique=True),
)
def test_every_dashboard_comes_back_as_it_was(fields: dict[str, Any], slugs: list[str]) -> None:
    Dashboard.objects.all().delete()
    board = Dashboard(slug="x")
    take_fields(board, read_dashboard(fields))
    board.save()
    for row, slug in enumerate(slugs):
        Placement.objects.create(dashboard=board, panel_slug=slug, row=row * 9, time_range=["", "7d"][row % 2])
    found = back(board)
    again = Dashboard(slug="x")
    take_fields(again, found)
    assert [getattr(again, name) for name in Dashboard.WRITTEN] == [getattr(board, name) for name in Dashboard.WRITTEN]
    assert [(one.id, one.position.row, one.time_range or "") for one in found.panels] == [
        (slug, row * 9, ["", "7d"][row % 2]) for row, slug in enumerate(slugs)
    ]
