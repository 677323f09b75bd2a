"""The templates that somebody may use, searched and in their shelves."""

from collections.abc import Sequence
from itertools import groupby

from dashboards.template_library.built_in import built_in
from dashboards.template_library.template import Template, texts_in
from dashboards.viewer import Viewer

LONGEST_SEARCH = 200


def templates_for(viewer: Viewer) -> list[Template]:
    """All of them; those that only the platform's panels may be made of, for platform admins."""
    return [one for one in built_in().values() if viewer.is_platform_admin or not one.is_platforms]


def find_template(viewer: Viewer, slug: str) -> Template | None:
    return next((one for one in templates_for(viewer) if one.id == slug), None)


def search(found: Sequence[Template], text: str, *, kind: str = "") -> list[Template]:
    """Those in which every word of the text occurs, in what they say of themselves, show or need."""
    words = text[:LONGEST_SEARCH].casefold().split()
    return [one for one in found if (not kind or one.kind == kind) and all(word in _said(one) for word in words)]


def shelves(found: Sequence[Template]) -> list[tuple[str, list[Template]]]:
    """Whole dashboards first, then panels by category."""
    ordered = sorted(found, key=lambda one: (one.kind == "panel", one.category, one.name.casefold()))
    return [(name, list(its)) for name, its in groupby(ordered, key=_shelf)]


def _shelf(one: Template) -> str:
    return "Whole dashboards" if one.kind == "dashboard" else f"Panels: {one.category}"


def _said(one: Template) -> str:
    titles = "\n".join(texts_in(document.get("title", "")) for _, document in one.panels)
    needs = "\n".join(need.name for need in one.needs)
    return "\n".join((one.id, one.name, one.about, one.category, one.language, titles, needs)).casefold()
