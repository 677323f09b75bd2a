"""People for those who run this: who signs in, who is a platform admin, and what they belong to."""

from smtplib import SMTPException
from typing import Any

from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from allauth.socialaccount.models import SocialAccount, SocialApp, SocialToken
from django.contrib import admin, messages
from django.contrib.auth.admin import UserAdmin as DjangoUserAdmin
from django.contrib.auth.models import Group
from django.db.models import Count, QuerySet
from django.forms import ModelForm
from django.http import HttpRequest

from tenants.forms import NewUserForm, UserForm
from tenants.members import send_link
from tenants.models import Membership, Session, User

# Groups grant nothing here; the others would show secrets, or let an address be called verified that is not.
for unused in (Authenticator, EmailAddress, Group, SocialAccount, SocialApp, SocialToken):
    admin.site.unregister(unused)


class TenantsInline(admin.TabularInline):
    model = Membership
    extra = 1
    autocomplete_fields = ["tenant"]
    verbose_name_plural = "tenants"


@admin.register(User)
class UserAdmin(DjangoUserAdmin):
    form = UserForm
    add_form = NewUserForm
    ordering = ["email"]
    list_display = ["email", "name", "is_active", "is_superuser", "tenants_count", "last_login"]
    list_filter = ["is_active", "is_superuser", "tenants"]
    search_fields = ["email", "name"]
    filter_horizontal = []
    inlines = [TenantsInline]
    readonly_fields = ["last_login", "date_joined"]
    actions = ["send_link", "sign_out", "remove_second_factor"]
    fieldsets = [
        (None, {"fields": ["email", "password", "name", "time_zone"]}),
        ("May", {"fields": ["is_active", "is_superuser"]}),
        ("Dates", {"fields": ["last_login", "date_joined"]}),
    ]
    add_fieldsets = [(None, {"fields": ["email", "name", "usable_password", "password1", "password2"]})]

    def get_queryset(self, request: HttpRequest) -> QuerySet[User]:
        return super().get_queryset(request).annotate(tenants_total=Count("memberships"))

    def get_form(self, request: HttpRequest, obj: User | None = None, change: bool = False, **options: Any) -> type[ModelForm]:
        form = super().get_form(request, obj, change=change, **options)
        form.acting_user = request.user  # type: ignore[attr-defined]
        return form

    def has_delete_permission(self, request: HttpRequest, obj: User | None = None) -> bool:
        """Nobody deletes the account they sit in; so there is always one platform admin left."""
        return obj != request.user and super().has_delete_permission(request, obj)

    def save_model(self, request: HttpRequest, obj: User, form: ModelForm, change: bool) -> None:
        obj.is_staff = obj.is_superuser
        super().save_model(request, obj, form, change)

    @admin.display(description="tenants", ordering="tenants_total")
    def tenants_count(self, user: Any) -> int:
        return user.tenants_total

    @admin.action(description="Send a link to choose a password")
    def send_link(self, request: HttpRequest, queryset: QuerySet[User]) -> None:
        for user in queryset:
            try:
                is_sent = send_link(user, request)
            except (SMTPException, OSError) as error:
                self.message_user(request, f"The mail server does not take it: {type(error).__name__}.", messages.ERROR)
                return
            if is_sent:
                self.log_change(request, user, "Was sent a link to choose a password.")
        self.message_user(request, f"Links are on their way to {queryset.count()} people.", messages.SUCCESS)

    @admin.action(description="Sign out everywhere")
    def sign_out(self, request: HttpRequest, queryset: QuerySet[User]) -> None:
        Session.objects.filter(user__in=queryset).delete()
        self._done(request, queryset, "Was signed out everywhere.")

    @admin.action(description="Remove the second factor (a lost phone)")
    def remove_second_factor(self, request: HttpRequest, queryset: QuerySet[User]) -> None:
        Authenticator.objects.filter(user__in=queryset).delete()
        self._done(request, queryset, "The second factor was removed.")

    def _done(self, request: HttpRequest, queryset: QuerySet[User], what: str) -> None:
        for user in queryset:
            self.log_change(request, user, what)
        self.message_user(request, f"{what} ({queryset.count()})", messages.SUCCESS)
