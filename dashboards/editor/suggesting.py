"""What the form's fields may mean on the tenant they are looked at: units, colours, data sources, tables and columns."""

import re
from collections.abc import Mapping, Sequence
from typing import Any

from django.urls import reverse

from dashboards.editor.editing import Editing
from dashboards.panels.base import BadRequest
from dashboards.panels.colours import NAMED
from dashboards.panels.durations import UNITS as DURATIONS
from dashboards.panels.known_units import UNITS
from dashboards.panels.parts import SLUG
from dashboards.query.tables import completions
from dashboards.query.words import MACROS, PROM_MACROS
from datasources.base import OWN
from datasources.errors import SourceError
from datasources.postgres import PostgresSource
from datasources.sources import source_of, sources_seen_by

MOST_NAMES = 500


def words_for(editing: Editing) -> dict[str, Any]:
    """For the editors of queries: tables with their columns or where names are found, macros, and the variables there are."""
    variables = {name for name in _said(editing.panel.document, "variables") if isinstance(name, str)}
    variables |= {one["name"] for one in _variables(editing)}
    names = reverse("source-names", kwargs={"tenant": editing.on.slug, "source": _source(editing)})
    return {
        "sql": {**_tables(editing), "macros": [[word.call, word.means] for word in MACROS], "variables": sorted(variables)},
        "promql": {
            "names": names,
            "macros": [[word.call, word.means] for word in PROM_MACROS],
            "variables": sorted(variables),
        },
    }


def suggestions(words: Mapping[str, Any]) -> dict[str, Sequence[str]]:
    """The lists of the form, by their names."""
    tables, first = words["sql"]["schemas"], words["sql"]["first"]
    names = [table if schema == first else f"{schema}.{table}" for schema, found in tables.items() for table in found]
    columns = {column for found in tables.values() for listed in found.values() for column, _ in listed}
    return {
        "units": [name for name in (*UNITS, *DURATIONS) if name],
        "colors": list(NAMED),
        "tables": names[:MOST_NAMES],
        "columns": sorted(columns)[:MOST_NAMES],
    }


def source_choices(editing: Editing) -> list[tuple[str, str]]:
    """The data sources that the panel may name, and the variables that choose one, each with its name for people."""
    sources = sources_seen_by(editing.on, platform=editing.panel.is_shared)
    chosen = [one["name"] for one in _variables(editing) if one.get("kind") == "data_source"]
    return [
        (OWN, "The tenant's own"),
        *((source.slug, f"{source.name} ({source.slug})") for source in sources if source.slug != OWN),
        *((f"${name}", f"The one chosen in ${name}") for name in chosen),
    ]


def _variables(editing: Editing) -> list[dict[str, Any]]:
    """Those of the dashboard, as far as they have names."""
    stored = editing.place.dashboard.variables
    return [one for one in stored if isinstance(one, dict) and "name" in one] if isinstance(stored, list) else []


def _tables(editing: Editing) -> dict[str, Any]:
    """Of the source that the panel asks in SQL; nothing of one that cannot be reached or is asked in another language."""
    try:
        source = source_of(editing.on, _source(editing), platform=editing.panel.is_shared)
        return completions(source) if isinstance(source, PostgresSource) else {"schemas": {}, "first": ""}
    except (SourceError, BadRequest):
        return {"schemas": {}, "first": ""}


def _source(editing: Editing) -> str:
    """The slug of the source that the stored panel asks; that of a variable is not known here."""
    slug = str(_said(editing.panel.document, "data_source").get("source", OWN))
    return slug if re.fullmatch(SLUG, slug) else OWN


def _said(document: Any, name: str) -> Mapping[str, Any]:
    found = document.get(name) if isinstance(document, dict) else None
    return found if isinstance(found, dict) else {}
