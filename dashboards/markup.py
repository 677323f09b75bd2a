"""Cells, legend rows, services and marks as HTML: in Python, for a page has hundreds and a template takes five times as long.

All that comes from data or documents is escaped here.
"""

from collections.abc import Mapping
from html import escape
from typing import Any

from django.template.defaultfilters import timesince_filter

from dashboards.linking import Home
from dashboards.panels.anchors import Anchor
from dashboards.panels.cell_looks import CellLook
from dashboards.panels.cells import Cell
from dashboards.panels.key import KeyRow
from dashboards.panels.legend import LegendRow
from dashboards.panels.sparkline import HEIGHT, WIDTH, Sparkline

SHAPES = {
    "circle": '<circle cx="8" cy="8" r="6"/>',
    "triangle": '<path d="M8 1.5 15 14H1z"/>',
    "octagon": '<path d="M5.2 1h5.6L15 5.2v5.6L10.8 15H5.2L1 10.8V5.2z"/>',
    "diamond": '<path d="M8 1l7 7-7 7-7-7z"/>',
}
NULL = '<td class="null"><span class="null" title="NULL">–</span></td>'


def marked(shape: str, colour: str) -> str:
    """A small drawing: its shape says what its colour cannot."""
    return f'<svg class="mark" viewBox="0 0 16 16" fill="{escape(colour)}" aria-hidden="true">{SHAPES[shape]}</svg>'


def line_html(line: Sparkline, name: str) -> str:
    return (
        f'<svg class="sparkline {name}" viewBox="0 0 {WIDTH} {HEIGHT}" preserveAspectRatio="none" role="img" '
        f'aria-label="{escape(line.summary)}"><path d="{line.line}" vector-effect="non-scaling-stroke"/></svg>'
    )


def legend_row(row: LegendRow, home: Home) -> str:
    numbers = "".join(f'<td class="number">{escape(number)}</td>' for number in row.numbers)
    of = f' data-label="{escape(row.of)}"' if row.of else ""
    more = _more(row.anchor, home) if row.anchor is not None else ""
    right = '<span class="legend-axis">right axis</span>' if row.is_right else ""
    return (
        f'<tr data-series="{row.number}"><td>'
        f'<button type="button" class="legend-toggle" aria-pressed="true" data-name="{escape(row.name)}"{of}>'
        f"{_swatch(row.number, row.color)}<bdi>{escape(row.label)}</bdi></button>{right}{more}</td>{numbers}</tr>"
    )


def key_row(row: KeyRow, home: Home) -> str:
    numbers = "".join(f'<td class="number">{escape(number)}</td>' for number in row.numbers)
    sign = marked(row.shape, row.color) if row.shape else _swatch(row.number, row.color)
    return (
        f'<tr data-series="{row.number}"><td>'
        f'<button type="button" class="legend-toggle" aria-pressed="true" data-name="{escape(row.name)}">'
        f"{sign}<bdi>{escape(row.label)}</bdi></button>{_more(row.anchor, home) if row.anchor else ''}</td>{numbers}</tr>"
    )


def _swatch(number: int, color: str) -> str:
    fill = f' fill="{escape(color)}"' if color else ""
    return (
        f'<svg class="swatch series-{number}" viewBox="0 0 12 12" aria-hidden="true">'
        f'<rect width="12" height="12" rx="3"{fill}/></svg>'
    )


def _more(anchor: Anchor, home: Home) -> str:
    title = escape(anchor.title)
    return (
        f'<a class="legend-link" {_leading(anchor.href, home, new_tab=anchor.new_tab)} title="{title}" aria-label="{title}">↗</a>'
    )


def _leading(href: str, home: Home, *, new_tab: bool) -> str:
    away = ' rel="noopener noreferrer" target="_blank"' if new_tab else ' rel="noopener noreferrer"'
    return f'href="{escape(home.href(href))}"{away}'


def cell_html(value: Cell, home: Home) -> str:
    if value.look is not None:
        return _dressed(value, value.look, home)
    if value.kind == "null" and not value.href:
        return NULL
    if not value.tone and not value.href and value.text.isascii():
        # It reads from left to right as its cell does: a <bdi> of its own makes Chromium's layout of a large table twice as dear.
        return f'<td class="{escape(value.kind)}"{_exact(value)}>{escape(value.text)}</td>'
    tone = f' data-tone="{escape(value.tone)}"' if value.tone else ""
    return f'<td class="{escape(value.kind)}"{tone}{_exact(value)}>{_text(value, home)}</td>'


def service_html(service: Mapping[str, Any], home: Home) -> str:
    """A service in a health panel's list; `service` is as the panel type has it."""
    name, changed_at = escape(service["service_name"]), service["changed_at"]
    called = f'<bdi class="health-name">{name}</bdi>'
    if service["href"]:
        called = f'<a class="health-name" {_leading(service["href"], home, new_tab=False)}><bdi>{name}</bdi></a>'
    since = ""
    if changed_at:
        since = f' <time class="ago" datetime="{changed_at.isoformat()}">{escape(timesince_filter(changed_at))}</time>'
    label = escape(service["status_label"])
    mark = marked(service["shape"], service["status_color"])
    return f'<li>{mark} {called} <span class="health-label">{label}</span>{since}</li>'


def _dressed(value: Cell, look: CellLook, home: Home) -> str:
    """A cell with a colour, a bar or a sparkline: drawn as SVG, for a page has no inline style."""
    kind, exact, text = escape(value.kind), _exact(value), _text(value, home)
    if look.ground:
        ground = (
            f'<svg class="cell-ground" aria-hidden="true"><rect width="100%" height="100%" fill="{escape(look.ground)}"/></svg>'
        )
        return f'<td class="{kind} grounded ink-{look.ink}"{exact}>{ground}{text}</td>'
    if look.bar is not None:
        start, length = look.bar
        fill = f' fill="{escape(look.colour)}"' if look.colour else ""
        bar = f'<rect class="bar-track" width="100" height="8"/><rect class="bar" x="{start}" width="{length}" height="8"{fill}/>'
        drawing = f'<svg class="cell-bar" viewBox="0 0 100 8" preserveAspectRatio="none" aria-hidden="true">{bar}</svg>'
        return f'<td class="{kind} barred"{exact}><div class="bar-cell">{drawing}{text}</div></td>'
    if look.line is not None:
        return f'<td class="lined">{line_html(look.line, "cell-line")}</td>'
    mark = marked(look.shape, look.colour) if look.shape else ""
    ink = f' data-ink="{escape(look.tone)}"' if look.tone else ""
    return f'<td class="{kind}"{ink}{exact}>{mark}{text}</td>'


def _text(value: Cell, home: Home) -> str:
    text = f"<bdi>{escape(value.text)}</bdi>"
    return f"<a {_leading(value.href, home, new_tab=value.new_tab)}>{text}</a>" if value.href else text


def _exact(value: Cell) -> str:
    return f' title="{escape(value.exact)}"' if value.exact and value.exact != value.text else ""
