"""Filters of the library's pages: two values beside each other, and what a panel type is called."""

from typing import Any

from django import template

from dashboards.as_code.difference import shown
from dashboards.panels import PANEL_TYPES

register = template.Library()

LONGEST = 1_000


@register.filter
def one_line(value: Any) -> str:
    """A value of a document on one line."""
    return shown(value, LONGEST)


@register.filter
def sign_of(line: str) -> str:
    """`+` or `-` of a line that differs, `@` of a heading; else nothing."""
    return line[:1] if line[:1] in {"+", "-", "@"} else ""


@register.filter
def type_label(name: str) -> str:
    """A panel type as people call it: “Time series”; one that is not known by its name."""
    kind = PANEL_TYPES.get(name)
    return kind.label if kind is not None else name
