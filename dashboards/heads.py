"""What of a panel seldom differs from one refresh to the next, its title, its menu, a table's head: drawn once for many.

The menu alone is a third of what a short panel's template costs. Nothing personal is in any but what a Section says itself.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from functools import lru_cache, wraps
from typing import Any, TypeVar, cast

from django.conf import settings
from django.template.loader import render_to_string

from dashboards.section import Section

Html = TypeVar("Html", bound=Callable[..., str])
KEPT = 512  # of each, a few kB with its section


def head_html(section: Section, panel: Mapping[str, Any]) -> str:
    """The head of a panel. `panel` says whether raw points may be asked for, `can_be_raw`, and whether they are shown, `raw`."""
    can_be_raw, is_raw = bool(panel.get("can_be_raw")), bool(panel.get("raw"))
    if section.state == "stale":  # then its age stands there
        return _head(section, can_be_raw, is_raw)
    return _kept_head(_same(section), can_be_raw, is_raw)


def table_search_html(section: Section, search: str) -> str:
    """A table's field to search in, and what was searched for."""
    return _table_search(_same(section), search)


def table_head_html(section: Section, columns: Iterable[Mapping[str, Any]]) -> str:
    """A table's head, whose cells sort it. `columns` are as in its type's context."""
    return _table_head(_same(section), tuple(tuple(column.items()) for column in columns))


def _same(section: Section) -> Section:
    """The section without all that each refresh has of its own, and no head says."""
    return replace(
        section, state="fresh", lazy=False, mark="", updated_at=None, elapsed_ms=None, error=None, notes=(), poll_seconds=0
    )


def _kept(draw: Html) -> Html:
    """Drawn once of the same facts; whoever works on the templates sees each change."""
    kept = lru_cache(maxsize=KEPT)(draw)
    return cast(Html, wraps(draw)(lambda *facts: draw(*facts) if settings.DEBUG else kept(*facts)))


def _head(section: Section, can_be_raw: bool, is_raw: bool) -> str:
    shown = {"can_be_raw": can_be_raw, "raw": is_raw}
    return render_to_string("panels/_head.html", {"section": section, "panel": shown})


_kept_head = _kept(_head)


@_kept
def _table_search(section: Section, search: str) -> str:
    return render_to_string("panels/_table_search.html", {"section": section, "search": search})


@_kept
def _table_head(section: Section, columns: tuple[tuple[tuple[str, Any], ...], ...]) -> str:
    return render_to_string("panels/_table_head.html", {"section": section, "columns": [dict(column) for column in columns]})
