"""Every door of the product."""

from typing import cast

from django.contrib import admin
from django.urls import include, path
from procrastinate.contrib.django.models import ProcrastinateJob

from paneldash import health, metrics, problems
from paneldash.jobs_page import jobs_page
from tenants.operators import OperatorPage, OperatorSite

handler400 = problems.bad_request
handler403 = problems.forbidden
handler404 = problems.not_found
handler500 = problems.server_error

admin.site.unregister(ProcrastinateJob)  # the page Jobs takes its place
cast(OperatorSite, admin.site).add_page(OperatorPage("jobs", "Jobs", jobs_page))
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
    path("", include("dashboards.urls")),  # before the others: most requests are refreshes of panels
    path("", include("audit.urls")),
    path("", include("datasources.urls")),
]
