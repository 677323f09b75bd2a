"""What is stored, written as files: one a panel or dashboard, always the same for the same."""

import os
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from dashboards.as_code.environment import escaped
from dashboards.as_code.folder import ENDINGS
from dashboards.as_code.source_plan import problem_of, rows_of, text_of_source
from dashboards.as_code.sources import SOURCE
from dashboards.as_code.stored import Row, document_tree, sharing_tree, stored
from dashboards.document import document_of, read_dashboard
from dashboards.models import Dashboard
from dashboards.panels.document import DocumentInvalid, read_document
from dashboards.panels.writing import as_text
from tenants.models import Tenant


class NotWritten(Exception):
    """A file could not be written. The message says which and why."""


@dataclass(frozen=True, slots=True)
class Written:
    """`files` in order; `left` are others of the folder that an apply of it would read too; `invalid` no apply would take."""

    files: tuple[str, ...]
    left: tuple[str, ...]
    invalid: tuple[str, ...]


def export(root: Path, tenant: Tenant | None) -> Written:
    """Write a tenant's own, or what is shared, to `datasources/`, `panels/` and `dashboards/` of a folder."""
    files: list[str] = []
    invalid: list[str] = []
    for source in rows_of(tenant):
        name = f"{SOURCE}s/{source.slug}.yaml"
        _write(root, name, text_of_source(source))
        files.append(name)
        invalid += [f"{name}: {problem}" for problem in [problem_of(source)] if problem is not None]
    for kind, row in stored(tenant):
        name = f"{kind}s/{row.slug}.yaml"
        _write(root, name, text_of(row))
        files.append(name)
        invalid += [f"{name}: {reason}" for reason in _problems(row)]
    return Written(tuple(files), tuple(sorted(set(_there(root)) - set(files))), tuple(invalid))


def text_of(row: Row) -> str:
    """The file of a row. Who has made or changed it is not in it, and of a tenant nothing but its id."""
    return as_text(file_tree(row))


def file_tree(row: Row) -> dict[str, Any]:
    """What the file of a row holds, as plain values."""
    kind = "dashboard" if isinstance(row, Dashboard) else "panel"
    return {**sharing_tree(row), kind: escaped(document_tree(row))}


def _problems(row: Row) -> list[str]:
    try:
        if isinstance(row, Dashboard):
            read_dashboard(document_of(row).model_dump(mode="json"))
        else:
            read_document(row.document)
    except DocumentInvalid as error:
        return [str(one) for one in error.errors]
    return []


def _there(root: Path) -> Iterator[str]:
    for path in root.rglob("*"):
        if path.suffix in ENDINGS and not any(part.startswith(".") for part in path.relative_to(root).parts):
            yield path.relative_to(root).as_posix()


def _write(root: Path, name: str, text: str) -> None:
    """Whole or not at all. A link in its place is replaced, not followed."""
    path = root / name
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        if path.parent.is_symlink():
            raise NotWritten(f"{path.parent} is a link; nothing is written through it.")
        with tempfile.NamedTemporaryFile("w", dir=path.parent, prefix=".", encoding="utf-8", newline="\n", delete=False) as file:
            file.write(text)
        os.chmod(file.name, 0o644)
        os.replace(file.name, path)
    except OSError as error:
        raise NotWritten(f"{path} cannot be written: {error.strerror}.") from error
