"""What `make dev` takes for a change of the source."""

import os
from collections.abc import Callable
from pathlib import Path

import pytest

from paneldash.sources import Sources


@pytest.fixture
def house(tmp_path: Path) -> Path:
    for name in ("app/tasks.py", "app/deep/models.py", "app/tests/test_tasks.py", "app/notes.md", ".venv/lib/x.py"):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text("x = 1\n")
    return tmp_path


def write_again(file: Path) -> None:
    seen = file.stat().st_mtime_ns
    os.utime(file, ns=(seen, seen + 1_000_000))


CHANGES: dict[str, Callable[[Path], object]] = {
    "written": lambda house: write_again(house / "app/tasks.py"),
    "put back": lambda house: os.utime(house / "app/deep/models.py", ns=(1, 1)),
    "made": lambda house: (house / "app/new.py").touch(),
    "renamed": lambda house: (house / "app/tasks.py").rename(house / "app/jobs.py"),
    "deleted": lambda house: (house / "app/deep/models.py").unlink(),
}
OTHERS: dict[str, Callable[[Path], object]] = {
    "nothing": lambda house: None,
    "a test": lambda house: write_again(house / "app/tests/test_tasks.py"),
    "a text": lambda house: write_again(house / "app/notes.md"),
    "the environment": lambda house: write_again(house / ".venv/lib/x.py"),
}


@pytest.mark.parametrize("change", CHANGES)
def test_a_change_is_told_once(house: Path, change: str) -> None:
    sources = Sources(house)
    CHANGES[change](house)
    assert [sources.have_changed(), sources.have_changed()] == [True, False]


@pytest.mark.parametrize("other", OTHERS)
def test_what_no_program_reads_is_no_change(house: Path, other: str) -> None:
    sources = Sources(house)
    OTHERS[other](house)
    assert not sources.have_changed()
