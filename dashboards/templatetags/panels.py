"""Tags of the panels' templates: the figure as data for a script, the mark of a status, URLs that keep their state."""

from collections.abc import Iterable
from html import escape
from typing import Any
from urllib.parse import parse_qsl, urlencode, urlsplit

import orjson
from django import template
from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe

from dashboards.linking import Home
from dashboards.panels.anchors import Anchor
from dashboards.panels.cells import Cell
from dashboards.panels.compact import compacted
from dashboards.panels.legend import LegendRow
from dashboards.panels.tails import Held

register = template.Library()

# As django.utils.html.json_script does it: nothing in the JSON can end the script element.
_ESCAPES = {ord("<"): "\\u003C", ord(">"): "\\u003E", ord("&"): "\\u0026"}
_SHAPES = {
    "circle": '<circle cx="8" cy="8" r="6"/>',
    "triangle": '<path d="M8 1.5 15 14H1z"/>',
    "octagon": '<path d="M5.2 1h5.6L15 5.2v5.6L10.8 15H5.2L1 10.8V5.2z"/>',
    "diamond": '<path d="M8 1l7 7-7 7-7-7z"/>',
}
_NULL = '<td class="null"><span class="null" title="NULL">–</span></td>'


@register.simple_tag
def figure(drawn: dict[str, Any], slug: str, held: Held | None = None) -> SafeString:
    """The figure of the chart `chart-<slug>`, where charts.js looks for it; `held` is what the page has of it then."""
    data = mark_safe(orjson.dumps(compacted(drawn), option=orjson.OPT_SERIALIZE_NUMPY).decode().translate(_ESCAPES))  # noqa: S308 - escaped just now
    return format_html(
        '<script type="application/json" class="figure" data-chart="chart-{}" data-held="{}">{}</script>', slug, held or "", data
    )


@register.simple_tag
def mark(shape: str, colour: str) -> SafeString:
    """A small drawing of a status: its shape says it where its colour cannot."""
    drawing = mark_safe(_SHAPES[shape])  # noqa: S308 - one of our own four
    return format_html('<svg class="mark" viewBox="0 0 16 16" fill="{}" aria-hidden="true">{}</svg>', colour, drawing)


@register.simple_tag
def home_url(section: Any, href: str) -> str:
    """A link of a document as it stands on the section's page."""
    return Home(section.url).href(href)


@register.simple_tag
def table_rows(rows: Iterable[Iterable[Cell]], section: Any = None) -> SafeString:
    """A table's rows: in Python, as a page has hundreds of cells and a template's loop takes five times as long."""
    home = Home(section.url if section is not None else "")
    lines = (f"<tr>{''.join([_cell(cell, home) for cell in row])}</tr>" for row in rows)
    return mark_safe("".join(lines))  # noqa: S308 - each part is escaped


@register.simple_tag
def legend_rows(rows: Iterable[LegendRow], section: Any = None) -> SafeString:
    """A chart's legend, a row a series: each is a button that shows or hides it."""
    home = Home(section.url if section is not None else "")
    return mark_safe("".join([_legend_row(row, home) for row in rows]))  # noqa: S308 - each part is escaped


def _legend_row(row: LegendRow, home: Home) -> str:
    fill = f' fill="{escape(row.color)}"' if row.color else ""
    numbers = "".join(f'<td class="number">{escape(number)}</td>' for number in row.numbers)
    of = f' data-label="{escape(row.of)}"' if row.of else ""
    more = _more(row.anchor, home) if row.anchor is not None else ""
    right = '<span class="legend-axis">right axis</span>' if row.is_right else ""
    return (
        f'<tr data-series="{row.number}"><td>'
        f'<button type="button" class="legend-toggle" aria-pressed="true" data-name="{escape(row.name)}"{of}>'
        f'<svg class="swatch series-{row.number}" viewBox="0 0 12 12" aria-hidden="true">'
        f'<rect width="12" height="12" rx="3"{fill}/></svg>'
        f"<bdi>{escape(row.label)}</bdi></button>{right}{more}</td>{numbers}</tr>"
    )


def _more(anchor: Anchor, home: Home) -> str:
    title = escape(anchor.title)
    return (
        f'<a class="legend-link" {_leading(anchor.href, home, new_tab=anchor.new_tab)} title="{title}" aria-label="{title}">↗</a>'
    )


def _leading(href: str, home: Home, *, new_tab: bool) -> str:
    away = ' rel="noopener noreferrer" target="_blank"' if new_tab else ' rel="noopener noreferrer"'
    return f'href="{escape(home.href(href))}"{away}'


def _cell(value: Cell, home: Home) -> str:
    if value.kind == "null" and not value.href:
        return _NULL
    text = f"<bdi>{escape(value.text)}</bdi>"
    if value.href:
        text = f"<a {_leading(value.href, home, new_tab=value.new_tab)}>{text}</a>"
    tone = f' data-tone="{escape(value.tone)}"' if value.tone else ""
    exact = f' title="{escape(value.exact)}"' if value.exact and value.exact != value.text else ""
    return f'<td class="{escape(value.kind)}"{tone}{exact}>{text}</td>'


@register.simple_tag
def query_fields(section: Any, *without: str) -> list[tuple[str, str]]:
    """The parameters of the section's URL, for a form's hidden fields: a form's own replace those of its action."""
    parameters = parse_qsl(urlsplit(section.url).query, keep_blank_values=True)
    return [(name, value) for name, value in parameters if name not in without]


@register.simple_tag
def fragment_url(section: Any, **changes: Any) -> str:
    """The section's fragment with other parameters; None takes one away."""
    return _changed(section.url, changes)


@register.simple_tag
def panel_url(section: Any, **changes: Any) -> str:
    """The panel's own page with other parameters, for people without JavaScript."""
    query = urlsplit(section.url).query
    return _changed(f"{urlsplit(section.view_url).path}?{query}", changes)


def _changed(url: str, changes: dict[str, Any]) -> str:
    parts = urlsplit(url)
    kept = [(name, value) for name, value in parse_qsl(parts.query, keep_blank_values=True) if name not in changes]
    added = [(name, str(value)) for name, value in changes.items() if value is not None]
    return parts._replace(query=urlencode([*kept, *added])).geturl()
