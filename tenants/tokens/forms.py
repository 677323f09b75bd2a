"""What a person says of a token they want."""

from typing import Any

from django import forms

from tenants.models import Tenant, TokenScope, User
from tenants.tokens.model import DEFAULT_DAYS, MOST_CALLS

FOR_EVER = ""
LIVES = [("7", "in 7 days"), ("30", "in 30 days"), ("90", "in 90 days"), ("180", "in 180 days"), ("365", "in a year")]


def _days(text: str) -> int:
    return int(text)


class TokenForm(forms.Form):
    name = forms.CharField(max_length=100, help_text="What it is for: “nightly report”.")
    scope = forms.ChoiceField(label="May", choices=TokenScope.choices, initial=TokenScope.READ)
    tenant = forms.ModelChoiceField(label="Where", queryset=Tenant.objects.none(), required=False, empty_label="All my tenants")
    days = forms.TypedChoiceField(
        label="Expires", choices=LIVES, initial=str(DEFAULT_DAYS), coerce=_days, empty_value=None, required=False
    )
    calls_a_minute = forms.IntegerField(
        label="Calls a minute", min_value=1, max_value=MOST_CALLS, required=False, help_text="At most. Empty: as many as you may."
    )

    def __init__(self, user: User, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        fields: dict[str, Any] = self.fields
        fields["tenant"].queryset = Tenant.objects.open_to(user)
        fields["name"].widget.attrs |= {"autocomplete": "off", "aria-describedby": "id_name_helptext"}
        fields["calls_a_minute"].widget.attrs |= {"aria-describedby": "id_calls_a_minute_helptext"}
        fields["days"].choices = [*LIVES, (FOR_EVER, "never")] if user.is_platform_admin else LIVES
        fields["days"].required = not user.is_platform_admin
