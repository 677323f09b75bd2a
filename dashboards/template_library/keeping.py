"""The pages on which a panel or dashboard is kept as a template, and a template is renamed or deleted."""

from django import forms
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods

from dashboards.asking import needed_version
from dashboards.changing import Gone, Overtaken, delete_unchanged
from dashboards.models import Dashboard, Panel, SavedTemplate
from dashboards.pages.finding import about_source, dashboard_for, panel_for, seen_in
from dashboards.panels.base import BadRequest
from dashboards.panels.document import DocumentInvalid
from dashboards.template_library.finding import find_template, may_change
from dashboards.template_library.saving import change_kept, find_kept, save_as_template
from dashboards.viewer import Viewer
from tenants.access import TenantRequest, require, tenants_of
from tenants.models import Role

require_form = require_http_methods(["GET", "HEAD", "POST"])


class TemplateForm(forms.Form):
    name = forms.CharField(max_length=200, label="Name")
    about = forms.CharField(max_length=2_000, required=False, label="What it is for", widget=forms.Textarea(attrs={"rows": 3}))
    for_all = forms.BooleanField(required=False, label="For all tenants, whose editors then see its queries")


@require_form
@require(Role.EDITOR)
def dashboard_template(request: TenantRequest, tenant: str, dashboard: str) -> HttpResponse:
    return _keep(request, dashboard_for(request, dashboard))


@require_form
@require(Role.EDITOR)
def panel_template(request: TenantRequest, tenant: str, panel: str) -> HttpResponse:
    return _keep(request, panel_for(request, panel))


@require_form
@require(Role.EDITOR)
def template_change(request: TenantRequest, tenant: str, template: str) -> HttpResponse:
    """Its name, and what it is for."""
    row = _own(request, template)
    form = TemplateForm(request.POST if request.method == "POST" else None, initial={"name": row.name, "about": row.about})
    del form.fields["for_all"]
    if not form.is_valid():
        return _change_page(request, row, form, status=422 if form.is_bound else 200)
    try:
        seen = needed_version(request.POST, "over" if request.POST.get("do") == "over" else "seen_version")
        row = change_kept(row, name=form.cleaned_data["name"], about=form.cleaned_data["about"], by=request.user, seen=seen)
    except BadRequest as error:
        form.add_error(None, str(error))
        return _change_page(request, row, form, status=422)
    except Gone as error:
        raise Http404("Somebody has deleted it.") from error
    except Overtaken as error:
        return _change_page(request, _own(request, template), form, overtaken=error, status=409)
    messages.success(request, f"{row.name} is saved.")
    return redirect("template", tenant=tenant, template=row.slug)


def _change_page(
    request: TenantRequest, row: SavedTemplate, form: TemplateForm, *, overtaken: Overtaken | None = None, status: int
) -> HttpResponse:
    context = {
        "item": row,
        "form": form,
        "seen": request.POST.get("seen_version", "") if form.is_bound else row.version,
        "overtaken": overtaken,
        "theirs": "\n\n".join(filter(None, (row.name, row.about))),
        "tenants": tenants_of(request.user),
    }
    return render(request, "templates/change.html", context, status=status)


@require_form
@require(Role.EDITOR)
def template_delete(request: TenantRequest, tenant: str, template: str) -> HttpResponse:
    """Asked before it is done. What was made of it stays."""
    row = _own(request, template)
    context = {"item": row, "tenants": tenants_of(request.user)}
    if request.method != "POST":
        return render(request, "templates/delete.html", context)
    try:
        delete_unchanged(row, seen=seen_in(request))
    except Overtaken as error:
        return render(request, "templates/delete.html", {**context, "problem": str(error)}, status=409)
    except Gone:
        messages.info(request, "Somebody had deleted it already.")
    else:
        messages.success(request, f"The template {row.name} is deleted. What was made of it stays.")
    return redirect("templates", tenant=tenant)


def _keep(request: TenantRequest, source: Panel | Dashboard) -> HttpResponse:
    viewer = Viewer.of(request)
    about = getattr(source, "description", "")
    form = TemplateForm(request.POST if request.method == "POST" else None, initial={"name": str(source), "about": about})
    if not viewer.is_platform_admin:
        del form.fields["for_all"]
    if form.is_valid():
        given = {"for_all": False, **form.cleaned_data}
        try:
            row = save_as_template(source, request.tenant, **given, by=request.user)
        except DocumentInvalid as error:
            form.add_error(None, [str(one) for one in error.errors])
        else:
            messages.success(request, f"{row.name} is a template now.")
            return redirect("template", tenant=request.tenant.slug, template=row.slug)
    context = {**about_source(request, source), "form": form}
    return render(request, "templates/keep.html", context, status=422 if form.is_bound else 200)


def _own(request: TenantRequest, slug: str) -> SavedTemplate:
    """One that whoever asks may change. Raises Http404, PermissionDenied."""
    viewer = Viewer.of(request)
    found, row = find_template(viewer, slug), find_kept(request.tenant, slug)
    if found is None or row is None:
        raise Http404("No such template.")
    if not may_change(viewer, found):
        raise PermissionDenied("Platform admins change what all tenants have.")
    return row
