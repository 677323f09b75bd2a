"""The templates that somebody may use, searched and in their shelves."""

from collections.abc import Sequence
from itertools import groupby

from dashboards.template_library.built_in import built_in
from dashboards.template_library.saving import PLATFORMS, TENANTS, find_kept, kept_for, template_of
from dashboards.template_library.template import Template, texts_in
from dashboards.viewer import Viewer

LONGEST_SEARCH = 200
_OWNERS = (TENANTS, PLATFORMS, "")


def templates_for(viewer: Viewer) -> list[Template]:
    """The tenant's own, those of all tenants, and those that come with the product.

    What only the platform's panels may ask is for platform admins.
    """
    found = [*map(template_of, kept_for(viewer.tenant)), *built_in().values()]
    return [one for one in found if viewer.is_platform_admin or not one.is_platforms]


def find_template(viewer: Viewer, slug: str) -> Template | None:
    """The tenant's own before one of all, and that before the product's."""
    kept = find_kept(viewer.tenant, slug)
    found = template_of(kept) if kept is not None else built_in().get(slug)
    return found if found is not None and (viewer.is_platform_admin or not found.is_platforms) else None


def may_change(viewer: Viewer, template: Template) -> bool:
    """A tenant's own its editors rename and delete, those of all platform admins, the product's nobody."""
    return viewer.is_editor if template.owner == TENANTS else template.owner == PLATFORMS and viewer.is_platform_admin


def search(found: Sequence[Template], text: str, *, kind: str = "") -> list[Template]:
    """Those in which every word of the text occurs, in what they say of themselves, show or need."""
    words = text[:LONGEST_SEARCH].casefold().split()
    return [one for one in found if (not kind or one.kind == kind) and all(word in _said(one) for word in words)]


def shelves(found: Sequence[Template]) -> list[tuple[str, list[Template]]]:
    """One's own first, then whole dashboards, then panels by category."""
    ordered = sorted(found, key=lambda one: (_OWNERS.index(one.owner), one.kind == "panel", one.category, one.name.casefold()))
    return [(name, list(its)) for name, its in groupby(ordered, key=_shelf)]


def _shelf(one: Template) -> str:
    if one.owner:
        return one.category
    return "Whole dashboards" if one.kind == "dashboard" else f"Panels: {one.category}"


def _said(one: Template) -> str:
    titles = "\n".join(texts_in(document.get("title", "")) for _, document in one.panels)
    needs = "\n".join(need.name for need in one.needs)
    return "\n".join((one.id, one.name, one.about, one.category, one.language, titles, needs)).casefold()
