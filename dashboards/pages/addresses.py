"""Where the library's pages are."""

from django.urls import path

from dashboards.pages import changing, files, history, listing, panels
from dashboards.template_library import keeping
from dashboards.template_library import views as templates
from dashboards.testing import board_views
from dashboards.testing import views as testing

TENANT = "t/<slug:tenant>/"
DASHBOARD = f"{TENANT}d/<slug:dashboard>/"
OWN_PANEL = f"{TENANT}panels/<slug:panel>/"

library = [
    path(TENANT, listing.tenant_home, name="tenant-home"),
    path(f"{TENANT}dashboards/", listing.dashboards, name="dashboards"),
    path(f"{TENANT}dashboards/options/", listing.dashboard_options, name="dashboard-options"),
    path(f"{TENANT}upload/", files.upload, name="upload"),
    path(f"{TENANT}download/", files.download_all, name="download-all"),
    path(f"{DASHBOARD}download/", files.download_dashboard, name="dashboard-download"),
    path(f"{OWN_PANEL}download/", files.download_panel, name="panel-download"),
    path(f"{TENANT}panels/", panels.panels, name="panels"),
    path(OWN_PANEL, panels.panel_about, name="panel-about"),
    path(f"{OWN_PANEL}delete/", panels.panel_delete, name="panel-delete"),
    path(f"{OWN_PANEL}versions/", history.panel_versions, name="panel-versions"),
    path(f"{OWN_PANEL}restore/", history.restore_panel, name="panel-restore"),
    path(f"{TENANT}templates/", templates.templates, name="templates"),
    path(f"{TENANT}templates/<slug:template>/", templates.template, name="template"),
    path(f"{TENANT}templates/<slug:template>/change/", keeping.template_change, name="template-change"),
    path(f"{TENANT}templates/<slug:template>/delete/", keeping.template_delete, name="template-delete"),
    path(f"{DASHBOARD}template/", keeping.dashboard_template, name="dashboard-template"),
    path(f"{OWN_PANEL}template/", keeping.panel_template, name="panel-template"),
    path(f"{OWN_PANEL}test/", testing.panel_test, name="panel-test"),
    path(f"{OWN_PANEL}test/run/", testing.panel_test_run, name="panel-test-run"),
    path(f"{DASHBOARD}test/", board_views.dashboard_test, name="dashboard-test"),
    path(f"{DASHBOARD}test/run/", board_views.dashboard_test_run, name="dashboard-test-run"),
    path(f"{DASHBOARD}favorite/", listing.favorite, name="dashboard-favorite"),
    path(f"{DASHBOARD}home/", listing.own_home, name="dashboard-home"),
    path(f"{DASHBOARD}home/of-all/", listing.home_of_all, name="dashboard-home-of-all"),
    path(f"{DASHBOARD}versions/", history.dashboard_versions, name="dashboard-versions"),
    path(f"{DASHBOARD}restore/", history.restore_dashboard, name="dashboard-restore"),
    path(f"{DASHBOARD}state/", changing.dashboard_state, name="dashboard-state"),
    path(f"{DASHBOARD}clone/", changing.dashboard_clone, name="dashboard-clone"),
    path(f"{DASHBOARD}delete/", changing.dashboard_delete, name="dashboard-delete"),
    path(f"{OWN_PANEL}clone/", changing.panel_clone, name="panel-clone"),
]
