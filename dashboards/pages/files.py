"""Documents taken away as a file, and brought back: what would change is shown before it does."""

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_safe

from audit.recording import Thing
from dashboards.as_code.definitions import Definitions
from dashboards.as_code.pieces import Place, Refusal, Refused
from dashboards.as_code.upload import MOST_BYTES, NAMELESS, read_upload
from dashboards.library.downloading import CONTENT_TYPES, File, Format, all_of, file_of, with_panels
from dashboards.library.uploading import Otherwise, report_on, take
from dashboards.models import Panel
from dashboards.pages.finding import dashboard_for, panel_for
from dashboards.viewer import Viewer
from tenants.access import TenantRequest, require, tenants_of
from tenants.models import Role

FORM, REPORT = "dashboards/upload.html", "dashboards/upload_report.html"


@require_safe
@require(Role.EDITOR)
def download_dashboard(request: TenantRequest, tenant: str, dashboard: str) -> HttpResponse:
    """The dashboard's document, and with `panels` those of its panels."""
    found = dashboard_for(request, dashboard)
    rows = with_panels(found, Panel.objects.nearest(request.tenant)) if "panels" in request.GET else [found]
    return _sent(file_of(found.slug, rows, _format(request), tenant=request.tenant, thing=Thing.of(found)))


@require_safe
@require(Role.EDITOR)
def download_panel(request: TenantRequest, tenant: str, panel: str) -> HttpResponse:
    found = panel_for(request, panel)
    return _sent(file_of(found.slug, [found], _format(request), tenant=request.tenant, thing=Thing.of(found)))


@require_safe
@require(Role.EDITOR)
def download_all(request: TenantRequest, tenant: str) -> HttpResponse:
    """All that the tenant has of its own, as far as one sees it."""
    rows = all_of(Viewer.of(request))
    return _sent(file_of(request.tenant.slug, rows, _format(request), tenant=request.tenant, thing=Thing.of(request.tenant)))


@require_http_methods(["GET", "HEAD", "POST"])
@require(Role.EDITOR)
def upload(request: TenantRequest, tenant: str) -> HttpResponse:
    """First what would change, and where something is wrong each place; then, once that is confirmed, it is done."""
    if request.method != "POST":
        return _page(request, FORM)
    text, name = "", request.POST.get("name", "")[:200]
    try:
        text, name = _given(request)
        definitions = read_upload(text, name, is_shared=False)
        if request.POST.get("confirm"):
            return _taken(request, definitions, text, name)
        return _reported(request, definitions, text, name)
    except Refused as error:
        return _page(request, FORM, {"text": text, "refusals": error.refusals}, status=422)


def _reported(
    request: TenantRequest, definitions: Definitions, text: str, name: str, *, problem: str = "", status: int = 200
) -> HttpResponse:
    report = report_on(definitions, Viewer.of(request))
    return _page(request, REPORT, {"report": report, "text": text, "name": name, "problem": problem}, status=status)


def _taken(request: TenantRequest, definitions: Definitions, text: str, name: str) -> HttpResponse:
    try:
        done = take(definitions, Viewer.of(request), confirmed=request.POST["confirm"], by=request.user)
    except Otherwise as error:
        return _reported(request, definitions, text, name, problem=str(error), status=409)
    acts = [change.act for change in done.plan.changes]
    messages.success(request, f"{acts.count('create')} made, {acts.count('change')} changed.")
    return redirect("dashboards", tenant=request.tenant.slug)


def _given(request: HttpRequest) -> tuple[str, str]:
    """The text, and the name of its file: from a file, or as typed. Raises Refused."""
    file = request.FILES.get("file")
    if file is None:
        return _lines(request.POST.get("text", "")), request.POST.get("name", "")[:200]
    name = str(file.name or NAMELESS)
    if (file.size or 0) > MOST_BYTES:
        raise Refused(Refusal(Place(name, 1), "", f"has more than {MOST_BYTES:,} bytes; for more there is panels apply"))
    try:
        return _lines(file.read().decode("utf-8-sig")), name
    except UnicodeDecodeError as error:
        raise Refused(Refusal(Place(name, 1), "", "is not UTF-8")) from error


def _lines(text: str) -> str:
    """With ends of lines that a form sends back as they are: what is confirmed is the text that was reported."""
    return text.replace("\r\n", "\n").replace("\r", "\n")


def _page(request: TenantRequest, template: str, context: dict[str, Any] | None = None, *, status: int = 200) -> HttpResponse:
    whole = {"tenants": tenants_of(request.user), "most_bytes": f"{MOST_BYTES:,}", **(context or {})}
    return render(request, template, whole, status=status)


def _format(request: HttpRequest) -> Format:
    form = request.GET.get("format", "yaml")
    if form not in CONTENT_TYPES:
        raise Http404("There is no such format.")
    return form


def _sent(file: File) -> HttpResponse:
    return HttpResponse(
        file.content,
        content_type=file.content_type,
        headers={"Content-Disposition": f'attachment; filename="{file.name}"', "X-Content-Type-Options": "nosniff"},
    )
