"""What a page asks of its annotations: which kinds, over which range, with which values of the dashboard's variables."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from django.http import QueryDict

from dashboards.annotations.definitions import TYPED, AnnotationQuery, stored_annotations
from dashboards.annotations.marks import TYPED_COLOUR, Marks, find_marks
from dashboards.asking import page_range, read_ask, zone_of
from dashboards.models import Dashboard
from dashboards.panels.base import Ask
from dashboards.panels.colours import hex_of
from dashboards.variables.asking import with_variables
from tenants.access import TenantRequest

CHOSEN = "marks"  # the URL's parameter: the names of those shown, by comma
EVERY_SECONDS = 5  # so long viewers share what a query has found


@dataclass(frozen=True, slots=True)
class Kind:
    """Annotations that are switched on and off together."""

    name: str
    title: str
    color: str
    is_on: bool

    @property
    def hex(self) -> str:
        return hex_of(self.color)


@dataclass(frozen=True, slots=True)
class Asked:
    """`ask` is for the queries that are switched on, and all kinds are told of."""

    dashboard: Dashboard
    queries: Sequence[AnnotationQuery]
    chosen: frozenset[str]
    ask: Ask

    @property
    def kinds(self) -> list[Kind]:
        typed = Kind(TYPED, "Typed in", TYPED_COLOUR, TYPED in self.chosen)
        return [typed, *(Kind(one.name, one.title, one.color, one.name in self.chosen) for one in self.queries)]

    def toggled(self) -> Iterator[tuple[Kind, str]]:
        """Each kind, and what the URL says once it is switched."""
        for kind in self.kinds:
            changed = self.chosen ^ {kind.name}
            yield kind, ",".join(one.name for one in self.kinds if one.name in changed)

    def find(self, request: TenantRequest) -> Marks:
        """Raises PanelUnavailable where a variable cannot have the value that is asked for."""
        shown = [query for query in self.queries if query.name in self.chosen]
        names = frozenset().union(*(query.needs for query in shown))
        ask = with_variables(self.ask, self.dashboard, request.tenant, names)
        return find_marks(request.tenant, self.dashboard, shown, ask, typed=TYPED in self.chosen)


def asked_annotations(request: TenantRequest, dashboard: Dashboard) -> Asked:
    """Raises BadRequest."""
    zone = zone_of(request.GET, request.user, request.tenant)
    asked = page_range(request.GET, zone, default=dashboard.time_range, every_seconds=EVERY_SECONDS)
    queries = stored_annotations(dashboard.annotations)
    return Asked(dashboard, queries, _chosen(request.GET, queries), read_ask(request.GET, asked, request.tenant))


def _chosen(query: QueryDict, queries: Sequence[AnnotationQuery]) -> frozenset[str]:
    known = {TYPED: True, **{one.name: not one.hidden for one in queries}}
    if CHOSEN not in query:
        return frozenset(name for name, is_on in known.items() if is_on)
    return frozenset(query.get(CHOSEN, "").split(",")) & known.keys()
