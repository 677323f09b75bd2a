"""Tenants and people as platform admins enter them: passwords go in and never come out."""

from typing import Any

from django import forms
from django.contrib.auth.forms import AdminUserCreationForm, UserChangeForm
from django.core.exceptions import ValidationError

from tenants.models import Tenant, User

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
            "timeout_ms", "row_limit", "attributes", "is_active",
        ]  # fmt: skip

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

    def clean_attributes(self) -> dict[str, str]:
        """Django's field takes an empty mapping for nothing at all."""
        return self.cleaned_data["attributes"] or {}


class NewUserForm(AdminUserCreationForm):
    class Meta:
        model = User
        fields = ["email", "name"]


class UserForm(UserChangeForm):
    acting_user: User | None = None

    class Meta:
        model = User
        fields = ["email", "name", "time_zone", "is_active", "is_superuser"]

    def clean(self) -> dict[str, Any]:
        """Nobody takes their own rights away; so there is always one platform admin left."""
        cleaned = super().clean() or {}
        stays = cleaned.get("is_active") and cleaned.get("is_superuser")
        if self.instance == self.acting_user and not stays:
            raise ValidationError("You cannot take your own rights away. Another platform admin can.")
        return cleaned
