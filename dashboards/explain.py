"""A panel's queries explained: what each costs its tenant's database, for editors and for the shell."""

from collections.abc import Mapping
from typing import Any

from audit.recording import Thing
from audit.statements import record_sql
from dashboards.asked_source import asked_source
from dashboards.models import Panel
from dashboards.panels.base import Ask
from dashboards.read import read_panel
from dashboards.unavailable import unavailable
from datasources.errors import SourceError
from datasources.explained import Explained
from datasources.frame import Frames
from tenants.models import Tenant


def explain_panel(tenant: Tenant, panel: Panel, ask: Ask) -> dict[str, Explained]:
    """Each of a panel's queries explained, none of them run. Raises PanelUnavailable and BadRequest."""
    read = read_panel(panel)
    explained: dict[str, Explained] = {}
    try:
        source = asked_source(tenant, panel, read, ask)
        for name, query in read.kind.queries(read.document, ask).items():
            explained[name] = source.explain(query)
            record_sql(tenant, "explain", explained[name].sql, thing=Thing.of(panel))
    except SourceError as error:
        record_sql(tenant, "explain", "", thing=Thing.of(panel), error=error.in_full)
        raise unavailable(error) from error
    return explained


def inspected(queries: Mapping[str, Explained], frames: Frames) -> list[dict[str, Any]]:
    """For the inspector: each query beside what it answered, where it did."""
    return [
        {
            "name": name,
            "explained": one,
            "answered": frames.get(name),
            "plan": "\n".join(one.lines),
            "values": "\n".join(_values(one)),
        }
        for name, one in queries.items()
    ]


def described(name: str, explained: Explained) -> dict[str, Any]:
    """For programs."""
    return {
        "name": name,
        "sql": explained.sql,
        "parameters": [_written(value) for value in explained.parameters],
        "plan": list(explained.lines),
        "cost": explained.cost,
        "rows": explained.rows,
        "hints": [
            {"kind": hint.kind, "sentence": hint.sentence, "statement": hint.statement or None} for hint in explained.hints
        ],
    }


def in_lines(name: str, explained: Explained) -> list[str]:
    """For a terminal."""
    parts = [explained.sql.splitlines(), _values(explained), explained.lines, _hints(explained)]
    heading = f"{name}: cost {explained.cost:,.0f}, about {explained.rows:,} {'row' if explained.rows == 1 else 'rows'}"
    return [heading, *(line for part in parts if part for line in ("", *(f"  {line}" for line in part))), ""]


def _values(explained: Explained) -> list[str]:
    return [f"${place} = {_written(value)}" for place, value in enumerate(explained.parameters, start=1)]


def _hints(explained: Explained) -> list[str]:
    lines = []
    for hint in explained.hints:
        lines += [f"* {hint.sentence}", *([f"  {hint.statement};"] if hint.statement else [])]
    return lines or ["* Nothing dear."]


def _written(value: Any) -> str:
    """A bound value as text: of a long list, its ends."""
    if isinstance(value, list):
        items = [_written(item) for item in (value if len(value) <= 3 else [value[0], value[-1]])]
        return f"[{', '.join(items)}]" if len(value) <= 3 else f"[{items[0]}, …, {items[1]}], {len(value)} values"
    return value.isoformat(sep=" ") if hasattr(value, "isoformat") else str(value)
