"""Fields made from models: each shape has one, and what is entered as a secret does not come back with the page."""

from typing import Annotated, Any, Literal

import pytest
from django import forms
from django.http import QueryDict
from pydantic import Field

from datasources.kinds import SOURCE_KINDS
from datasources.kinds.base import Secrets, Settings
from datasources.models import DataSource
from datasources.pages.fields import fields_of, initial_of
from datasources.pages.forms import SourceForm

CANARY = "canary-hunter2"


class Everything(Settings):
    text: Annotated[str, Field(title="A text", description="What it is.")]
    long: Annotated[str, Field(json_schema_extra={"lines": 7})] = ""
    number: int = 3
    share: float | None = None
    is_on: bool = True
    one_of: Literal["a", "b"] = "b"
    pairs: dict[str, str] = {"X-A": "1"}


class Hidden(Secrets):
    word: str = ""
    long: Annotated[str, Field(json_schema_extra={"lines": 7})] = ""
    pairs: dict[str, str] = {}


def test_each_shape_has_a_field() -> None:
    fields = fields_of(Everything)
    kinds = {name: type(field).__name__ for name, field in fields.items()}
    assert kinds == {
        "text": "CharField", "long": "CharField", "number": "IntegerField", "share": "FloatField", "is_on": "BooleanField",
        "one_of": "ChoiceField", "pairs": "LinesField",
    }  # fmt: skip
    assert [name for name, field in fields.items() if field.required] == ["text"]
    assert (fields["text"].label, fields["text"].help_text, fields["one_of"].label) == ("A text", "What it is.", "One of")
    assert isinstance(fields["long"].widget, forms.Textarea)
    assert initial_of(Everything)["pairs"] == {"X-A": "1"}


def test_a_shape_without_a_field_is_an_error_at_once() -> None:
    class Odd(Settings):
        many: list[str] = []

    with pytest.raises(TypeError, match="many"):
        fields_of(Odd)


def test_lines_are_pairs() -> None:
    field = fields_of(Everything)["pairs"]
    assert field.clean("X-Scope-OrgID: acme\n\n  X-Url : http://a:1 ") == {"X-Scope-OrgID": "acme", "X-Url": "http://a:1"}
    assert field.prepare_value({"X-A": "1", "X-B": "2"}) == "X-A: 1\nX-B: 2"
    for wrong in ("X-A", ": 1"):
        with pytest.raises(forms.ValidationError):
            field.clean(wrong)


def test_secrets_do_not_come_back() -> None:
    form = type("Entered", (forms.Form,), fields_of(Hidden))({"word": CANARY, "long": CANARY, "pairs": f"X-A: {CANARY}"})
    assert form.is_valid()
    assert form.cleaned_data["pairs"] == {"X-A": CANARY}
    assert CANARY not in str(form)


@pytest.mark.parametrize("name", SOURCE_KINDS)
def test_no_kinds_secrets_come_back(acme: Any, name: str) -> None:
    kind = SOURCE_KINDS[name]
    data = QueryDict(mutable=True)
    data.update({f"secret_{field}": CANARY for field in kind.secrets.model_fields})
    form = SourceForm(kind, data, instance=DataSource(tenant=acme, kind=name))
    assert not form.is_valid()
    assert CANARY not in str(form)
