"""Two values beside each other, as a page shows them."""

from typing import Any

from django import template

from dashboards.as_code.difference import shown

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
