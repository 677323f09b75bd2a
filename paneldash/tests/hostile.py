"""A tenant in which every text that somebody may choose is an attack."""

from collections.abc import Iterator
from typing import Any

import pytest

from dashboards.models import Dashboard, Panel, Placement
from tenants.models import Tenant, User

BREAKOUT = """<x-evil hx-get="/evil" onmouseover=alert(1)></script></title></textarea>"'><x-evil data-hx-get=/evil>"""
NAME = BREAKOUT + "{{7*7191}}${7*7191}{% now 'jS' %}<a href='javascript:alert(1)'>%{customdata}"
EVALUATED = ("50337", "{% now")  # 7 × 7191
URLS = (
    "javascript:alert(1)",
    "data:text/html,<script>alert(1)</script>",
    " java\nscript:alert(1)",
    "vbscript:x",
    "//evil.example",
)
SOURCE = {"table": "evil"}
PANELS: dict[str, dict[str, Any]] = {
    "series": {
        "type": "timeseries",
        "data_source": {**SOURCE, "columns": {"timestamp": "at", "value": "value", "series_label": "label"}},
        "drill_down": {"enabled": True},
    },
    "number": {
        "type": "kpi",
        "data_source": {**SOURCE, "columns": {"value": "value"}},
        "display": {"unit": "<x-evil>", "thresholds": [{"value": 0, "color": "#ff0000", "label": NAME[:200]}]},
    },
    "health": {
        "type": "health_status",
        "data_source": {**SOURCE, "columns": {"service_name": "label", "status_value": "status"}},
        "display": {"status_mapping": {"1": {"label": NAME[:200], "color": "#00ff00"}}},
    },
    "rows": {
        "type": "table",
        "data_source": {
            **SOURCE,
            "columns": [{"name": "label", "display": NAME[:200]}, {"name": "link", "format": "link"}, {"name": "value"}],
        },
        "display": {"searchable": True, "sortable": True},
    },
    "broken": {"type": "table", "data_source": {"sql": "SELECT '<x-evil>'::int AS number"}},
}


def _quoted(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"


@pytest.fixture
def hostile(acme: Tenant, acme_database: dict, admin_sql: Any, ada: User, root: User) -> Iterator[Dashboard]:
    """The dashboard `board` of Acme, with all of PANELS on it."""
    rows = ", ".join(f"(now() - interval '{n} minutes', {_quoted(NAME)}, {n}, {_quoted(url)}, 1)" for n, url in enumerate(URLS))
    admin_sql(
        acme_database,
        f"DROP TABLE IF EXISTS evil; CREATE TABLE evil (at timestamptz, label text, value float8, link text, status int);"
        f"INSERT INTO evil VALUES {rows}",
    )
    User.objects.update(name=NAME[:150])
    Tenant.objects.update(name=NAME[:200])
    own = {"scope": "tenant", "tenant": acme}
    board = Dashboard.objects.create(slug="board", name=NAME[:200], description=NAME, **own)
    for row, (slug, document) in enumerate(PANELS.items()):
        whole = {"title": NAME[:200], "description": NAME, **document}
        Panel.objects.create(slug=slug, title=NAME[:200], panel_type=document["type"], document=whole, **own)
        Placement.objects.create(dashboard=board, panel_slug=slug, row=row)
    yield board
    admin_sql(acme_database, "DROP TABLE evil")
