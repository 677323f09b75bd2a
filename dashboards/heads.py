"""A panel's head: its title and its menu. It seldom differs from one refresh to the next, so it is drawn once for many.

It is a third of what a short panel's template costs. Nothing personal is in one but what a Section says itself.
"""

from collections.abc import Mapping
from dataclasses import replace
from functools import lru_cache
from typing import Any

from django.conf import settings
from django.template.loader import render_to_string

from dashboards.section import Section

KEPT = 512  # a few kB each, with its section


def head_html(section: Section, panel: Mapping[str, Any]) -> str:
    """The head's HTML. `panel` says whether raw points may be asked for, `can_be_raw`, and whether they are shown, `raw`."""
    can_be_raw, is_raw = bool(panel.get("can_be_raw")), bool(panel.get("raw"))
    if section.state == "stale" or settings.DEBUG:  # then its age stands there; and whoever works on it wants to see it change
        return _drawn(section, can_be_raw, is_raw)
    same = replace(
        section, state="fresh", lazy=False, mark="", updated_at=None, elapsed_ms=None, error=None, notes=(), poll_seconds=0
    )
    return _kept(same, can_be_raw, is_raw)


def _drawn(section: Section, can_be_raw: bool, is_raw: bool) -> str:
    shown = {"can_be_raw": can_be_raw, "raw": is_raw}
    return render_to_string("panels/_head.html", {"section": section, "panel": shown})


_kept = lru_cache(maxsize=KEPT)(_drawn)
