"""Making panels and dashboards, for now: documents with a preview on any tenant before they are saved."""

from typing import Any, cast

from django.contrib import admin
from django.contrib.admin.widgets import FilteredSelectMultiple
from django.core.exceptions import PermissionDenied
from django.db.models import ManyToManyField
from django.forms import ModelForm
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.urls import path
from django.urls.resolvers import URLPattern

from dashboards.changing import save_change, save_new
from dashboards.checks_page import checks_page
from dashboards.forms import DashboardForm, PanelForm, PlacementForm, PlacementFormSet
from dashboards.library.usage import Usage, used_anywhere
from dashboards.load import load_page
from dashboards.managed import managed_note
from dashboards.models import Dashboard, Panel, Placement, SavedTemplate, Shared
from dashboards.preview import preview
from dashboards.template_library.saving import change_kept
from tenants.models import Tenant, User
from tenants.operators import OperatorPage, OperatorSite

ADMIN = "admin"  # the door, as versions name it

for page in (OperatorPage("load", "Load", load_page), OperatorPage("checks", "Checks", checks_page)):
    cast(OperatorSite, admin.site).add_page(page)


class SharedAdmin(admin.ModelAdmin):
    list_filter = ["scope", "tenant"]
    list_select_related = ["tenant"]
    show_full_result_count = False  # of how many a search was is not worth a second count
    save_on_top = True
    readonly_fields = ["where_from"]

    @admin.display(description="Kept in")
    def where_from(self, row: Shared) -> str:
        return managed_note(row) or "The database: it was made by hand."

    @admin.display(description="Kept in")
    def kept_in(self, row: Shared) -> str:
        return f"{row.managed_file}{', changed by hand' if row.is_changed_by_hand else ''}"

    def formfield_for_manytomany(self, db_field: ManyToManyField, request: HttpRequest, **options: Any) -> Any:
        if db_field.name == "shared_with":  # filter_horizontal would say “Available shared with”
            options["widget"] = FilteredSelectMultiple("tenants", is_stacked=False)
        return super().formfield_for_manytomany(db_field, request, **options)

    def save_model(self, request: HttpRequest, obj: Any, form: ModelForm, change: bool) -> None:
        by = cast(User, request.user)
        if not change:
            save_new(obj, by=by, through=ADMIN)
            return
        written = {name: getattr(obj, name) for name in (*obj.WRITTEN, "slug", "scope", "tenant")}

        def write(stored: Any) -> None:
            for name, value in written.items():
                setattr(stored, name, value)

        stored = save_change(obj, write, by=by, through=ADMIN, seen=form.cleaned_data.get("seen_version"))
        obj.version = stored.version


@admin.register(Panel)
class PanelAdmin(SharedAdmin):
    form = PanelForm
    change_form_template = "admin/dashboards/panel/change_form.html"
    list_display = ["title", "slug", "panel_type", "scope", "tenant", "kept_in", "updated_at", "changed_by"]
    list_filter = ["panel_type", *SharedAdmin.list_filter]
    search_fields = ["slug", "title"]
    readonly_fields = [*SharedAdmin.readonly_fields, "used"]
    fieldsets = [
        (None, {"fields": ["slug", "where_from", "used", "text", "seen_version"]}),
        ("Who has it", {"fields": ["scope", "tenant", "shared_with"]}),
    ]

    @admin.display(description="Used on")
    def used(self, panel: Panel) -> str:
        return "; ".join(_where(used_anywhere(panel))) or "No dashboard." if panel.pk else "-"

    def get_deleted_objects(self, objs: Any, request: HttpRequest) -> tuple[list[Any], dict[str, int], set[str], list[str]]:
        """With the places that will be empty."""
        rows, counts, lacking, protected = super().get_deleted_objects(objs, request)
        places = [f"Leaves a place empty on: {one}" for panel in objs for one in _where(used_anywhere(panel))]
        return [*rows, *places], counts, lacking, protected

    def get_urls(self) -> list[URLPattern]:
        own = [path("preview/", self.admin_site.admin_view(self.preview), name="dashboards_panel_preview")]
        return own + super().get_urls()

    def changeform_view(
        self, request: HttpRequest, object_id: str | None = None, form_url: str = "", extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        extra = {"preview_tenants": Tenant.objects.filter(is_active=True), **(extra_context or {})}
        return super().changeform_view(request, object_id, form_url, extra)

    def preview(self, request: HttpRequest) -> HttpResponse:
        """The document as it stands in the form, drawn on a tenant; nothing is saved."""
        if request.method != "POST" or not self.has_add_permission(request):
            raise PermissionDenied
        context = {**self.admin_site.each_context(request), **preview(request)}
        return TemplateResponse(request, "admin/dashboards/panel/preview.html", context)


def _where(used: Usage) -> list[str]:
    named = [f"{board.name} ({board.tenant.slug if board.tenant else 'shared'})" for board in used.dashboards]
    return [*named, f"and {used.unnamed} more"] if used.unnamed else named


class PlacementInline(admin.TabularInline):
    model = Placement
    form = PlacementForm
    formset = PlacementFormSet
    extra = 1
    fields = [
        "panel_slug", "row", "col", "width", "height", "time_range", "refresh_interval",
        "repeat_variable", "repeat_direction", "repeat_max",
    ]  # fmt: skip


@admin.register(Dashboard)
class DashboardAdmin(SharedAdmin):
    form = DashboardForm
    list_display = ["name", "slug", "scope", "tenant", "state", "kept_in", "updated_at", "changed_by"]
    list_filter = ["state", *SharedAdmin.list_filter]
    search_fields = ["slug", "name"]
    raw_id_fields = ["private_to"]
    inlines = [PlacementInline]
    fieldsets = [
        (
            None,
            {
                "fields": [
                    "slug",
                    "name",
                    "description",
                    "folder",
                    "tags",
                    "time_range",
                    "refresh_interval",
                    "variables_text",
                    "annotations_text",
                    "where_from",
                    "seen_version",
                ]
            },
        ),
        ("Who has it", {"fields": ["scope", "tenant", "shared_with", "state", "private_to"]}),
    ]


@admin.register(SavedTemplate)
class SavedTemplateAdmin(admin.ModelAdmin):
    """Renamed and deleted here; made of panels and dashboards on their pages."""

    list_display = ["name", "slug", "tenant", "made_by", "updated_at"]
    list_filter = ["tenant"]
    search_fields = ["name", "slug"]
    fields = ["name", "about", "slug", "tenant", "made_by", "created_at"]
    readonly_fields = ["slug", "tenant", "made_by", "created_at"]
    list_select_related = ["tenant"]

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def save_model(self, request: HttpRequest, obj: SavedTemplate, form: ModelForm, change: bool) -> None:
        obj.version = change_kept(obj, name=obj.name, about=obj.about, by=cast(User, request.user), seen=None).version
