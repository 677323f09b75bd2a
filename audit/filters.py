"""What of the events is asked for, as it stands in the URL."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from django import forms
from django.db.models import Q
from django.http import QueryDict
from django.utils import timezone

from audit.models import Action, EventQuerySet, Outcome

RANGES = {"1": "24 hours", "7": "7 days", "30": "30 days", "90": "90 days", "365": "A year", "0": "All"}
DEFAULT_DAYS = "7"
LONGEST_SEARCH = 200
PLAIN_TIME = "%Y-%m-%dT%H:%M"


class FilterForm(forms.Form):
    """`tenant` is for those who see events of all of them."""

    days = forms.ChoiceField(label="Time", choices=list(RANGES.items()), required=False)
    start = forms.DateTimeField(label="From", required=False, widget=forms.DateTimeInput({"type": "datetime-local"}, PLAIN_TIME))
    stop = forms.DateTimeField(label="To", required=False, widget=forms.DateTimeInput({"type": "datetime-local"}, PLAIN_TIME))
    actor = forms.CharField(label="Who", required=False, max_length=LONGEST_SEARCH)
    action = forms.ChoiceField(label="Action", choices=[("", "All"), *Action.choices], required=False)
    object = forms.CharField(label="Object", required=False, max_length=LONGEST_SEARCH)
    outcome = forms.ChoiceField(label="Outcome", choices=[("", "All"), *Outcome.choices], required=False)
    tenant = forms.CharField(label="Tenant", required=False, max_length=64)

    def __init__(self, query: QueryDict, *, with_tenant: bool) -> None:
        asked = query.copy()
        asked.setdefault("days", DEFAULT_DAYS)
        super().__init__(asked, auto_id="audit-%s", label_suffix="")
        if not with_tenant:
            del self.fields["tenant"]
        for name in ("actor", "object", "tenant"):
            if name in self.fields:
                self.fields[name].widget.attrs |= {"autocomplete": "off", "type": "search"}

    def add_prefix(self, field_name: str) -> str:
        """CONTRACT's names in the URL: `from` and `to`, the first of which is a word of Python's."""
        return {"start": "from", "stop": "to"}.get(field_name, field_name)


@dataclass(frozen=True, slots=True)
class Filter:
    start: datetime | None
    stop: datetime | None
    actor: str
    action: str
    object: str
    outcome: str
    tenant: str

    @classmethod
    def of(cls, cleaned: dict[str, Any]) -> "Filter":
        start, stop = cleaned.get("start"), cleaned.get("stop")
        days = int(cleaned.get("days") or DEFAULT_DAYS)
        if start is None and stop is None and days:
            start = timezone.now() - timedelta(days=days)
        names = ("actor", "action", "object", "outcome", "tenant")
        return cls(start, stop, **{name: cleaned.get(name, "") for name in names})

    def applied(self, events: EventQuerySet) -> EventQuerySet:
        """Each word of a person or an object is looked for as a part of it."""
        exact = {name: value for name in ("action", "outcome", "tenant") if (value := getattr(self, name))}
        events = events.filter(**exact)
        if self.start is not None:
            events = events.filter(at__gte=self.start)
        if self.stop is not None:
            events = events.filter(at__lt=self.stop)
        if self.actor:
            events = events.filter(actor__icontains=self.actor)
        if self.object:
            events = events.filter(Q(object__icontains=self.object) | Q(object_type__icontains=self.object))
        return events

    def described(self) -> dict[str, str]:
        """For the event that tells of an export."""
        given = {name: getattr(self, name) for name in ("start", "stop", "actor", "action", "object", "outcome", "tenant")}
        return {name: value.isoformat() if isinstance(value, datetime) else value for name, value in given.items() if value}


def zone_named(*names: str) -> ZoneInfo:
    """The first of these time zones that is given."""
    return ZoneInfo(next(filter(None, names), "UTC"))
