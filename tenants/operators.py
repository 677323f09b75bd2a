"""The admin site: for platform admins alone, entered by the one way to sign in that is throttled and has two factors."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.contrib.admin import AdminSite
from django.contrib.admin.apps import AdminConfig
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.urls import URLPattern, URLResolver, path, reverse


@dataclass(frozen=True, slots=True)
class OperatorPage:
    """A page of the site that is no model's: `/admin/<name>/`."""

    name: str
    title: str
    view: Callable[[HttpRequest], HttpResponse]


class OperatorSite(AdminSite):
    site_header = site_title = "PanelDash"
    index_title = "Administration"

    def __init__(self, name: str = "admin") -> None:
        super().__init__(name)
        self.pages: list[OperatorPage] = []

    def add_page(self, page: OperatorPage) -> None:
        """Serve a page to platform admins, and name it first on the index and beside every page."""
        self.pages.append(page)

    def get_urls(self) -> list[URLPattern | URLResolver]:
        own: list[URLPattern | URLResolver] = [
            path(f"{page.name}/", self.admin_view(page.view), name=page.name) for page in self.pages
        ]
        return own + super().get_urls()

    def get_app_list(self, request: HttpRequest, app_label: str | None = None) -> list[Any]:
        apps = super().get_app_list(request, app_label)
        return [self._operation(), *apps] if app_label is None and self.pages else apps

    def _operation(self) -> dict[str, Any]:
        """The pages, in the form of an app's models."""
        pages = [
            {"name": page.title, "object_name": page.name, "admin_url": reverse(f"admin:{page.name}"), "view_only": True}
            for page in self.pages
        ]
        return {"name": "Operation", "app_label": "operation", "app_url": pages[0]["admin_url"], "models": pages}

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
