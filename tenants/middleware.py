"""The door to everything that belongs to a tenant: any URL with a `tenant` in it passes here first."""

from collections.abc import Callable
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.contrib.auth.views import redirect_to_login
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import resolve_url
from django.utils.cache import patch_cache_control, patch_vary_headers
from django.utils.http import urlencode

from tenants.access import let_in, visit


class TenantMiddleware:
    """Sets `request.tenant` and `request.role`. A stranger gets the same 404 as for a tenant that does not exist."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        response = self.get_response(request)
        if hasattr(request, "tenant") and not response.has_header("Cache-Control"):
            patch_cache_control(response, private=True, no_store=True)
            patch_vary_headers(response, ["Cookie"])
        return response

    def process_view(
        self, request: Any, view: Callable[..., HttpResponseBase], args: tuple[Any, ...], kwargs: dict[str, Any]
    ) -> HttpResponseBase | None:
        if "tenant" not in kwargs:
            return None
        seen = visit(request.COOKIES.get(settings.SESSION_COOKIE_NAME), kwargs["tenant"])
        if seen is None:
            return _ask_to_sign_in(request)
        let_in(request, seen)
        if seen.tenant is None or seen.role is None:
            raise Http404("No such page.")
        request.tenant, request.role = seen.tenant, seen.role
        return None


def _ask_to_sign_in(request: HttpRequest) -> HttpResponse:
    """A page is sent to the sign-in; a fragment tells htmx to go there, and to come back to the page it stands on."""
    if request.headers.get("HX-Request") != "true":
        return redirect_to_login(request.get_full_path())
    target = f"{resolve_url(settings.LOGIN_URL)}?{urlencode({'next': _page_of(request)})}"
    return HttpResponse("Please sign in again.", status=401, headers={"HX-Redirect": target})


def _page_of(request: HttpRequest) -> str:
    """The page a fragment stands on, as htmx says, without its host; the home page where it says nonsense."""
    try:
        page = urlsplit(request.headers.get("HX-Current-URL", "/"))
    except ValueError:
        return "/"
    return page.path + (f"?{page.query}" if page.query else "")
