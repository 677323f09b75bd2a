"""The options of a picker: in Python, as there may be thousands and a template's loop takes five times as long."""

from html import escape

from django import template
from django.utils.safestring import SafeString, mark_safe

from dashboards.variables.pickers import Choice, Picker

register = template.Library()


@register.simple_tag
def choices(picker: Picker) -> SafeString:
    """The items of its list: a box each where several can be chosen, else a button that chooses it."""
    write = _box if picker.is_multi else _button
    return mark_safe("".join(write(choice, picker.field) for choice in picker.choices or ()))  # noqa: S308 - each part is escaped


def _box(choice: Choice, field: str) -> str:
    checked = " checked" if choice.is_chosen else ""
    return (
        f'<li><label class="option"><input type="checkbox" name="{escape(field)}" value="{escape(choice.value)}"{checked}>'
        f'<bdi class="option-text">{escape(choice.text)}</bdi></label></li>'
    )


def _button(choice: Choice, field: str) -> str:
    current = ' aria-current="true"' if choice.is_chosen else ""
    return (
        f'<li><button type="submit" class="option" name="{escape(field)}" value="{escape(choice.value)}"{current}>'
        f'<bdi class="option-text">{escape(choice.text)}</bdi></button></li>'
    )
