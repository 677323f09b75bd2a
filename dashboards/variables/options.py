"""The options of a variable: from its definition, the tenant's data sources, or a query whose result all share."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from audit.recording import Thing
from audit.statements import note_panel_run
from dashboards.variables.definitions import LONGEST_VALUE, CustomVariable, DataSourceVariable, Option, QueryVariable, Variable
from datasources.base import PromOptions, Query, Source, SqlQuery
from datasources.frame import Frame, rows_of
from datasources.results import fetch, known
from datasources.sources import source_of, sources_seen_by
from datasources.timerange import TimeRange, stretch_begun
from datasources.variables import as_text
from tenants.models import Tenant

MOST_OPTIONS, MOST_CHARACTERS = 5_000, 1_000_000
KEPT_SECONDS = 300  # how long options are taken as they are; whoever comes first then asks for all
VALUE_NAMES, TEXT_NAMES = ("value", "__value"), ("text", "__text")


@dataclass(frozen=True)
class Options:
    """What there is to choose from, in order. `is_cut`: there are more. `is_timed`: another time range has others."""

    items: tuple[Option, ...]
    is_cut: bool = False
    is_timed: bool = False

    @property
    def is_whole(self) -> bool:
        """Whether what is not among them cannot be chosen."""
        return not self.is_cut and not self.is_timed

    @cached_property
    def texts(self) -> Mapping[str, str]:
        """What people read, by value."""
        return {option.value: option.label for option in self.items}

    @property
    def values(self) -> tuple[str, ...]:
        return tuple(self.texts)


@dataclass(frozen=True, slots=True)
class Asker:
    """For whom options are asked. `known_only`: only what this process has; nobody is asked and nothing waited for."""

    tenant: Tenant
    dashboard: Thing
    is_shared: bool
    time_range: TimeRange
    known_only: bool = False

    def options(self, variable: Variable, values: Mapping[str, Any]) -> Options | None:
        """The options of a variable that is a choice; None where they are not known. Raises SourceError.

        `values` are those of the variables that its query may use.
        """
        if isinstance(variable, CustomVariable):
            return Options(variable.choices)
        if isinstance(variable, DataSourceVariable):
            return self._sources(variable)
        if isinstance(variable, QueryVariable):
            return self._asked(variable, values)
        return None

    def _sources(self, variable: DataSourceVariable) -> Options:
        rows = [
            row
            for row in sources_seen_by(self.tenant, platform=self.is_shared)
            if row.kind == variable.source_kind and row.is_enabled
        ]
        return Options(tuple(Option(value=row.slug, text=row.name) for row in rows))

    def _asked(self, variable: QueryVariable, values: Mapping[str, Any]) -> Options | None:
        asked = variable.data_source
        source = source_of(self.tenant, asked.source, platform=self.is_shared, language=asked.language)
        queries = {"options": self._query(variable, values)}
        depends_on_time = variable.depends_on_time
        if self.known_only:
            entry = known(source, queries)
        else:
            result = fetch(source, queries, not_before=stretch_begun(KEPT_SECONDS), stale_seconds=KEPT_SECONDS, or_last=True)
            entry = result.entry
            if result.how == "asked":
                self._note(source, entry.frames["options"], entry.elapsed_ms)
        if entry is None:
            return None
        return entry.once(("options", depends_on_time), lambda: _read(rows_of(entry.frames, "options"), depends_on_time))

    def _query(self, variable: QueryVariable, values: Mapping[str, Any]) -> Query:
        given = {name: value for name, value in values.items() if name in variable.needs}
        time_range = self.time_range if variable.depends_on_time else TimeRange()
        asked = PromOptions if variable.data_source.language == "promql" else SqlQuery
        return asked(text=variable.data_source.text, time_range=time_range, variables=given, limit=MOST_OPTIONS + 1)

    def _note(self, source: Source, frame: Any, ms: float) -> None:
        note_panel_run(source.tenant, self.dashboard, frame.sql, ms=ms, rows=frame.row_count)


def _read(frame: Frame, depends_on_time: bool) -> Options:
    """The columns `value` and `text`, or the first one. NULL is no option, nor is what no address can say; each is one once."""
    names = frame.names
    of_value = next((name for name in names if name in VALUE_NAMES), names[0] if names else "")
    of_text = next((name for name in names if name in TEXT_NAMES), of_value)
    found: dict[str, Option] = {}
    room = MOST_CHARACTERS
    if names:
        for value, text in zip(frame.column(of_value), frame.column(of_text), strict=True):
            written = as_text(value) if value is not None else None
            if written is None or written in found or len(written) > LONGEST_VALUE:
                continue
            label = as_text(text)[:LONGEST_VALUE] if text is not None else written
            room -= len(written) + len(label)
            if room < 0 or len(found) == MOST_OPTIONS:
                break
            found[written] = Option.model_construct(value=written, text=label)
    is_cut = frame.truncated or frame.row_count > MOST_OPTIONS or room < 0
    return Options(tuple(found.values()), is_cut=is_cut, is_timed=depends_on_time)
