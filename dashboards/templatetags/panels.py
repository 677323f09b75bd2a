"""Tags of the panels' templates: the figure as data for a script, the mark of a status, URLs that keep their state."""

from collections.abc import Iterable, Mapping
from functools import lru_cache
from typing import Any
from urllib.parse import parse_qsl, urlencode, urlsplit

import orjson
from django import template
from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe

from dashboards.heads import head_html, table_head_html, table_search_html
from dashboards.linking import Home
from dashboards.markup import cell_html, key_row, legend_row, marked, service_html
from dashboards.panels.cells import Cell
from dashboards.panels.compact import compacted
from dashboards.panels.key import KeyRow
from dashboards.panels.legend import LegendRow
from dashboards.panels.tails import Held
from dashboards.shell import attributes_html, foot_html

register = template.Library()

# As django.utils.html.json_script does it: nothing in the JSON can end the script element.
_ESCAPES = {ord("<"): "\\u003C", ord(">"): "\\u003E", ord("&"): "\\u0026"}


@register.simple_tag
def head(section: Any, panel: Mapping[str, Any] | str) -> SafeString:
    """The head of a panel; `panel` is what its type says of it, if it is there."""
    return mark_safe(head_html(section, panel if isinstance(panel, Mapping) else {}))  # noqa: S308 - a template's, escaped


@register.simple_tag
def attributes(section: Any, alone: object = False) -> SafeString:
    """The attributes of a panel's element; `alone`: it stands on a page of its own."""
    return mark_safe(attributes_html(section, alone=bool(alone)))  # noqa: S308 - each part is escaped


@register.simple_tag
def foot(section: Any) -> SafeString:
    """What stands below a panel's body."""
    return mark_safe(foot_html(section))  # noqa: S308 - each part is escaped


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
    return mark_safe(marked(shape, colour))  # noqa: S308 - a shape of our own, a colour that is escaped


@register.simple_tag
def home_url(section: Any, href: str) -> str:
    """A link of a document as it stands on the section's page."""
    return Home(section.url).href(href)


@register.simple_tag
def prose(sanitised: str) -> SafeString:
    """Markup that dashboards.panels.markdown has made of Markdown, and kept nothing in that could do harm."""
    return mark_safe(sanitised)  # noqa: S308 - sanitised where it was made


@register.simple_tag
def table_search(section: Any, search: str) -> SafeString:
    """A table's field to search in."""
    return mark_safe(table_search_html(section, search))  # noqa: S308 - a template's, escaped


@register.simple_tag
def table_head(section: Any, columns: Iterable[Mapping[str, Any]]) -> SafeString:
    """A table's head, whose cells sort it."""
    return mark_safe(table_head_html(section, columns))  # noqa: S308 - a template's, escaped


@register.simple_tag
def table_rows(rows: Iterable[Iterable[Cell]], section: Any = None) -> SafeString:
    """A table's rows: in Python, as a page has hundreds of cells and a template's loop takes five times as long."""
    home = Home(section.url if section is not None else "")
    lines = (f"<tr>{''.join([cell_html(cell, home) for cell in row])}</tr>" for row in rows)
    return mark_safe("".join(lines))  # noqa: S308 - each part is escaped


@register.simple_tag
def service_rows(services: Iterable[Mapping[str, Any]], section: Any = None) -> SafeString:
    """A health panel's services."""
    home = Home(section.url if section is not None else "")
    return mark_safe("".join([service_html(service, home) for service in services]))  # noqa: S308 - each part is escaped


@register.simple_tag
def legend_rows(rows: Iterable[LegendRow], section: Any = None) -> SafeString:
    """A chart's legend, a row a series: each is a button that shows or hides it."""
    home = Home(section.url if section is not None else "")
    return mark_safe("".join([legend_row(row, home) for row in rows]))  # noqa: S308 - each part is escaped


@register.simple_tag
def key_rows(rows: Iterable[KeyRow], section: Any = None) -> SafeString:
    """A chart's key, a row a colour: each is a button that shows or hides what has it."""
    home = Home(section.url if section is not None else "")
    return mark_safe("".join([key_row(row, home) for row in rows]))  # noqa: S308 - each part is escaped


@register.simple_tag
def query_fields(section: Any, *without: str) -> list[tuple[str, str]]:
    """The parameters of the section's URL, for a form's hidden fields: a form's own replace those of its action."""
    parameters = parse_qsl(urlsplit(section.url).query, keep_blank_values=True)
    return [(name, value) for name, value in parameters if name not in without]


@register.simple_tag
def fragment_url(section: Any, **changes: Any) -> str:
    """The section's fragment with other parameters; None takes one away."""
    return _changed(section.url, **changes)


@register.simple_tag
def panel_url(section: Any, **changes: Any) -> str:
    """The panel's own page with other parameters, for people without JavaScript."""
    return _changed(f"{section.view_url.partition('?')[0]}?{section.url.partition('?')[2]}", **changes)


@lru_cache(maxsize=2_048, typed=True)  # the next refresh has the same ones
def _changed(url: str, **changes: Any) -> str:
    parts = urlsplit(url)
    kept = [(name, value) for name, value in parse_qsl(parts.query, keep_blank_values=True) if name not in changes]
    added = [(name, str(value)) for name, value in changes.items() if value is not None]
    return parts._replace(query=urlencode([*kept, *added])).geturl()
