"""A panel's place on a page: what templates/panels/_section.html draws round every type, in every state."""

import random
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from functools import lru_cache
from types import MappingProxyType
from typing import Any, Literal

import orjson
from django.urls import get_script_prefix, reverse

from dashboards.asking import PageRange, Parameter, with_query
from dashboards.export import AS_SHOWN
from dashboards.files import FILE_KINDS
from dashboards.managed import managed_note
from dashboards.models import Dashboard, Panel, Placement
from dashboards.panels.anchors import Anchor
from dashboards.panels.interpolation import ends_of, interpolated
from dashboards.ranges import range_label
from dashboards.variables.repeating import key_of
from datasources.variables import Value
from tenants.access import TenantRequest
from tenants.models import Role

SHOWN = "X-Shown"
HELD = "X-Held"  # what a page has of a chart's points: static/js/tail.js
ASKED = "X-Asked"  # when the source was asked: of a panel that is shown already, all that is new
NONE: Mapping[str, str] = MappingProxyType({})
State = Literal["loading", "fresh", "stale", "empty", "error"]
KEPT_PATHS = 4_096
SPREAD = 0.1  # polls are spread by a tenth, so that a thousand viewers do not march in step


@dataclass(frozen=True, slots=True)
class SectionError:
    """What a viewer sees of an error, or of why a result is old. `detail` is for editors only, `reference` in the log too."""

    sentence: str
    reference: str = ""
    detail: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Section:
    """`slug` is the panel's name on its page, where it may stand several times; `own` are the variables it is repeated by."""

    slug: str
    type: str
    title: str
    description: str = ""
    url: str
    view_url: str
    file_urls: tuple[tuple[str, str], ...] = ()  # each with its kind's name for people
    inspect_url: str = ""
    query_url: str = ""
    edit_url: str = ""
    admin_url: str = ""
    managed: str = ""
    points_url: str = ""
    poll_seconds: int = 0
    own_range: bool = False
    range_label: str = ""
    state: State = "loading"
    lazy: bool = False
    mark: str = ""
    updated_at: datetime | None = None
    elapsed_ms: float | None = None
    error: SectionError | None = None
    own: str = ""
    notes: tuple[str, ...] = field(default=())
    links: tuple[Anchor, ...] = ()

    @property
    def trigger(self) -> str:
        """When htmx asks for it: at first when it is loaded or comes into sight, then again and again."""
        first = ("intersect once, " if self.lazy else "load, ") if self.state == "loading" else ""
        every = f"every {self._spread_ms()}ms, " if self.poll_seconds and not first else ""
        return f"{first}{every}refresh"

    @property
    def headers(self) -> str:
        """What its requests carry: the mark of what is shown, for a poll that finds nothing new."""
        return orjson.dumps({SHOWN: self.mark}).decode() if self.mark else ""

    @property
    def busy(self) -> str:
        return "true" if self.state == "loading" else "false"

    def _spread_ms(self) -> int:
        return round(self.poll_seconds * 1_000 * random.uniform(1 - SPREAD, 1 + SPREAD))  # noqa: S311


def make_section(
    request: TenantRequest,
    dashboard: Dashboard,
    placement: Placement,
    panel: Panel | None,
    *,
    parameters: Mapping[str, Parameter],
    asked: PageRange,
    refresh: int,
    lazy: bool = False,
    mark: str = "",
    variables: Mapping[str, Value] = NONE,
    texts: Mapping[str, str] = NONE,
) -> Section:
    """The section of a placement, still to be loaded. `parameters` are those of its fragment's URL; `variables` and `texts`,
    as in Ask, are what its title and description may say.
    """
    where = request.tenant.slug, dashboard.slug, placement.panel_slug
    query = with_query("", parameters)
    own_range = placement.time_range or (panel.time_range if panel is not None else "")
    shown = PageRange.between(f"now-{own_range}", "now", asked.zone) if own_range else asked

    def to(name: str) -> str:
        return _path(name, *where, below=get_script_prefix()) + query

    def said(text: str) -> str:
        return interpolated(text, variables, texts, ends=lambda: ends_of(shown.read(), asked.zone))

    return Section(
        slug=key_of(placement.panel_slug, placement.own),
        own=" ".join(placement.own),
        type=panel.panel_type if panel is not None else "missing",
        title=said(panel.title) if panel is not None else placement.panel_slug,
        description=said(panel.description) if panel is not None else "",
        url=to("panel"),
        view_url=to("panel-view"),
        file_urls=_file_urls(panel, to),
        admin_url=_admin_url(request, panel),
        points_url=to("panel-points") if panel is not None and panel.drills_down else "",
        poll_seconds=poll_seconds(dashboard, placement, panel, refresh),
        own_range=bool(own_range),
        range_label=range_label(shown),
        lazy=lazy,
        mark=mark,
        **(_for_editors(panel, to) if request.role.includes(Role.EDITOR) else {}),
    )


def _for_editors(panel: Panel | None, to: Callable[[str], str]) -> dict[str, Any]:
    """Where editors go from it, and whether its document is somebody else's to write."""
    if panel is None:
        return {"inspect_url": to("panel-inspect")}
    asking = {"inspect_url": to("panel-inspect"), "query_url": to("panel-query")} if panel.asks else {}
    return {**asking, "edit_url": to("panel-edit"), "managed": managed_note(panel)}


@lru_cache(maxsize=KEPT_PATHS)
def _path(name: str, tenant: str, dashboard: str, panel: str, *, below: str) -> str:
    """A page of a panel's; `below` is where the product stands on its host, as Django knows it. To reverse one takes 60 µs."""
    return reverse(name, kwargs={"tenant": tenant, "dashboard": dashboard, "panel": panel})


def _file_urls(panel: Panel | None, to: Callable[[str], str]) -> tuple[tuple[str, str], ...]:
    """A file of each kind; of a panel with transformations also of the rows that they make."""
    if panel is not None and not panel.asks:
        return ()
    urls = [(kind.label, to(f"panel-{name}")) for name, kind in FILE_KINDS.items()]
    if panel is not None and panel.transforms:
        urls += [(f"{label} as shown", f"{url}{'&' if '?' in url else '?'}{AS_SHOWN}=1") for label, url in urls]
    return tuple(urls)


def poll_seconds(dashboard: Dashboard, placement: Placement, panel: Panel | None, refresh: int) -> int:
    """What the viewer chose, 0 for never; without a choice, that of the placement, the panel or the dashboard.

    What asks nothing has nothing new.
    """
    if panel is not None and not panel.asks:
        return 0
    if refresh != dashboard.refresh_interval:
        return refresh
    for own in (placement.refresh_interval, panel.refresh_interval if panel is not None else None):
        if own is not None:
            return own
    return refresh


def _admin_url(request: TenantRequest, panel: Panel | None) -> str:
    """Where a platform admin says who has the panel."""
    if panel is None or not request.user.is_platform_admin:
        return ""
    return reverse("admin:dashboards_panel_change", args=[panel.pk])
