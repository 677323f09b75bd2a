"""What the pages on which a panel is edited have a browser load, as a server sends it that compresses with gzip."""

import gzip
import re
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.test import Client

from dashboards.models import Dashboard, Panel, Placement
from dashboards.panels.document import read_document

STATIC = Path(settings.BASE_DIR, "static")
CHARTS = STATIC / "vendor/plotly/plotly-basic.min.js"
LANGUAGES = {"sql": "sql.js", "promql": "promql/helping.js"}
MOST_BYTES = 350_000
NOTHING_WRITTEN = {"type": "kpi", "data_source": {"table": "loads", "columns": {"value": "load"}}}
SQL = {"type": "kpi", "data_source": {"sql": "SELECT 7 AS value"}}
PROMQL = {"type": "kpi", "data_source": {"source": "prom", "promql": "up"}}


def named(page: str) -> set[Path]:
    """The scripts that the page names, and what they import."""
    return with_imports(STATIC / name for name in re.findall(r'(?:src|href)="/static/(\S+\.js)"', page))


def with_imports(files: Iterable[Path]) -> set[Path]:
    found: set[Path] = set()
    waiting = list(files)
    while waiting:
        file = waiting.pop().resolve()
        if file not in found:
            found.add(file)
            imported = re.findall(r"""(?m)^(?:import|export)\b[^;'"(]*['"](\.[^'"]+)['"]""", file.read_text())
            waiting += [file.parent / name for name in imported]
    return found


def opened(client: Client, document: dict[str, Any], page: str, tenant: Any) -> set[Path]:
    """What a browser has once that panel's page shows all that it is to show."""
    panel = Panel(slug="load", scope="tenant", tenant=tenant)
    panel.take(read_document({"title": "Load", **document}))
    panel.save()
    board = Dashboard.objects.create(slug="b", name="B", scope="tenant", tenant=tenant)
    Placement.objects.create(dashboard=board, panel_slug="load")
    files = named(client.get(f"/t/acme/d/b/panels/load/{page}/").content.decode())
    asked_for = [LANGUAGES[name] for name in document["data_source"] if name in LANGUAGES]
    return files | with_imports(STATIC / "js/query" / name for name in (["editor.js", *asked_for] if asked_for else []))


def size(files: Iterable[Path]) -> int:
    return sum(len(gzip.compress(file.read_bytes(), 9)) for file in files if file != CHARTS)


@pytest.mark.parametrize(
    ("document", "page"), [(SQL, "edit"), (PROMQL, "edit"), (SQL, "query"), (PROMQL, "query")], ids=lambda one: str(one)[-16:]
)
def test_what_is_written_in_is_at_most_350_kilobytes(ada: Any, acme: Any, client: Client, document: Any, page: str) -> None:
    client.force_login(ada)
    files = opened(client, document, page, acme)
    assert {"state.js", "view.js"} <= {file.name for file in files}
    assert ("lang-sql.js" in {file.name for file in files}) is (document is SQL)
    assert size(files) <= MOST_BYTES


def test_a_form_without_a_text_loads_no_editor_of_code(ada: Any, acme: Any, client: Client) -> None:
    client.force_login(ada)
    files = opened(client, NOTHING_WRITTEN, "edit", acme)
    assert "page.js" in {file.name for file in files}
    assert not [file for file in files if "codemirror" in file.parts]
