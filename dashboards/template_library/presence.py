"""What of a template's needs a tenant's source has, found out before anything is made."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from dashboards.template_library.template import Need, Template
from datasources.base import OWN, Source
from datasources.catalogue import find_table
from datasources.errors import SourceError
from datasources.frame import rows_of
from datasources.postgres import PostgresSource
from datasources.prom_queries import PromQuery
from datasources.sources import source_of
from datasources.timerange import TimeRange
from tenants.models import Tenant

LOOK_BACK = timedelta(hours=1)
SQL, PROMQL = "sql", "promql"


@dataclass(frozen=True, slots=True)
class Present:
    """One need: whether it is there (None: nobody can tell now) and which of a table's columns are not."""

    need: Need
    is_there: bool | None
    lacking: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Presence:
    """All needs; `problem` says why nothing can be told."""

    needs: tuple[Present, ...]
    problem: str = ""

    @property
    def is_whole(self) -> bool:
        return all(one.is_there for one in self.needs)


def presence(template: Template, tenant: Tenant, source: str, values: Mapping[str, str]) -> Presence:
    """Ask the tenant's source of that slug, `tenant` for its own database and its default Prometheus."""
    needs = template.needed(values)
    if not needs:
        return Presence(())
    try:
        asked = source_of(tenant, source or OWN, platform=False, language=template.language or SQL)
        found = _metrics(asked, needs) if template.language == PROMQL else _tables(asked, needs)
    except SourceError as error:
        return Presence(tuple(Present(one, None) for one in needs), error.sentence)
    return Presence(tuple(found))


def _metrics(source: Source, needs: Sequence[Need]) -> list[Present]:
    """One request for all of them."""
    now = datetime.now(UTC)
    names = "|".join(re.escape(one.name) for one in needs)
    text = f'count by (__name__) ({{__name__=~"{names}"}})'
    query = PromQuery(text=text, time_range=TimeRange(now - LOOK_BACK, now), instant=True)
    frame = rows_of(source.run({"names": query}), "names")
    there = set(frame.column("__name__")) if "__name__" in frame.names else set()
    return [Present(one, one.name in there) for one in needs]


def _tables(source: Source, needs: Sequence[Need]) -> list[Present]:
    assert isinstance(source, PostgresSource)  # what is asked in SQL
    return [_table(source, one) for one in needs]


def _table(source: PostgresSource, need: Need) -> Present:
    """Raises SourceUnavailable."""
    try:
        columns = find_table(source.database, need.name).columns
    except SourceError as error:
        if error.lack is None:
            raise
        return Present(need, is_there=False)
    lacking = tuple(name for name, _ in need.columns if name not in columns)
    return Present(need, not lacking, lacking)
