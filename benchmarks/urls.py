"""The product's doors, and one more that only the benchmarks have: an empty view behind the same sign-in."""

from django.http import HttpRequest, HttpResponse
from django.urls import path
from django.views.decorators.http import require_safe

from paneldash.urls import handler400, handler403, handler404, handler500, urlpatterns

__all__ = ["handler400", "handler403", "handler404", "handler500", "urlpatterns"]


@require_safe
def nothing(request: HttpRequest, tenant: str) -> HttpResponse:
    """What no view can be faster than: the member is authorised, and nothing is done."""
    return HttpResponse()


urlpatterns = [path("t/<slug:tenant>/nothing/", nothing), *urlpatterns]
