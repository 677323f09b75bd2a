"""Every door of the product."""

from django.contrib import admin
from django.urls import include, path

from paneldash import health, metrics, problems

handler400 = problems.bad_request
handler403 = problems.forbidden
handler404 = problems.not_found
handler500 = problems.server_error

probes = [
    path("api/v1/health", health.health),
    path("health", health.health, name="health"),
    path("ready", health.ready, name="ready"),
    path("live", health.live, name="live"),
    path("metrics/health", health.figures, name="figures"),
    path("metrics", metrics.metrics, name="metrics"),
]
urlpatterns = [
    *probes,
    path("admin/", admin.site.urls),
    path("accounts/tokens/", include("tenants.urls")),
    path("accounts/", include("allauth.urls")),
    path("api/", include("api.urls")),
    path("", include("audit.urls")),
    path("", include("dashboards.urls")),
]
