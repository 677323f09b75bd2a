"""Panels and dashboards as they are written in the admin: the document as YAML or JSON, each error at its path."""

from collections.abc import Callable
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.core.validators import RegexValidator
from django.db import transaction
from django.forms.models import BaseInlineFormSet

from dashboards.changing import Gone, Overtaken, locked
from dashboards.checks import check_annotations, check_queries, check_variables
from dashboards.document import overlap, read_annotations, read_variables
from dashboards.library.states import NotPrivate
from dashboards.models import LENGTH_OF_TIME, Dashboard, Panel, Placement, Shared
from dashboards.panels.document import DocumentInvalid, PanelDocument, as_yaml, parse_text
from dashboards.panels.reading import read_text
from dashboards.panels.writing import as_text
from dashboards.stored import dumped
from dashboards.variables.definitions import stored_variables

EXAMPLE = """\
panel:
  type: timeseries
  title: CPU usage by server
  data_source:
    table: metrics
    columns: {timestamp: recorded_at, value: cpu_percent, series_label: server_name}
    aggregate: avg
  display: {unit: percent, decimals: 1}
  refresh_interval: 60
"""


CHECK_LENGTH = RegexValidator(rf"^{LENGTH_OF_TIME}\Z", "Write a length of time, such as 15m, 6h, 7d.")


class SharedForm(forms.ModelForm):
    """Who has it: one tenant, all, or chosen ones; and that nobody else has changed it meanwhile."""

    seen_version = forms.IntegerField(widget=forms.HiddenInput, required=False)

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self.fields["seen_version"].initial = self.instance.version

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        scope, tenant = cleaned.get("scope"), cleaned.get("tenant")
        if scope == Shared.Scope.TENANT and tenant is None:
            self.add_error("tenant", "Choose the tenant it belongs to.")
        if scope in {Shared.Scope.ALL, Shared.Scope.CHOSEN} and tenant is not None:
            self.add_error("tenant", "What is shared belongs to no tenant.")
        if scope == Shared.Scope.CHOSEN and not cleaned.get("shared_with"):
            self.add_error("shared_with", "Choose the tenants it is shared with.")
        self._refuse_if_overtaken(cleaned.get("seen_version"))
        return cleaned

    def _refuse_if_overtaken(self, seen: int | None) -> None:
        """It is locked until the request's transaction ends, so that nobody comes between this look and the saving."""
        if self.instance.pk is None:
            return
        if seen is None:
            raise ValidationError("The form does not say which version it changes. Please load the page again.", code="overtaken")
        try:
            with transaction.atomic():
                locked(self.instance, seen=seen)
        except Overtaken as error:
            who = error.changed_by or "somebody"
            raise ValidationError(
                f"Meanwhile {who} has changed it. Copy your text, reload, and put it in again.", code="overtaken"
            ) from error
        except Gone as error:
            raise ValidationError("Meanwhile somebody has deleted it. Copy your text, and add it anew.", code="gone") from error


class PanelForm(SharedForm):
    text = forms.CharField(
        label="Document",
        help_text="YAML or JSON. See docs/panels.md for all that may stand in it.",
        widget=forms.Textarea(attrs={"rows": 28, "cols": 100, "spellcheck": "false", "class": "document"}),
    )

    class Meta:
        model = Panel
        fields = ["slug", "scope", "tenant", "shared_with"]

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self.fields["text"].initial = as_yaml(self.instance.document) if self.instance.pk else EXAMPLE

    def clean_text(self) -> PanelDocument:
        try:
            return parse_text(self.cleaned_data["text"])
        except DocumentInvalid as error:
            raise ValidationError([str(one) for one in error.errors]) from error

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean()
        document = cleaned.get("text")
        if isinstance(document, PanelDocument):
            is_shared = cleaned.get("scope") != Shared.Scope.TENANT
            for error in check_queries(document, is_shared=is_shared):
                self.add_error("text", str(error))
        return cleaned

    def save(self, commit: bool = True) -> Panel:
        self.instance.take(self.cleaned_data["text"])
        return super().save(commit)


class DashboardForm(SharedForm):
    variables_text = forms.CharField(
        label="Variables",
        required=False,
        help_text="YAML: a list, or empty. See docs/variables.md.",
        widget=forms.Textarea(attrs={"rows": 8, "cols": 100, "spellcheck": "false", "class": "document"}),
    )

    annotations_text = forms.CharField(
        label="Annotations",
        required=False,
        help_text="YAML: a list of queries, or empty. See docs/annotations.md.",
        widget=forms.Textarea(attrs={"rows": 6, "cols": 100, "spellcheck": "false", "class": "document"}),
    )

    class Meta:
        model = Dashboard
        fields = [
            "slug", "scope", "tenant", "shared_with", "name", "description", "folder", "tags", "time_range", "refresh_interval",
            "state", "private_to",
        ]  # fmt: skip

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self.fields["time_range"].validators.append(CHECK_LENGTH)
        self.fields["state"].required = False  # what does not say is as it was, or published
        for name in ("variables", "annotations"):
            stored = getattr(self.instance, name)
            self.fields[f"{name}_text"].initial = _in_order(stored) if name == "variables" else as_text(stored) if stored else ""

    def clean_variables_text(self) -> list[Any]:
        return self._read_list("variables_text", read_variables)

    def clean_annotations_text(self) -> list[Any]:
        return self._read_list("annotations_text", read_annotations)

    def _read_list(self, name: str, read: Callable[[Any], list[Any]]) -> list[Any]:
        try:
            return read(read_text(self.cleaned_data[name]) if self.cleaned_data[name] else [])
        except DocumentInvalid as error:
            raise ValidationError([str(one) for one in error.errors]) from error

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean()
        is_shared = cleaned.get("scope") != Shared.Scope.TENANT
        for error in check_variables(cleaned.get("variables_text") or [], is_shared=is_shared):
            self.add_error("variables_text", str(error))
        for error in check_annotations(cleaned.get("annotations_text") or [], is_shared=is_shared):
            self.add_error("annotations_text", str(error))
        if is_shared and cleaned.get("private_to") is not None:
            self.add_error("private_to", str(NotPrivate()))
        return cleaned

    def save(self, commit: bool = True) -> Dashboard:
        self.instance.variables = dumped(self.cleaned_data["variables_text"])
        self.instance.annotations = dumped(self.cleaned_data["annotations_text"])
        return super().save(commit)


def _in_order(variables: Any) -> str:
    """Stored variables as an editor reads them, in the order of their models: the database keeps none."""
    read = dumped(stored_variables(variables))
    return as_text(read if len(read) == len(variables) else variables) if variables else ""


class PlacementForm(forms.ModelForm):
    """A placement that fits the grid."""

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self.fields["repeat_direction"].required = False
        self.fields["time_range"].validators.append(CHECK_LENGTH)

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        if cleaned.get("col", 0) + cleaned.get("width", 0) > 12:
            self.add_error("width", "Column and width together are more than 12.")
        return cleaned


class PlacementFormSet(BaseInlineFormSet):
    """Placements that do not lie on one another."""

    def clean(self) -> None:
        super().clean()
        placed: list[Placement] = []
        for form in self.forms:
            if not form.cleaned_data or form.cleaned_data.get("DELETE") or form.errors:
                continue
            place: Placement = form.instance
            over = next((other for other in placed if overlap(place, other)), None)
            if over is not None:
                form.add_error("row", f"It lies on {over.panel_slug}.")
            placed.append(place)
