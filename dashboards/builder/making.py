"""A dashboard made: an empty one by its name, or a tenant's own in the place of a shared one."""

import re
import unicodedata
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.db import transaction

from dashboards.changing import save_new
from dashboards.checks import check_dashboard
from dashboards.document import document_of, put, read_dashboard
from dashboards.models import Dashboard, Shared
from dashboards.panels.document import DocumentInvalid
from tenants.models import Tenant, User
from tenants.validators import SLUG

PAGES = "pages"  # the door, as versions name it
LONGEST_SLUG = 63


class NewDashboardForm(forms.Form):
    name = forms.CharField(max_length=200, label="Name")
    slug = forms.CharField(
        max_length=LONGEST_SLUG,
        required=False,
        label="Id",
        validators=[SLUG],
        help_text="Part of its address. Empty: from its name.",
    )
    folder = forms.CharField(max_length=200, required=False, label="Folder")

    def clean(self) -> dict[str, Any]:
        given = super().clean() or {}
        if given.get("name") and not given.get("slug") and "slug" not in self.errors:
            given["slug"] = slug_from(given["name"])
            if not given["slug"]:
                raise ValidationError({"slug": "Say an id: the name has no letters that could be one."})
        return given


def make_empty(tenant: Tenant, *, slug: str, name: str, folder: str, by: User) -> Dashboard:
    """A draft: nobody looks on while it is built. Raises Taken."""
    row = Dashboard(slug=slug, name=name, folder=folder, state=Dashboard.State.DRAFT, scope=Shared.Scope.TENANT, tenant=tenant)
    return save_new(row, by=by, through=PAGES)


def make_own(shared: Dashboard, tenant: Tenant, *, by: User) -> Dashboard:
    """A shared dashboard again, as the tenant's own, of the same id and state: it wins there. Raises Taken, DocumentInvalid."""
    document = read_dashboard(document_of(shared).model_dump(mode="json"))
    if errors := check_dashboard(document, is_shared=False):
        raise DocumentInvalid(*errors)
    row = Dashboard(slug=shared.slug, state=shared.state, scope=Shared.Scope.TENANT, tenant=tenant, name=document.name)
    with transaction.atomic():
        save_new(row, by=by, through=PAGES)
        put(row, document)
        row.save()
    return row


def slug_from(name: str) -> str:
    """“Größe der Läger” → “grosse-der-lager”; empty where nothing is left."""
    plain = unicodedata.normalize("NFKD", name.replace("ß", "ss")).encode("ascii", "ignore").decode().lower()
    return re.sub(r"[^a-z0-9]+", "-", plain).strip("-")[:LONGEST_SLUG].strip("-")
