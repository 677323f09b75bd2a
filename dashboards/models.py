"""What: panels, dashboards, and where a panel stands on a dashboard."""

import re
from collections.abc import Mapping
from types import MappingProxyType
from typing import Any, Self

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import Case, Q, Value, When

from dashboards.annotations.model import Annotation as Annotation
from dashboards.checking.model import Check as Check
from dashboards.checking.model import CheckRun as CheckRun
from dashboards.library.favorite import Favorite as Favorite
from dashboards.library.version import Version as Version
from dashboards.panels.document import PanelDocument
from dashboards.shared import Shared as Shared
from dashboards.shared import SharedQuerySet as SharedQuerySet
from dashboards.shared import own
from dashboards.template_library.model import SavedTemplate as SavedTemplate
from dashboards.viewer import Viewer
from tenants.known import KnownQuerySet
from tenants.models import Tenant
from tenants.validators import SLUG

MOST_REPEATED = 50
LENGTH_OF_TIME = r"[1-9][0-9]{0,5}[smhdwMy]"


class PanelQuerySet(SharedQuerySet["Panel"]):
    def visible_to(self, tenant: Tenant) -> Self:
        """What a tenant has: its own, what all share, and what is shared with it by name; its own first."""
        own_first = Case(When(own(tenant), then=Value(0)), When(scope=Shared.Scope.CHOSEN, then=Value(1)), default=Value(2))
        return (
            self.filter(own(tenant) | self.shared_with_tenant(tenant)).annotate(nearness=own_first).order_by("slug", "nearness")
        )

    def find(self, tenant: Tenant, slug: str) -> "Panel | None":
        """The tenant's own of that name, else the one shared with it, else None."""
        return self.visible_to(tenant).filter(slug=slug).first()

    def nearest(self, tenant: Tenant) -> Self:
        """All of `visible_to`, one a slug: the tenant's own wins over a shared one. Whatever is filtered later, it has won."""
        return self.nearest_of(tenant, Q())

    def seen_by(self, viewer: Viewer) -> Self:
        return self.nearest(viewer.tenant)


class Panel(Shared):
    """A panel's document, validated by its type's model before it is stored."""

    WRITTEN = ("title", "panel_type", "document")

    title = models.CharField(max_length=200)
    panel_type = models.CharField(max_length=40)
    document = models.JSONField()

    objects = PanelQuerySet.as_manager()

    def __str__(self) -> str:
        return self.title

    def take(self, document: PanelDocument) -> None:
        """Make this valid document the panel's; the caller saves it."""
        self.document = document.model_dump(mode="json", exclude_unset=True)
        self.title, self.panel_type = document.title, document.type

    # What a page needs of the document before anybody has validated it. A damaged one must not take the page with it:
    # what is not of its kind is not there, and the panel's own refresh says what is wrong.

    @property
    def description(self) -> str:
        return self._stated("description", str, "")

    @property
    def time_range(self) -> str:
        length = self._stated("time_range", str, "")
        return length if re.fullmatch(LENGTH_OF_TIME, length) else ""

    @property
    def refresh_interval(self) -> int | None:
        return self._stated("refresh_interval", int, None)

    @property
    def asks(self) -> bool:
        """Whether it asks a data source; else it shows what its document says."""
        return bool(self._stated("data_source", dict, {}))

    @property
    def transforms(self) -> bool:
        """Whether what it shows is not what its query answers."""
        return bool(self._stated("transformations", list, []))

    @property
    def drills_down(self) -> bool:
        return self.panel_type == "timeseries" and self._stated("drill_down", dict, {}).get("enabled") is True

    def _stated(self, name: str, kind: type, default: Any) -> Any:
        found = self.document.get(name) if isinstance(self.document, dict) else None
        return found if isinstance(found, kind) else default


class DashboardQuerySet(SharedQuerySet["Dashboard"]):
    def seen_by(self, viewer: Viewer) -> Self:
        """Those that a viewer may open, one a slug. The same as `Dashboard.may_be_seen_by` says of one."""
        not_others = Q(private_to=None) | Q(private_to=viewer.user_id)
        no_draft = ~Q(state=Dashboard.State.DRAFT)
        if viewer.is_editor:
            no_draft |= Q(scope=Shared.Scope.TENANT)
        if viewer.is_platform_admin:
            no_draft |= ~Q(scope=Shared.Scope.TENANT)
        return self.nearest_of(viewer.tenant, not_others & no_draft)

    def listed_for(self, viewer: Viewer) -> Self:
        """Those that are found without being asked for by name."""
        return self.seen_by(viewer).exclude(state=Dashboard.State.ARCHIVED)


class Dashboard(Shared):
    """A draft is for those who may change it, an archived one is opened but not found; a private one is its maker's alone."""

    class State(models.TextChoices):
        DRAFT = "draft", "Draft"
        PUBLISHED = "published", "Published"
        ARCHIVED = "archived", "Archived"

    WRITTEN = (
        "state",
        "private_to",
        "name",
        "description",
        "folder",
        "tags",
        "time_range",
        "refresh_interval",
        "variables",
        "annotations",
    )

    name = models.CharField(max_length=200)
    description = models.TextField(blank=True)
    folder = models.CharField(max_length=200, default="", db_default="", blank=True)
    tags = ArrayField(models.CharField(max_length=50), default=list, db_default=[], blank=True, help_text="By comma.")
    refresh_interval = models.PositiveIntegerField(
        "refresh (seconds)", default=30, validators=[MaxValueValidator(86_400)], help_text="0: never by itself."
    )
    time_range = models.CharField(max_length=40, default="6h", help_text="How far back it looks at first: 15m, 6h, 7d.")
    variables = models.JSONField(default=list, db_default=Value([], models.JSONField()), blank=True)
    annotations = models.JSONField(default=list, db_default=Value([], models.JSONField()), blank=True)

    state = models.CharField(max_length=10, choices=State.choices, default=State.PUBLISHED, db_default=State.PUBLISHED)
    private_to = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, null=True, blank=True, related_name="private_dashboards",
        help_text="Nobody else sees it; it goes with the account. Empty: public within the tenant.",
    )  # fmt: skip

    objects = DashboardQuerySet.as_manager()

    class Meta(Shared.Meta):
        constraints = [
            *Shared.Meta.constraints,
            models.CheckConstraint(condition=Q(private_to=None) | Q(scope="tenant"), name="private_is_within_a_tenant"),
            models.CheckConstraint(condition=Q(state__in=["draft", "published", "archived"]), name="state_is_known"),
        ]

    def __str__(self) -> str:
        return self.name

    def may_be_seen_by(self, viewer: Viewer) -> bool:
        if self.private_to_id not in (None, viewer.user_id):
            return False
        return self.state != self.State.DRAFT or viewer.may_change(self)


class Placement(models.Model):
    """A panel's place on a dashboard's grid. It names the panel by id, so that a tenant's own of that id wins."""

    class Direction(models.TextChoices):
        RIGHT = "right", "right"
        DOWN = "down", "down"

    dashboard = models.ForeignKey(Dashboard, on_delete=models.CASCADE, related_name="placements")
    panel_slug = models.CharField("panel", max_length=63, validators=[SLUG])
    row = models.PositiveSmallIntegerField(default=0)
    col = models.PositiveSmallIntegerField("column", default=0, validators=[MaxValueValidator(11)])
    width = models.PositiveSmallIntegerField(default=6, validators=[MinValueValidator(1), MaxValueValidator(12)])
    height = models.PositiveSmallIntegerField(default=4, validators=[MinValueValidator(1), MaxValueValidator(24)])
    time_range = models.CharField(max_length=40, blank=True, help_text="Only where it differs from the dashboard's.")
    refresh_interval = models.PositiveIntegerField(null=True, blank=True, validators=[MaxValueValidator(86_400)])
    repeat_variable = models.CharField(
        "repeat by", max_length=63, blank=True, default="", db_default="", help_text="A variable: once for each of its values."
    )
    repeat_direction = models.CharField(
        "to the", max_length=5, choices=Direction.choices, default=Direction.RIGHT, db_default="right"
    )
    repeat_max = models.PositiveSmallIntegerField(
        "at most", null=True, blank=True, validators=[MinValueValidator(1), MaxValueValidator(MOST_REPEATED)]
    )

    # Not stored. The values of variables that this one is repeated for, where it is.
    own: Mapping[str, str] = MappingProxyType({})

    objects = KnownQuerySet["Placement"].as_manager()

    class Meta:
        ordering = ["row", "col"]
        constraints = [
            models.UniqueConstraint(fields=["dashboard", "panel_slug"], name="a_panel_once_on_a_dashboard"),
            models.CheckConstraint(
                condition=Q(width__gte=1) & Q(width__lte=12 - models.F("col")), name="placement_fits_the_grid"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.panel_slug} on {self.dashboard}"
