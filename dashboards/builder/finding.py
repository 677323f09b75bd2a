"""The dashboard that is built, looked up through the tenant."""

from django.http import Http404

from dashboards.models import Dashboard
from dashboards.viewer import Viewer
from tenants.access import TenantRequest


def find_dashboard(request: TenantRequest, slug: str) -> Dashboard:
    """Raises Http404."""
    found = Dashboard.objects.find_for(Viewer.of(request), slug)
    if found is None:
        raise Http404("No such dashboard.")
    return found
