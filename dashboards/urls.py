"""The pages. Whatever belongs to a tenant has `tenant` in its URL, which is what the middleware authorises."""

from django.urls import path

from dashboards import panel_views, views
from dashboards.annotations import views as annotations
from dashboards.builder import views as builder
from dashboards.builder.part_views import edit_part
from dashboards.editor.addresses import editor
from dashboards.files import FILE_KINDS
from dashboards.pages.addresses import library
from dashboards.preferences.views import preferences_page
from dashboards.query import views as query_views

DASHBOARD = "t/<slug:tenant>/d/<slug:dashboard>/"
PANEL = f"{DASHBOARD}panels/<slug:panel>/"

urlpatterns = [
    path(PANEL, panel_views.panel, name="panel"),  # first: most requests are refreshes, and what stands before costs each of them
    path("", views.home, name="home"),
    path("accounts/preferences/", preferences_page, name="preferences"),
    path("t/<slug:tenant>/new/", builder.new_dashboard, name="dashboard-new"),
    *library,
    *editor,
    path(DASHBOARD, views.dashboard, name="dashboard"),
    path(f"{DASHBOARD}edit/", builder.edit, name="dashboard-edit"),
    path(f"{DASHBOARD}edit/document/", builder.edit_document, name="dashboard-edit-document"),
    path(f"{DASHBOARD}edit/<slug:part>/", edit_part, name="dashboard-edit-part"),
    path(f"{DASHBOARD}edit/panels/<slug:panel>/", builder.edit_panel, name="dashboard-edit-panel"),
    path(f"{DASHBOARD}values/", views.dashboard, {"known_only": False}, name="dashboard-values"),
    path(f"{DASHBOARD}variables/<str:variable>/", views.variable, name="variable"),
    path(f"{DASHBOARD}annotations/", annotations.annotations, name="annotations"),
    path(f"{DASHBOARD}annotations/new/", annotations.new, name="annotation-new"),
    path(f"{DASHBOARD}annotations/<int:pk>/", annotations.change, name="annotation"),
    path(f"{DASHBOARD}annotations/<int:pk>/delete/", annotations.delete, name="annotation-delete"),
    path(f"{PANEL}view/", panel_views.panel_view, name="panel-view"),
    *(path(f"{PANEL}{kind}/", panel_views.panel_file, {"kind": kind}, name=f"panel-{kind}") for kind in FILE_KINDS),
    path(f"{PANEL}inspect/", panel_views.panel_inspect, name="panel-inspect"),
    path(f"{PANEL}query/", query_views.panel_query, name="panel-query"),
    path(f"{PANEL}query/run/", query_views.panel_query_run, name="panel-query-run"),
    path(f"{PANEL}query/format/", query_views.panel_query_format, name="panel-query-format"),
    path(f"{PANEL}query/tables/", query_views.panel_query_tables, name="panel-query-tables"),
    path(f"{PANEL}points/", panel_views.panel_points, name="panel-points"),
]
