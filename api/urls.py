"""`/api/v1/…`, and its documentation at `/api/docs`."""

from django.contrib.auth.decorators import login_not_required
from django.urls import URLPattern, path

from api.annotations import router as annotations
from api.cloning import router as cloning
from api.dashboards import router as dashboards
from api.data import router as data
from api.doors import api
from api.exports import router as exports
from api.favorites import router as favorites
from api.history import router as history
from api.members import router as members
from api.panels import router as panels
from api.preferences import router as preferences
from api.tenants import router as tenants
from api.tokens import router as tokens

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
    preferences,
    tokens,
):
    api.add_router("/v1", router)

DOCUMENTATION = {"openapi-json", "openapi-view"}
patterns, application, namespace = api.urls  # a name of this module such as app_name would be a namespace too
for pattern in patterns:
    # The API says 401 by itself; a program has no use for the sign-in page.
    if isinstance(pattern, URLPattern) and pattern.callback is not None and pattern.name not in DOCUMENTATION:
        pattern.callback = login_not_required(pattern.callback)

urlpatterns = [path("", (patterns, application, namespace))]
