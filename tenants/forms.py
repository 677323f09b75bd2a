"""Tenants as platform admins enter them: the password goes in and never comes out."""

from typing import Any

from django import forms
from django.core.exceptions import ValidationError

from tenants.models import Tenant
from tenants.resolve import HostRefused, check_host

TARGET = ("host", "port", "database", "user")


class TenantForm(forms.ModelForm):
    password = forms.CharField(
        required=False,
        strip=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
        help_text="Empty keeps the one that is stored. It is encrypted, and shown to nobody.",
    )

    class Meta:
        model = Tenant
        fields = [
            "slug", "name", "host", "port", "database", "user", "sslmode", "ca_certificate", "search_path", "time_zone",
            "timeout_ms", "row_limit", "is_active",
        ]  # fmt: skip

    def clean_host(self) -> str:
        host = self.cleaned_data["host"]
        try:
            check_host(host)
        except HostRefused as error:
            raise ValidationError(str(error)) from error
        return host

    def clean(self) -> dict[str, Any]:
        """A password must not be sent to another server than the one it was given for."""
        cleaned = super().clean() or {}
        if cleaned.get("password"):
            return cleaned
        if self.instance.pk is None:
            self.add_error("password", "Give the role's password.")
        elif any(name in self.changed_data for name in TARGET):
            self.add_error("password", "Host, port, database or role has changed: give the password again.")
        return cleaned
