"""What an editor types in to mark a moment or a region."""

from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from django import forms
from django.core.exceptions import ValidationError
from django.utils import timezone

from dashboards.annotations.model import LONGEST_TAG, LONGEST_TEXT, MOST_TAGS, Annotation
from datasources.timerange import BadTimeRange, parse_time

WRITTEN = "%Y-%m-%d %H:%M:%S"


class MomentField(forms.CharField):
    """A time on the viewer's clock, or `now-5m`."""

    zone: ZoneInfo

    def clean(self, value: Any) -> datetime | None:
        text = super().clean(value)
        if not text:
            return None
        try:
            return parse_time(text, zone=self.zone, now=timezone.now(), name=str(self.label or ""))
        except BadTimeRange as error:
            raise ValidationError(str(error)) from error


class AnnotationForm(forms.ModelForm):
    start = MomentField(label="From", max_length=40)
    stop = MomentField(label="To", max_length=40, required=False, help_text="Empty: a moment, not a region.")
    text = forms.CharField(label="What happened", max_length=LONGEST_TEXT, widget=forms.Textarea(attrs={"rows": 3}))
    tags = forms.CharField(label="Tags", required=False, max_length=1_000, help_text="By comma.")
    panel_slug = forms.ChoiceField(label="Where", required=False)

    class Meta:
        model = Annotation
        fields = ["text", "start", "stop", "tags", "panel_slug"]

    def __init__(self, *args: Any, zone: ZoneInfo, panels: list[tuple[str, str]], **options: Any) -> None:
        super().__init__(*args, **options)
        for name in ("start", "stop"):
            field = self.fields[name]
            assert isinstance(field, MomentField)
            field.zone = zone
            if (moment := getattr(self.instance, name)) is not None:
                self.initial[name] = moment.astimezone(zone).strftime(WRITTEN)
        self.initial["tags"] = ", ".join(self.instance.tags)
        where = self.fields["panel_slug"]
        assert isinstance(where, forms.ChoiceField)
        where.choices = [("", "The whole dashboard"), *panels]

    def clean_tags(self) -> list[str]:
        tags = list(dict.fromkeys(tag.strip() for tag in self.cleaned_data["tags"].split(",") if tag.strip()))
        if len(tags) > MOST_TAGS:
            raise ValidationError(f"At most {MOST_TAGS} tags.")
        if any(len(tag) > LONGEST_TAG for tag in tags):
            raise ValidationError(f"A tag has at most {LONGEST_TAG} characters.")
        return tags
