"""Where panels are edited: on a dashboard, and by themselves."""

from django.urls import path

from dashboards.editor import views

_PLACES = (
    ("panel-edit", "t/<slug:tenant>/d/<slug:dashboard>/panels/<slug:panel>/"),
    ("tenant-panel-edit", "t/<slug:tenant>/panels/<slug:panel>/"),
)

editor = [
    path(f"{place}{end}", view, name=f"{name}{suffix}")
    for name, place in _PLACES
    for end, suffix, view in (
        ("edit/", "", views.edit_panel),
        ("edit/form/", "-form", views.edit_panel_form),
        ("edit/preview/", "-preview", views.edit_panel_preview),
    )
]
