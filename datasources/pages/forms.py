"""A data source as an admin enters it: settings by their kind's model, secrets that go in and never come out."""

from typing import Any

from django import forms
from pydantic import ValidationError

from datasources.kinds.base import AnyKind
from datasources.models import DataSource
from datasources.pages.fields import fields_of, initial_of
from datasources.sources import configured_of
from tenants.credentials import CredentialsError

KEEPS = "Stored, and shown to nobody. Empty keeps it."
MEANWHILE = "Somebody has changed this data source meanwhile. Look at it anew, and change it again."
OF_NONE = "The form does not say which version it changes. Please load the page again."
AGAIN = "What it is sent to has changed: give it again."


class SourceForm(forms.ModelForm):
    """Of one kind. `save` stores settings and secrets with the row."""

    seen_version = forms.IntegerField(widget=forms.HiddenInput, required=False)

    class Meta:
        model = DataSource
        fields = ["name", "slug", "timeout_ms", "is_enabled", "is_open"]

    def __init__(self, kind: AnyKind, data: Any = None, *, instance: DataSource) -> None:
        its = {**initial_of(kind.settings), **(instance.settings if instance.pk else {})}
        initial = {f"its_{name}": value for name, value in its.items()} | {"seen_version": instance.version}
        super().__init__(data, instance=instance, initial=initial)
        self.kind = kind
        self.stored = _stored(instance)
        self.its_names = [f"its_{name}" for name in self._add("its", fields_of(kind.settings))]
        self.secret_names = [f"secret_{name}" for name in self._add("secret", fields_of(kind.secrets))]
        for name in self.stored:
            self.fields[f"secret_{name}"].help_text = KEEPS
        if self.stored:
            self.fields["forget_secrets"] = forms.BooleanField(label="Forget the stored secrets", required=False)
        self.order_fields(["name", "slug", *self.its_names, *self.secret_names, "forget_secrets"])
        for name in ["slug"] * bool(instance.pk) + ["is_open"] * (not instance.is_shared):
            del self.fields[name]

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        self.its, self.given = self._read("its", self.kind.settings), self._read("secret", self.kind.secrets)
        if self.its is not None and self.given is not None:
            self._keep_secrets_where_they_belong()
        if self.instance.pk and cleaned.get("seen_version") != self.instance.version:
            self.add_error(None, forms.ValidationError(MEANWHILE if cleaned.get("seen_version") else OF_NONE, code="overtaken"))
        return cleaned

    def save(self, commit: bool = True) -> DataSource:
        """To be called in a transaction: the secrets are bound to the row, which has to be there first."""
        source: DataSource = super().save(commit=False)
        source.kind, source.settings = self.kind.name, self.its.model_dump(mode="json")
        if source._state.adding:
            source.save()
        if self.secrets is not None:
            source.secrets_token = self.kind.seal(source.pk, self.its, self.secrets)
        source.save()
        return source

    def validate_unique(self) -> None:
        """Among the tenant's, which is no field of the form."""
        if "slug" in self.errors:
            return
        try:
            self.instance.validate_constraints()
        except forms.ValidationError:
            self.add_error("slug" if "slug" in self.fields else None, "There is a data source of this id already.")

    def _add(self, prefix: str, fields: dict[str, forms.Field]) -> list[str]:
        self.fields |= {f"{prefix}_{name}": field for name, field in fields.items()}
        return list(fields)

    def _read(self, prefix: str, model: Any) -> Any:
        """What was entered, by the model; None where it says what is wrong with that."""
        raw = {name: self.cleaned_data.get(f"{prefix}_{name}") for name in model.model_fields}
        missing = [name for name in raw if f"{prefix}_{name}" in self.errors]
        raw = {name: value for name, value in raw.items() if value not in (None, "", {})}
        try:
            read = model.model_validate(raw)
        except ValidationError as error:
            for one in error.errors(include_url=False, include_context=False, include_input=False):
                name = f"{prefix}_{one['loc'][0]}" if one["loc"] else ""
                if name not in self.errors:
                    self.add_error(name if name in self.fields else None, _sentence(one["msg"]))
            return None
        return None if missing else read

    def _keep_secrets_where_they_belong(self) -> None:
        """A secret must not be sent to another place than the one it was given for."""
        given = self.given.model_dump(mode="json", exclude_defaults=True)
        if self.cleaned_data.get("forget_secrets"):
            self.secrets: dict[str, Any] | None = given
            return
        before = configured_of(self.instance) if self.instance.pk else None
        is_same = before is not None and self.kind.target_mark(before.settings) == self.kind.target_mark(self.its)
        if not is_same:
            for name in self.stored.keys() - given.keys():
                self.add_error(f"secret_{name}", AGAIN)
        kept = self.stored if is_same else {}
        self.secrets = {**kept, **given} if given or not is_same else None


def _stored(source: DataSource) -> dict[str, Any]:
    """The secrets there are, by name. Not for showing."""
    configured = configured_of(source) if source.pk and source.secrets_token else None
    if configured is None:
        return {}
    try:
        return configured.secrets().model_dump(mode="json", exclude_defaults=True)
    except CredentialsError:  # no key opens them: they have to be given again
        return {}


def _sentence(message: str) -> str:
    text = message.removeprefix("Value error, ")
    return text[:1].upper() + text[1:] + ("" if text.endswith((".", "…")) else ".")
