"""Filters of the panel editor's form."""

import re
from collections.abc import Sequence
from itertools import cycle

from django import template
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

from dashboards.panels.colours import hex_of, opaque

register = template.Library()


@register.filter
def in_code(text: str) -> SafeString:
    """What stands between backticks as code."""
    forms = cycle(("{}", "<code>{}</code>"))
    return format_html_join("", "{}", ((format_html(form, piece),) for form, piece in zip(forms, text.split("`"), strict=False)))


@register.filter
def six_digits(colour: str) -> str:
    """A colour as a browser's picker takes it: `#F59E0B`; grey for what is none."""
    digits = opaque(hex_of(colour))[1:] if re.fullmatch(r"#[0-9a-fA-F]{3,8}", hex_of(colour)) else "888888"
    return f"#{digits if len(digits) == 6 else ''.join(digit * 2 for digit in digits)}"


@register.filter
def with_current(choices: Sequence[tuple[str, str]], value: str) -> list[tuple[str, str]]:
    """The choices, and the value that is chosen though it is none of them: it may be gone by now."""
    return [*choices, *([] if value in dict(choices) else [(value, value or "Choose")])]
