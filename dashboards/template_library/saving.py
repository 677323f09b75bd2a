"""A panel or a dashboard kept as a template: the tenant's own, or by a platform admin everybody's."""

from collections.abc import Iterable
from typing import Any

from django.db import transaction
from django.db.models import Q

from audit.models import Action
from audit.recording import Thing, Told, record
from dashboards.as_code.stored import document_tree
from dashboards.builder.making import slug_from
from dashboards.changing import locked
from dashboards.checks import check_queries
from dashboards.library.cloning import free_id
from dashboards.models import Dashboard, Panel, SavedTemplate
from dashboards.panels.document import DocumentError, DocumentInvalid, read_document
from dashboards.template_library.built_in import built_in
from dashboards.template_library.template import Need, Template
from tenants.models import Tenant, User

MOST_KEPT = 500
TENANTS, PLATFORMS = "tenant", "platform"


def save_as_template(
    source: Panel | Dashboard, seen_in: Tenant, *, name: str, about: str, for_all: bool, by: User
) -> SavedTemplate:
    """Keep a copy of it as it is now, a dashboard's with its panels. `for_all` is for platform admins.

    Raises DocumentInvalid where one of its panels may ask what only those may that the platform keeps, and where there are
    too many templates.
    """
    panels = [source] if isinstance(source, Panel) else _panels_of(source, seen_in)
    documents = [{"id": panel.slug, "document": document_tree(panel)} for panel in panels]
    errors = list(_refused(documents))
    if errors and not by.is_platform_admin:
        raise DocumentInvalid(*errors)
    owner = None if for_all else seen_in
    row = SavedTemplate(
        tenant=owner,
        name=name,
        about=about,
        panels=documents,
        dashboard=document_tree(source) if isinstance(source, Dashboard) else None,
        is_platforms=bool(errors),
        made_by=by.email,
        changed_by=by.email,
    )
    with transaction.atomic():
        if SavedTemplate.objects.filter(tenant=owner).count() >= MOST_KEPT:
            raise DocumentInvalid(DocumentError("", f"there are {MOST_KEPT} templates already: delete some first"))
        row.slug = free_id(slug_from(name) or "template", _taken(seen_in))
        row.save()
        if for_all:
            record(Told(Action.EXPORT, thing=Thing.of(source), tenant=seen_in, details={"what": "kept as a template of all"}))
    return row


def change_kept(row: SavedTemplate, *, name: str, about: str, by: User, seen: int | None) -> SavedTemplate:
    """Rename it, or say anew what it is for: its next version. `seen` as of `save_change`. Raises Overtaken, Gone."""
    with transaction.atomic():
        stored = locked(row, seen=seen)
        stored.name, stored.about, stored.changed_by = name, about, by.email
        stored.version += 1
        stored.save()
    return stored


def kept_for(tenant: Tenant) -> list[SavedTemplate]:
    """The tenant's own, and those of all."""
    return list(SavedTemplate.objects.filter(Q(tenant=tenant) | Q(tenant=None)))


def find_kept(tenant: Tenant, slug: str) -> SavedTemplate | None:
    """The tenant's own before one of all."""
    found = list(SavedTemplate.objects.filter(Q(tenant=tenant) | Q(tenant=None), slug=slug))
    return min(found, key=lambda row: row.tenant_id is None, default=None)


def template_of(row: SavedTemplate) -> Template:
    """As all templates are."""
    documents = tuple((one["id"], one["document"]) for one in row.panels)
    sources = [document.get("data_source") or {} for _, document in documents]
    languages = {"promql" if {"promql", "queries"} & source.keys() else "sql" for source in sources if source}
    tables = dict.fromkeys(source["table"] for source in sources if "table" in source)
    return Template(
        id=row.slug,
        name=row.name,
        about=row.about,
        category="Of all tenants" if row.tenant_id is None else "Our own",
        language=languages.pop() if len(languages) == 1 else "",
        panels=documents,
        dashboard=row.dashboard,
        is_platforms=row.is_platforms,
        needs=tuple(Need("table", name, "") for name in tables),
        owner=PLATFORMS if row.tenant_id is None else TENANTS,
        version=row.version,
    )


def _panels_of(board: Dashboard, tenant: Tenant) -> list[Panel]:
    placed = board.placements.values("panel_slug")
    return list(Panel.objects.nearest(tenant).filter(slug__in=placed))


def _refused(documents: Iterable[dict[str, Any]]) -> Iterable[DocumentError]:
    """What a tenant's own panels may not ask. Raises DocumentInvalid for one that is not valid any more."""
    for one in documents:
        for error in check_queries(read_document(one["document"]), is_shared=False):
            yield DocumentError(f"{one['id']}: {error.path}", error.message)


def _taken(tenant: Tenant) -> set[str]:
    return {*built_in(), *(row.slug for row in kept_for(tenant))}
