"""`/api/v1/…`, and its documentation at `/api/docs`."""

from typing import Any

from django.contrib.auth.decorators import login_not_required
from django.http import HttpResponse
from django.urls import URLPattern, path
from ninja.responses import Response

from api.annotations import router as annotations
from api.cloning import router as cloning
from api.dashboards import router as dashboards
from api.data import router as data
from api.doors import api
from api.exports import router as exports
from api.favorites import router as favorites
from api.files import router as files
from api.history import router as history
from api.members import router as members
from api.panels import router as panels
from api.positions import router as positions
from api.preferences import router as preferences
from api.sources import router as sources
from api.templates import router as templates
from api.tenants import router as tenants
from api.testing import router as testing
from api.tokens import router as tokens
from api.trying import router as trying

for router in (
    tenants,
    members,
    panels,
    data,
    exports,
    dashboards,
    annotations,
    favorites,
    history,
    cloning,
    files,
    positions,
    testing,
    templates,
    sources,
    trying,
    preferences,
    tokens,
):
    api.add_router("/v1", router)

DESCRIPTION, PAGE = "openapi-json", "openapi-view"  # as the documentation's page knows them


@api.get("/openapi.json", url_name=DESCRIPTION, include_in_schema=False)
def description(request: Any) -> HttpResponse:
    """What is said of the API, for its page and for programs: an operation, so that a token opens it too."""
    return Response(api.get_openapi_schema())


patterns, application, namespace = api.urls  # a name of this module such as app_name would be a namespace too
patterns.remove(next(pattern for pattern in patterns if getattr(pattern, "name", "") == DESCRIPTION))  # ninja's own, a page
for pattern in patterns:
    # The API says 401 by itself; a program has no use for the sign-in page.
    if isinstance(pattern, URLPattern) and pattern.callback is not None and pattern.name != PAGE:
        pattern.callback = login_not_required(pattern.callback)

urlpatterns = [path("", (patterns, application, namespace))]
