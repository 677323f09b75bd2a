"""What a page is about: found for whoever asks, and refused to those who may not change it."""

from typing import Any

from django.core.exceptions import PermissionDenied
from django.http import Http404
from django.urls import reverse

from dashboards.asking import seen_version
from dashboards.library.favorites import favorite_of
from dashboards.models import Dashboard, Panel
from dashboards.shared import Shared
from dashboards.viewer import Viewer
from tenants.access import TenantRequest, tenants_of


def dashboard_for(request: TenantRequest, slug: str) -> Any:
    """A dashboard that whoever asks sees, with whether it is their favourite. Raises Http404."""
    viewer = Viewer.of(request)
    found = Dashboard.objects.seen_by(viewer).filter(slug=slug).annotate(is_favorite=favorite_of(viewer)).first()
    if found is None:
        raise Http404("No such dashboard.")
    return found


def panel_for(request: TenantRequest, slug: str) -> Panel:
    """The tenant's panel of that id. Raises Http404."""
    found = Panel.objects.find_for(Viewer.of(request), slug)
    if found is None:
        raise Http404("No such panel.")
    return found


def check_may_change(request: TenantRequest, row: Shared) -> None:
    """Raises PermissionDenied."""
    if not Viewer.of(request).may_change(row):
        raise PermissionDenied("Platform admins change what is shared." if row.is_shared else "This needs the role editor.")


def page_of(request: TenantRequest, row: Panel | Dashboard) -> str:
    """The URL of the page on which it is seen."""
    return reverse("panel-about" if isinstance(row, Panel) else "dashboard", args=[request.tenant.slug, row.slug])


def about_source(request: TenantRequest, source: Panel | Dashboard) -> dict[str, Any]:
    """What a page needs on which something is made of it."""
    kind, url = source._meta.model_name, page_of(request, source)
    return {"source": source, "source_url": url, "kind": kind, "tenants": tenants_of(request.user)}


def seen_in(request: TenantRequest) -> int:
    """The version that a form was made of; of none, 0, which is no version."""
    return seen_version(request.POST, "seen_version") or 0
