"""What a person prefers, as a form."""

from collections.abc import Iterable
from itertools import groupby
from typing import Any

from django import forms
from django.urls import reverse

from dashboards.asking import REFRESH_CHOICES
from dashboards.preferences.choosing import homes_of
from dashboards.toolbar import refresh_label, zones
from tenants.models import Tenant, User
from tenants.user import Theme

AS_DASHBOARDS_SAY = ""
NEVER = "Never by itself"


class PreferencesForm(forms.Form):
    theme = forms.ChoiceField(choices=Theme.choices, required=False)
    time_zone = forms.ChoiceField(required=False, help_text="In which times are shown and understood.")
    default_tenant = forms.ModelChoiceField(
        label="Begin at",
        queryset=Tenant.objects.none(),
        to_field_name="slug",
        required=False,
        empty_label="The list of tenants",
        help_text="Where you are once you have signed in.",
    )
    home_dashboard = forms.ChoiceField(
        label="With the dashboard", required=False, error_messages={"invalid_choice": "This tenant has no such dashboard."}
    )
    refresh_seconds = forms.TypedChoiceField(
        label="Refresh", coerce=int, empty_value=None, required=False, help_text="Unless a page's address says otherwise."
    )

    def __init__(self, user: User, *args: Any, begins_at: str | None = None, **options: Any) -> None:
        """`begins_at` is the id of a tenant whose dashboards are offered, before it is stored."""
        super().__init__(*args, **options)
        fields: dict[str, Any] = self.fields
        own = Tenant.objects.open_to(user)
        fields["default_tenant"].queryset = own
        given = self.data.get("default_tenant") if self.is_bound else begins_at
        tenant = own.filter(slug=given).first() if given is not None else _stored(user, own)
        self.initial = {
            "theme": user.theme,
            "time_zone": user.time_zone,
            "default_tenant": tenant.slug if tenant is not None else "",
            "home_dashboard": user.home_dashboard if tenant is not None and tenant.pk == user.default_tenant_id else "",
            "refresh_seconds": AS_DASHBOARDS_SAY if user.refresh_seconds is None else user.refresh_seconds,
        }
        fields["time_zone"].choices = [("", "Each tenant's"), *_by_region({*zones(), user.time_zone} - {""})]
        fields["home_dashboard"].choices = [("", "None: the tenant's own page"), *homes_of(user, tenant)]
        if tenant is None:
            fields["home_dashboard"].disabled, fields["home_dashboard"].help_text = True, "First choose a tenant to begin at."
        fields["refresh_seconds"].choices = _refreshes(user)
        self._say_what_is_asked_again()

    def _say_what_is_asked_again(self) -> None:
        """Another tenant has other dashboards: they come without a new page."""
        asked_again = {"hx-get": reverse("preferences"), "hx-target": "#home", "hx-select": "#home", "hx-swap": "outerHTML"}
        self.fields["default_tenant"].widget.attrs |= asked_again
        for name, field in self.fields.items():
            if field.help_text:
                field.widget.attrs["aria-describedby"] = f"id_{name}_helptext"


def _stored(user: User, own: Any) -> Tenant | None:
    """The tenant one begins at: the chosen one, or the only one there is."""
    if user.default_tenant_id is not None:
        found: Tenant | None = own.filter(pk=user.default_tenant_id).first()
        return found
    few = list(own[:2])
    return few[0] if len(few) == 1 else None


def _refreshes(user: User) -> list[tuple[Any, str]]:
    seconds = {*REFRESH_CHOICES, *([] if user.refresh_seconds is None else [user.refresh_seconds])}
    every = [(one, f"Every {refresh_label(one)}" if one else NEVER) for one in sorted(seconds)]
    return [(AS_DASHBOARDS_SAY, "As each dashboard says"), *every]


def _by_region(names: Iterable[str]) -> list[tuple[str, list[tuple[str, str]]]]:
    """For a list that one can find something in."""
    ordered = sorted(names, key=lambda name: (name != "UTC", name))
    regions = groupby(ordered, key=lambda name: name.partition("/")[0] if "/" in name else "World")
    return [(region, [(name, name.partition("/")[2].replace("_", " ") or name) for name in group]) for region, group in regions]
