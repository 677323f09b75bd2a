"""What is done to a dashboard as a whole: published, archived, made private, cloned, deleted."""

from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_POST

from dashboards.changing import Gone, Overtaken, Taken, delete_unchanged, save_change
from dashboards.library.cloning import Copy, clone_dashboard, clone_panel, free_id
from dashboards.library.states import NotPrivate, take_state
from dashboards.models import Dashboard, Panel
from dashboards.pages.finding import about_source, check_may_change, dashboard_for, panel_for, seen_in
from dashboards.panels.document import DocumentInvalid
from tenants.access import TenantRequest, require, tenants_edited_by, tenants_of
from tenants.models import Role, Tenant
from tenants.validators import SLUG

PAGES = "pages"  # the door, as versions name it
SAID = {
    "published": "It is published: every member sees it.",
    "draft": "It is a draft: only those who may change it see it.",
    "archived": "It is archived: lists do not show it any more.",
}


class StateForm(forms.Form):
    state = forms.ChoiceField(choices=Dashboard.State.choices, required=False)
    private = forms.NullBooleanField(required=False)
    seen_version = forms.IntegerField()


class CloneForm(forms.Form):
    """A copy: where, and what it is called."""

    name = forms.CharField(max_length=200)
    slug = forms.CharField(label="Id", max_length=63, validators=[SLUG], help_text="Part of its address.")
    tenant = forms.ModelChoiceField(queryset=Tenant.objects.none(), to_field_name="slug", help_text="Those that you edit.")
    with_panels = forms.BooleanField(
        label="With copies of its panels", required=False,
        help_text="Without, it shows the same panels: whoever changes one changes it on both.",
    )  # fmt: skip

    def __init__(self, request: TenantRequest, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        chosen: Any = self.fields["tenant"]
        chosen.queryset, chosen.empty_label, chosen.initial = tenants_edited_by(request.user), None, request.tenant


@require_POST
@require(Role.EDITOR)
def dashboard_state(request: TenantRequest, tenant: str, dashboard: str) -> HttpResponse:
    """Publish it, take it back, archive it; make it private, or public again."""
    found = dashboard_for(request, dashboard)
    check_may_change(request, found)
    form = StateForm(request.POST)
    if not form.is_valid():
        messages.error(request, "This cannot be read. Please try again.")
        return redirect("dashboard", tenant=tenant, dashboard=dashboard)
    state, private = form.cleaned_data["state"] or None, form.cleaned_data["private"]

    def change(stored: Dashboard) -> None:
        take_state(stored, state=state, is_private=private, by=request.user)

    try:
        save_change(found, change, by=request.user, through=PAGES, seen=form.cleaned_data["seen_version"])
    except (Overtaken, NotPrivate) as error:
        messages.error(request, str(error))
    except Gone:
        return redirect("dashboards", tenant=tenant)
    else:
        said = "Nobody else sees it now." if private else "It is public within the tenant." if private is False else ""
        messages.success(request, SAID.get(state or "", said))
    return redirect("dashboard", tenant=tenant, dashboard=dashboard)


@require_http_methods(["GET", "HEAD", "POST"])
@require(Role.EDITOR)
def dashboard_delete(request: TenantRequest, tenant: str, dashboard: str) -> HttpResponse:
    """Asked before it is done."""
    found = dashboard_for(request, dashboard)
    check_may_change(request, found)
    context = {"dashboard": found, "tenants": tenants_of(request.user)}
    if request.method != "POST":
        return render(request, "dashboards/delete.html", context)
    try:
        delete_unchanged(found, seen=seen_in(request))
    except Overtaken as error:
        return render(request, "dashboards/delete.html", {**context, "problem": str(error)}, status=409)
    except Gone:
        messages.info(request, "Somebody had deleted it already.")
    else:
        messages.success(request, f"{found.name} is deleted.")
    return redirect("dashboards", tenant=tenant)


@require_http_methods(["GET", "HEAD", "POST"])
@require(Role.EDITOR)
def dashboard_clone(request: TenantRequest, tenant: str, dashboard: str) -> HttpResponse:
    return _clone(request, dashboard_for(request, dashboard))


@require_http_methods(["GET", "HEAD", "POST"])
@require(Role.EDITOR)
def panel_clone(request: TenantRequest, tenant: str, panel: str) -> HttpResponse:
    return _clone(request, panel_for(request, panel))


def _clone(request: TenantRequest, source: Dashboard | Panel) -> HttpResponse:
    form = CloneForm(request, request.POST) if request.method == "POST" else CloneForm(request, initial=_begun(request, source))
    if isinstance(source, Panel):
        del form.fields["with_panels"]
    if form.is_valid():
        try:
            return _cloned(request, source, Copy(**form.cleaned_data))
        except Taken as error:
            form.add_error("slug", str(error))
        except DocumentInvalid as error:
            form.add_error(None, [str(one) for one in error.errors])
    context = {**about_source(request, source), "form": form}
    return render(request, "dashboards/clone.html", context, status=422 if form.is_bound else 200)


def _cloned(request: TenantRequest, source: Dashboard | Panel, copy: Copy) -> HttpResponse:
    """Make it, and lead there."""
    if isinstance(source, Panel):
        panel = clone_panel(source, request.tenant, copy, by=request.user)
        return redirect("panel-about", tenant=copy.tenant.slug, panel=panel.slug)
    board = clone_dashboard(source, request.tenant, copy, by=request.user)
    return redirect("dashboard", tenant=copy.tenant.slug, dashboard=board.slug)


def _begun(request: TenantRequest, source: Dashboard | Panel) -> dict[str, Any]:
    """What the form begins with: an id that is free here."""
    taken = set(type(source).objects.owned_by(request.tenant).values_list("slug", flat=True)) | {source.slug}
    return {"name": f"{source} (copy)"[:200], "slug": free_id(source.slug, taken)}
