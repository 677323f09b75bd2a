"""Tenants for those who run this: their connections tested, their members beside them, their passwords write-only."""

from typing import Any

from django.contrib import admin, messages
from django.db.models import Count, QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.urls import path
from django.urls.resolvers import URLPattern
from django.utils.html import format_html
from django.utils.timesince import timesince

from tenants.connection_test import Report, examine, examine_all, record
from tenants.connections import close_tenant
from tenants.forms import TenantForm
from tenants.models import Membership, Tenant
from tenants.saving import finish_saving, store_password

MOST_TESTED = 50
LEVELS = {Tenant.Verdict.GOOD: messages.SUCCESS, Tenant.Verdict.WARNING: messages.WARNING}


class MembersInline(admin.TabularInline):
    model = Membership
    extra = 1
    autocomplete_fields = ["user"]
    verbose_name_plural = "members"


@admin.register(Tenant)
class TenantAdmin(admin.ModelAdmin):
    form = TenantForm
    change_form_template = "admin/tenants/tenant/change_form.html"
    list_display = ["name", "slug", "where", "is_active", "connection", "members_count", "updated_at"]
    list_filter = ["is_active", "test_verdict", "sslmode", "time_zone"]
    search_fields = ["name", "slug", "database", "host"]
    inlines = [MembersInline]
    actions = ["enable", "disable", "test"]
    readonly_fields = ["connection"]
    save_on_top = True
    fieldsets = [
        (None, {"fields": ["name", "slug", "is_active"]}),
        ("Database", {"fields": [("host", "port"), "database", "user", "password", "search_path", "connection"]}),
        ("Encryption", {"fields": ["sslmode", "ca_certificate"]}),
        ("Panels", {"fields": ["time_zone", "timeout_ms", "row_limit", "attributes"]}),
    ]

    def get_queryset(self, request: HttpRequest) -> QuerySet[Tenant]:
        return super().get_queryset(request).annotate(members_total=Count("memberships"))

    def get_urls(self) -> list[URLPattern]:
        own = [path("<int:pk>/test/", self.admin_site.admin_view(self.test_page), name="tenants_tenant_test")]
        return own + super().get_urls()

    def save_model(self, request: HttpRequest, obj: Tenant, form: TenantForm, change: bool) -> None:
        """The admin says what the test of a changed connection found."""
        super().save_model(request, obj, form, change)
        store_password(obj, form)
        report = finish_saving(obj, form, is_new=not change)
        if report is not None:
            self._tell(request, obj, report)

    def delete_model(self, request: HttpRequest, obj: Tenant) -> None:
        close_tenant(obj)
        super().delete_model(request, obj)

    def delete_queryset(self, request: HttpRequest, queryset: QuerySet[Tenant]) -> None:
        for tenant in queryset:
            close_tenant(tenant)
        super().delete_queryset(request, queryset)

    @admin.display(description="database", ordering="host")
    def where(self, tenant: Tenant) -> str:
        return format_html("{}<br><small>{}:{}</small>", tenant.database, tenant.host, tenant.port)

    @admin.display(description="connection", ordering="test_verdict")
    def connection(self, tenant: Tenant) -> str:
        verdict = tenant.get_test_verdict_display()
        if tenant.tested_at is None:
            return verdict
        what = format_html('<span class="verdict" data-verdict="{}">{}</span>', tenant.test_verdict, verdict)
        return format_html("{}, {} ago<br><small>{}</small>", what, timesince(tenant.tested_at, depth=1), tenant.test_summary)

    @admin.display(description="members", ordering="members_total")
    def members_count(self, tenant: Any) -> int:
        return tenant.members_total

    @admin.action(description="Enable")
    def enable(self, request: HttpRequest, queryset: QuerySet[Tenant]) -> None:
        self._switch(request, queryset, is_active=True)

    @admin.action(description="Disable: nobody can look into them")
    def disable(self, request: HttpRequest, queryset: QuerySet[Tenant]) -> None:
        self._switch(request, queryset, is_active=False)

    @admin.action(description="Test the connections")
    def test(self, request: HttpRequest, queryset: QuerySet[Tenant]) -> None:
        tenants = list(queryset[:MOST_TESTED])
        for tenant, report in zip(tenants, examine_all(tenants), strict=True):
            self._tell(request, tenant, report)
        left = queryset.count() - len(tenants)
        if left:
            self.message_user(request, f"{left} more were not tested: {MOST_TESTED} at a time.", messages.WARNING)

    def test_page(self, request: HttpRequest, pk: int) -> HttpResponse:
        """What a connection test of one tenant finds; it runs when it is asked for by POST."""
        tenant = self.get_object(request, str(pk))
        if tenant is None:
            raise Http404("No such tenant.")
        report = None
        if request.method == "POST":
            report = examine(tenant)
            record(tenant, report)
        title = f"Connection of {tenant}"
        context = {**self.admin_site.each_context(request), "title": title, "tenant": tenant, "report": report}
        return TemplateResponse(request, "admin/tenants/tenant/test.html", context)

    def _switch(self, request: HttpRequest, queryset: QuerySet[Tenant], *, is_active: bool) -> None:
        word = "enabled" if is_active else "disabled"
        changed = list(queryset.exclude(is_active=is_active))
        for tenant in changed:
            tenant.is_active = is_active
            tenant.save(update_fields=["is_active", "updated_at"])
            self.log_change(request, tenant, f"Was {word}.")
            if not is_active:
                close_tenant(tenant)
        self.message_user(request, f"{len(changed)} {word}.", messages.SUCCESS)

    def _tell(self, request: HttpRequest, tenant: Tenant, report: Report) -> None:
        level = LEVELS.get(report.verdict, messages.ERROR)
        self.message_user(request, f"{tenant.name}: {report.summary()}", level)
