"""The admin site for those who run this: tenants with a connection test, people and their memberships."""

from concurrent.futures import ThreadPoolExecutor
from typing import Any

from django.contrib import admin, messages
from django.contrib.auth.admin import UserAdmin as DjangoUserAdmin
from django.contrib.auth.forms import AdminUserCreationForm
from django.contrib.auth.models import Group
from django.db.models import Count, QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.urls import path
from django.urls.resolvers import URLPattern
from django.utils.html import format_html

from tenants.connection_test import Report, examine
from tenants.forms import TenantForm
from tenants.models import Membership, Tenant, User

TESTED_AT_ONCE = 4
MOST_TESTED = 50

admin.site.site_header = admin.site.site_title = "PanelDash"
admin.site.index_title = "Administration"
admin.site.has_permission = lambda request: request.user.is_active and request.user.is_superuser  # type: ignore[method-assign]
admin.site.unregister(Group)


class MembershipInline(admin.TabularInline):
    model = Membership
    extra = 1
    autocomplete_fields = ["user"]
    verbose_name_plural = "members"


class TenantsInline(admin.TabularInline):
    model = Membership
    extra = 1
    autocomplete_fields = ["tenant"]
    verbose_name_plural = "tenants"


@admin.register(Tenant)
class TenantAdmin(admin.ModelAdmin):
    form = TenantForm
    change_form_template = "admin/tenants/tenant/change_form.html"
    list_display = ["name", "slug", "where", "is_active", "members_count", "updated_at"]
    list_filter = ["is_active", "sslmode", "time_zone"]
    search_fields = ["name", "slug", "database", "host"]
    inlines = [MembershipInline]
    actions = ["enable", "disable", "test"]
    fieldsets = [
        (None, {"fields": ["name", "slug", "is_active"]}),
        (
            "Database",
            {"fields": ["host", "port", "database", "user", "password", "sslmode", "ca_certificate", "search_path"]},
        ),
        ("Panels", {"fields": ["time_zone", "timeout_ms", "row_limit"]}),
    ]

    def get_queryset(self, request: HttpRequest) -> QuerySet[Tenant]:
        return super().get_queryset(request).annotate(members_total=Count("memberships"))

    def get_urls(self) -> list[URLPattern]:
        own = [path("<int:pk>/test/", self.admin_site.admin_view(self.test_page), name="tenants_tenant_test")]
        return own + super().get_urls()

    def save_model(self, request: HttpRequest, obj: Tenant, form: Any, change: bool) -> None:
        super().save_model(request, obj, form, change)
        if form.cleaned_data.get("password"):
            obj.set_password(form.cleaned_data["password"])
            obj.save(update_fields=["password_token"])

    @admin.display(description="database")
    def where(self, tenant: Tenant) -> str:
        return format_html("{}<br><small>{}:{}</small>", tenant.database, tenant.host, tenant.port)

    @admin.display(description="members", ordering="members_total")
    def members_count(self, tenant: Any) -> int:
        return tenant.members_total

    @admin.action(description="Enable")
    def enable(self, request: HttpRequest, queryset: QuerySet[Tenant]) -> None:
        self.message_user(request, f"{queryset.update(is_active=True)} enabled.")

    @admin.action(description="Disable: nobody can look into them")
    def disable(self, request: HttpRequest, queryset: QuerySet[Tenant]) -> None:
        self.message_user(request, f"{queryset.update(is_active=False)} disabled.")

    @admin.action(description="Test the connections")
    def test(self, request: HttpRequest, queryset: QuerySet[Tenant]) -> None:
        tenants = list(queryset[:MOST_TESTED])
        with ThreadPoolExecutor(TESTED_AT_ONCE) as testers:
            for tenant, report in zip(tenants, testers.map(examine, tenants), strict=True):
                self.message_user(request, f"{tenant.name}: {report.summary()}", _level(report))

    def test_page(self, request: HttpRequest, pk: int) -> HttpResponse:
        """What a connection test of one tenant finds."""
        tenant = self.get_object(request, str(pk))
        if tenant is None:
            raise Http404("No such tenant.")
        context = {
            **self.admin_site.each_context(request),
            "title": f"Connection of {tenant}",
            "tenant": tenant,
            "report": examine(tenant),
        }
        return TemplateResponse(request, "admin/tenants/tenant/test.html", context)


class UserCreationForm(AdminUserCreationForm):
    class Meta:
        model = User
        fields = ["email", "name"]


@admin.register(User)
class UserAdmin(DjangoUserAdmin):
    add_form = UserCreationForm
    ordering = ["email"]
    list_display = ["email", "name", "is_active", "is_superuser", "last_login"]
    list_filter = ["is_active", "is_superuser", "tenants"]
    search_fields = ["email", "name"]
    filter_horizontal = []
    inlines = [TenantsInline]
    readonly_fields = ["last_login", "date_joined"]
    fieldsets = [
        (None, {"fields": ["email", "password", "name", "time_zone"]}),
        ("May", {"fields": ["is_active", "is_superuser", "is_staff"]}),
        ("Dates", {"fields": ["last_login", "date_joined"]}),
    ]
    add_fieldsets = [(None, {"classes": ["wide"], "fields": ["email", "name", "usable_password", "password1", "password2"]})]


def _level(report: Report) -> int:
    if not report.is_fit:
        return messages.ERROR
    return messages.WARNING if any(finding.severity == "warning" for finding in report.findings) else messages.SUCCESS
