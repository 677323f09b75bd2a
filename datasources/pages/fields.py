"""A form's fields from a kind's models, so that a kind needs no form of its own."""

from types import UnionType
from typing import Any, Literal, Union, get_args, get_origin

from django import forms
from pydantic import BaseModel
from pydantic.fields import FieldInfo

from datasources.kinds.base import Secrets


class LinesField(forms.CharField):
    """Names with a text each, a line each: `X-Scope-OrgID: acme`. Its value is a dict."""

    def __init__(self, *, is_secret: bool, **options: Any) -> None:
        attrs = {"rows": 3, "spellcheck": "false", "autocomplete": "off"}
        super().__init__(widget=SecretLines(attrs) if is_secret else forms.Textarea(attrs), **options)

    def prepare_value(self, value: Any) -> Any:
        return "\n".join(f"{name}: {text}" for name, text in value.items()) if isinstance(value, dict) else value

    def to_python(self, value: Any) -> Any:
        pairs: dict[str, str] = {}
        for line in filter(None, map(str.strip, str(super().to_python(value) or "").splitlines())):
            name, sign, text = line.partition(":")
            if not sign or not name.strip():
                raise forms.ValidationError("Write a line each: Name: value.")
            pairs[name.strip()] = text.strip()
        return pairs


class SecretLines(forms.Textarea):
    """As a password's field: what was entered does not come back with the page."""

    def format_value(self, value: Any) -> None:
        return None


def fields_of(model: type[BaseModel]) -> dict[str, forms.Field]:
    """A field for each of the model's, by its name. Those of secrets are never filled in."""
    is_secret = issubclass(model, Secrets)
    return {name: _field(name, its, is_secret=is_secret) for name, its in model.model_fields.items()}


def initial_of(model: type[BaseModel]) -> dict[str, Any]:
    return {name: its.get_default(call_default_factory=True) for name, its in model.model_fields.items() if not its.is_required()}


def _field(name: str, its: FieldInfo, *, is_secret: bool) -> forms.Field:
    shape = _without_none(its.annotation)
    options: dict[str, Any] = {
        "label": its.title or name.replace("_", " ").capitalize(),
        "help_text": "" if its.description is None else its.description,
        "required": its.is_required() and not is_secret,
    }
    if get_origin(shape) is Literal:
        return forms.ChoiceField(choices=[(one, one) for one in get_args(shape)], **options)
    if get_origin(shape) is dict:
        return LinesField(is_secret=is_secret, **options)
    if shape is bool:
        return forms.BooleanField(**{**options, "required": False})
    if shape in (int, float):
        return (forms.IntegerField if shape is int else forms.FloatField)(**options)
    if shape is str:
        return forms.CharField(widget=_widget(its, is_secret=is_secret), strip=not is_secret, **options)
    raise TypeError(f"{name}: there is no field for {shape}")


def _widget(its: FieldInfo, *, is_secret: bool) -> forms.Widget:
    extra = its.json_schema_extra if isinstance(its.json_schema_extra, dict) else {}
    if "lines" in extra:
        attrs = {"rows": extra["lines"], "spellcheck": "false", "autocomplete": "off"}
        return SecretLines(attrs) if is_secret else forms.Textarea(attrs)
    if is_secret:
        return forms.PasswordInput(attrs={"autocomplete": "new-password"})
    return forms.TextInput(attrs={"autocomplete": "off", "spellcheck": "false"})


def _without_none(annotation: Any) -> Any:
    """`str` of `str | None`."""
    if get_origin(annotation) in (Union, UnionType):
        (shape,) = [one for one in get_args(annotation) if one is not type(None)]
        return _without_none(shape)
    return annotation
