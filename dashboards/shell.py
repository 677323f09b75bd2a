"""What stands round a panel's body and differs at each refresh: its element's attributes, and its foot.

In Python, as it is a third of a short panel's template there. All that comes from data or documents is escaped here.
"""

from datetime import datetime
from functools import lru_cache
from html import escape

from django.template.loader import render_to_string

from dashboards.section import Section


def attributes_html(section: Section, *, alone: bool) -> str:
    """What the page's scripts and htmx know a panel by; on a page of its own it has no variables of its own."""
    slug = escape(section.slug)
    own_range = " data-own-range" if section.own_range else ""
    own = f' data-own-variables="{escape(section.own)}"' if section.own and not alone else ""
    headers = f' hx-headers="{escape(section.headers)}"' if section.headers else ""
    return (
        f'id="panel-{slug}" data-panel="{slug}" data-type="{escape(section.type)}" data-state="{section.state}" '
        f'data-points="{escape(section.points_url)}"{own_range}{own} aria-labelledby="title-{slug}" '
        f'aria-busy="{section.busy}" hx-get="{escape(section.url)}" hx-trigger="{section.trigger}"{headers}'
    )


def foot_html(section: Section) -> str:
    """Notes, when the source was asked, and how long that took."""
    notes = "".join(f'<p class="panel-note">{_info()}{escape(note)}</p>' for note in section.notes)
    when = _when(section.updated_at, section.elapsed_ms) if section.updated_at else ""
    return f'<footer class="panel-foot">{notes}{when}</footer>'


def _when(updated_at: datetime, elapsed_ms: float | None) -> str:
    took = "" if elapsed_ms is None else f' <span title="What the query and the drawing took">{elapsed_ms:.0f} ms</span>'
    at = f'<time class="ago" datetime="{updated_at.isoformat()}">{updated_at:%H:%M:%S} UTC</time>'
    return f'<p class="panel-when">{at}{took}</p>'


@lru_cache(maxsize=1)
def _info() -> str:
    return render_to_string("_icon.html", {"name": "info"})
