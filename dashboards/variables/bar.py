"""The bar of a page's variables: their values, their pickers, and where choosing leads."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass

from django.http import QueryDict
from django.urls import reverse

from dashboards.asking import PageRange, read_variables, with_query
from dashboards.models import Dashboard
from dashboards.variables.asking import asker_of
from dashboards.variables.definitions import Chosen, QueryVariable, Variable, stored_variables
from dashboards.variables.pickers import Picker, make_picker, make_pickers
from dashboards.variables.resolving import Resolved, needed, resolve
from datasources.timerange import BadTimeRange, TimeRange
from datasources.variables import Value
from tenants.models import Tenant


@dataclass(frozen=True, slots=True)
class Bar:
    """`action` is the page that a choice leads to. `values_url` answers the same page with options that nobody knew yet.

    `reloads`: a choice changes which panels there are, so that the page is loaded anew, and with `follows_time` another time
    range does; `waits`: for values that say which.
    """

    resolved: Mapping[str, Resolved]
    pickers: tuple[Picker, ...]
    action: str
    values_url: str = ""
    reloads: bool = False
    follows_time: bool = False
    waits: bool = False

    @property
    def each(self) -> dict[str, tuple[str, ...]]:
        """The values that panels are repeated for, by variable."""
        return {name: one.each for name, one in self.resolved.items() if one.variable.is_list and one.each is not None}

    def own_texts(self, own: Mapping[str, str]) -> dict[str, str]:
        """What people read of the values a panel is repeated for."""
        return {name: self.resolved[name].text_of(value) if name in self.resolved else value for name, value in own.items()}

    @property
    def names(self) -> frozenset[str]:
        return frozenset(self.resolved)

    @property
    def values(self) -> dict[str, Value]:
        return {name: one.value for name, one in self.resolved.items() if one.value is not None}

    @property
    def texts(self) -> dict[str, str]:
        return {name: one.text for name, one in self.resolved.items()}


@dataclass(frozen=True, slots=True)
class Page:
    """A page with variables: the dashboard's, or that of one of its panels."""

    tenant: Tenant
    dashboard: Dashboard
    query: QueryDict
    asked: PageRange
    panel: str = ""

    @property
    def where(self) -> dict[str, str]:
        return {"tenant": self.tenant.slug, "dashboard": self.dashboard.slug}

    @property
    def action(self) -> str:
        if self.panel:
            return reverse("panel-view", kwargs={**self.where, "panel": self.panel})
        return reverse("dashboard", kwargs=self.where)

    def bar(self, *, known_only: bool, repeated_by: Collection[str] = ()) -> Bar:
        """`known_only`: nobody is asked for options, and nothing waited for. `repeated_by`: by which variables its panels are."""
        variables = stored_variables(self.dashboard.variables)
        resolved = self._resolved(variables, known_only=known_only)
        pickers = make_pickers(resolved, self.query, {variable.name: self._url(variable) for variable in variables})
        waits = any(_is_unknown(one) for one in resolved.values())
        values_url = reverse("dashboard-values", kwargs=self.where) if waits else ""
        return Bar(
            resolved,
            tuple(pickers),
            self.action,
            values_url=with_query(values_url, self._parameters()) if waits else "",
            reloads=any(name in resolved for name in repeated_by),
            follows_time=any(_is_timed(variable) for variable in needed(variables, repeated_by)),
            waits=any(_is_unknown(one) and one.each is None for name in repeated_by if (one := resolved.get(name)) is not None),
        )

    def picker(self, name: str) -> Picker | None:
        """One variable's picker with all its choices; None where there is no such variable to choose."""
        variables = stored_variables(self.dashboard.variables)
        wanted = needed(variables, [name])
        resolved = self._resolved(wanted, known_only=False)
        if name not in resolved or not make_pickers({name: resolved[name]}, self.query, {name: ""}):
            return None
        return make_picker(resolved[name], variables, self.query, url="", whole=True)

    def _resolved(self, variables: tuple[Variable, ...] | list[Variable], *, known_only: bool) -> dict[str, Resolved]:
        asker = asker_of(self.dashboard, self.tenant, _range_of(self.asked), known_only=known_only)
        return resolve(variables, read_variables(self.query), asker)

    def _url(self, variable: Variable) -> str:
        url = reverse("variable", kwargs={**self.where, "variable": variable.name})
        return with_query(url, [*self._parameters(), *([("panel", self.panel)] if self.panel else [])])

    def _parameters(self) -> list[tuple[str, str]]:
        return [(name, str(value)) for name, values in self.query.lists() for value in values if name != "panel"]


def _is_timed(variable: Variable) -> bool:
    return isinstance(variable, QueryVariable) and variable.depends_on_time


def _is_unknown(one: Resolved) -> bool:
    return one.options is None and one.error is None and isinstance(one.variable, Chosen)


def _range_of(asked: PageRange) -> TimeRange:
    """The page's range; one that cannot be read is said to be wrong where it stands."""
    try:
        return asked.read()
    except BadTimeRange:
        return TimeRange()
