"""The admin site: for platform admins alone, entered by the one way to sign in that is throttled and has two factors."""

from typing import Any

from django.contrib.admin import AdminSite
from django.contrib.admin.apps import AdminConfig
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.urls import reverse


class OperatorSite(AdminSite):
    site_header = site_title = "PanelDash"
    index_title = "Administration"

    def has_permission(self, request: HttpRequest) -> bool:
        """No tenant's role opens it, and neither does a leftover `is_staff`."""
        return getattr(request.user, "is_platform_admin", False)

    def login(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        """Whoever is signed in and not a platform admin has no business here; the others sign in as everywhere."""
        from django.contrib.auth.views import redirect_to_login  # needs models; settings name this module before

        if request.user.is_authenticated and not self.has_permission(request):
            raise PermissionDenied("Only platform admins may use the administration.")
        return redirect_to_login(request.GET.get("next", reverse("admin:index")))


class OperatorsConfig(AdminConfig):
    default_site = "tenants.operators.OperatorSite"
