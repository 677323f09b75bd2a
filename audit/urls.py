"""`/t/<tenant>/audit/` for a tenant's admins, `/audit/` for platform admins."""

from django.urls import path

from audit import views

urlpatterns = [
    path("t/<slug:tenant>/audit/", views.tenant_events, name="tenant-audit-list"),
    path("t/<slug:tenant>/audit/csv/", views.tenant_csv, name="tenant-audit-csv"),
    path("t/<slug:tenant>/audit/<int:event>/", views.tenant_event, name="tenant-audit-event"),
    path("audit/", views.all_events, name="audit-list"),
    path("audit/csv/", views.all_csv, name="audit-csv"),
    path("audit/<int:event>/", views.one_event, name="audit-event"),
]
