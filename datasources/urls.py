"""`/t/<tenant>/sources/` for a tenant's admins, `/sources/` for platform admins; names for completion for a tenant's editors."""

from django.urls import path

from datasources.pages import names, views

PAGES: dict[str, tuple[str, views.View]] = {
    "list": ("", views.list_page),
    "edit": ("<slug:source>/edit/", views.edit_page),
    "status": ("<slug:source>/status/", views.status_fragment),
    "test": ("<slug:source>/test/", views.test_action),
    "default": ("<slug:source>/default/", views.default_action),
    "switch": ("<slug:source>/switch/", views.switch_action),
    "delete": ("<slug:source>/delete/", views.delete_page),
    "add": ("add/<slug:kind>/", views.add_page),
}

urlpatterns = [path("t/<slug:tenant>/sources/<slug:source>/names/", names.names, name="source-names")]
for name, (where, view) in PAGES.items():
    of_tenant, of_platform = views.for_admins(view)
    urlpatterns += [
        path(f"t/<slug:tenant>/sources/{where}", of_tenant, name=f"tenant-sources-{name}"),
        path(f"sources/{where}", of_platform, name=f"sources-{name}"),
    ]
