"""The dashboards of a tenant as a list: searched, by folder and tag, a page of them, in one query however many there are."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from itertools import groupby
from typing import Any

from django.db.models import CharField, Count, F, Func, Q, QuerySet, Value, Window
from django.db.models.functions import Lower
from django.db.models.lookups import IContains

from dashboards.library.favorites import favorite_of
from dashboards.library.wanted import Wanted, checked
from dashboards.models import Dashboard
from dashboards.viewer import Viewer

PAGE_SIZE = 100
NO_FOLDER = "Without a folder"
COLUMNS = ("slug", "name", "description", "folder", "tags", "scope", "state", "private_to", "updated_at")
ORDERS = {
    "name": ("-is_favorite", "has_no_folder", Lower("folder"), Lower("name"), "slug"),
    "changed": ("-updated_at", "slug"),
}


@dataclass(frozen=True, slots=True)
class Group:
    """Those under one heading; without a title there is but one."""

    title: str
    dashboards: list[Dashboard]


@dataclass(frozen=True, slots=True)
class Found:
    groups: list[Group] = field(default_factory=list)
    count: int = 0
    pages: int = 1


@dataclass(frozen=True, slots=True)
class Shelves:
    """The folders and tags there are, with how many dashboards each has."""

    folders: list[tuple[str, int]]
    tags: list[tuple[str, int]]
    total: int


def search(viewer: Viewer, wanted: Wanted) -> Found:
    """The page of what is wanted that a viewer may see. One query."""
    start = (wanted.page - 1) * PAGE_SIZE
    rows = narrowed(viewer, wanted).annotate(has_no_folder=Q(folder=""), in_all=Window(Count("pk")))
    page = list(rows.only(*COLUMNS).order_by(*ORDERS[wanted.sort])[start : start + PAGE_SIZE])
    count = page[0].in_all if page else 0
    return Found(_groups(page, wanted), count, max(1, -(-count // PAGE_SIZE)))


def options(viewer: Viewer, q: str, *, most: int) -> list[Dashboard]:
    """A few to go to at once: favourites first, then by name."""
    rows = narrowed(viewer, Wanted(q=checked(q, "q").strip()))
    return list(rows.only("slug", "name", "folder").order_by("-is_favorite", Lower("name"), "slug")[:most])


def shelves(viewer: Viewer) -> Shelves:
    """One query."""
    rows = list(Dashboard.objects.listed_for(viewer).order_by().values_list("folder", "tags"))
    folders = Counter(folder for folder, _ in rows if folder)
    tags = Counter(tag for _, found in rows for tag in found)
    return Shelves(sorted(folders.items(), key=_by_name), sorted(tags.items(), key=_by_name), len(rows))


def narrowed(viewer: Viewer, wanted: Wanted) -> QuerySet[Any]:
    """All that is wanted, each with whether it is a favourite, as `is_favorite`."""
    state = Dashboard.State.ARCHIVED
    seen = Dashboard.objects.seen_by(viewer)
    seen = seen.filter(state=wanted.state) if wanted.state else seen.exclude(state=state)
    is_favorite = favorite_of(viewer)
    rows: QuerySet[Any] = seen.annotate(is_favorite=is_favorite)
    if wanted.only_favorites:
        rows = rows.filter(is_favorite)
    if wanted.folder is not None:
        rows = rows.filter(folder=wanted.folder)
    if wanted.tags:
        rows = rows.filter(tags__contains=list(wanted.tags))
    return rows.filter(_says(wanted.q)) if wanted.q else rows


def _says(q: str) -> Q:
    """Every word somewhere: in the name, the id, the description, the folder or a tag."""
    tags = Func(F("tags"), Value(" "), function="array_to_string", output_field=CharField())
    found = Q()
    for word in q.split():
        fields = ("name", "slug", "description", "folder")
        anywhere = Q(*((f"{name}__icontains", word) for name in fields), _connector=Q.OR)
        found &= anywhere | Q(IContains(tags, word))
    return found


def _groups(page: Iterable[Any], wanted: Wanted) -> list[Group]:
    if wanted.sort != "name" or wanted.only_favorites or wanted.folder is not None:
        rows = list(page)
        return [Group("", rows)] if rows else []
    groups = [Group(title, list(rows)) for title, rows in groupby(page, key=_heading)]
    return [Group("", groups[0].dashboards)] if len(groups) == 1 and groups[0].title == NO_FOLDER else groups


def _heading(dashboard: Any) -> str:
    return "Favourites" if dashboard.is_favorite else dashboard.folder or NO_FOLDER


def _by_name(counted: tuple[str, int]) -> str:
    return counted[0].lower()
