"""A folder to write files into, and the commands as a person runs them."""

import io
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.core.management import call_command

KPI = """\
panel:
  type: kpi
  title: Answer
  data_source: {sql: SELECT 42 AS value}
  display: {unit: percent}
"""
BOARD = """\
dashboard:
  name: Board
  panels:
    - {id: answer, position: {row: 0, col: 0, width: 6, height: 4}}
"""


@pytest.fixture
def write(tmp_path: Path) -> Callable[..., Path]:
    """Put files into the folder: `write(**{"a.yaml": "panel: …"})`; answers the folder."""

    def put(files: dict[str, str] | None = None, **more: str) -> Path:
        folder = tmp_path / "files"
        folder.mkdir(exist_ok=True)
        for name, text in {**(files or {}), **more}.items():
            path = folder / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text)
        return folder

    return put


@pytest.fixture
def panels(db: None) -> Callable[..., str]:
    """`panels("apply", folder, "--prune")`, and what it prints."""

    def run(*arguments: Any) -> str:
        output = io.StringIO()
        call_command("panels", *map(str, arguments), stdout=output)
        return output.getvalue()

    return run
