"""The options of a variable: from its definition, the tenant's data sources, or a query whose result all share."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from audit.recording import Thing
from audit.statements import note_panel_run
from dashboards.panels.patterns import PatternsTooDear, bounded_patterns, found
from dashboards.variables.definitions import LONGEST_VALUE, CustomVariable, DataSourceVariable, Option, QueryVariable, Variable
from datasources.base import Query, Source, SqlQuery
from datasources.errors import QueryFailed
from datasources.frame import Frame, rows_of
from datasources.prom_queries import PromOptions
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
        frame, regex = rows_of(entry.frames, "options"), variable.regex
        read = entry.once(("options", depends_on_time, regex), lambda: _read(frame, depends_on_time, regex))
        if isinstance(read, PatternsTooDear):
            raise QueryFailed(str(read))
        return read

    def _query(self, variable: QueryVariable, values: Mapping[str, Any]) -> Query:
        given = {name: value for name, value in values.items() if name in variable.needs}
        time_range = self.time_range if variable.depends_on_time else TimeRange()
        asked = PromOptions if variable.data_source.language == "promql" else SqlQuery
        return asked(text=variable.data_source.text, time_range=time_range, variables=given, limit=MOST_OPTIONS + 1)

    def _note(self, source: Source, frame: Any, ms: float) -> None:
        note_panel_run(source.tenant, self.dashboard, frame.sql, ms=ms, rows=frame.row_count)


def _read(frame: Frame, depends_on_time: bool, regex: str | None = None) -> Options | PatternsTooDear:
    """The options, or why there are none: it is found out once, for it may have taken a second."""
    try:
        with bounded_patterns():
            return _taken_from(frame, depends_on_time, regex)
    except PatternsTooDear:
        return PatternsTooDear()  # without the frames that hang on the error itself


def _taken_from(frame: Frame, depends_on_time: bool, regex: str | None) -> Options:
    """Of the columns `value` and `text`, or the first. NULL is no option, nor is what no address can say; each is one once."""
    names = frame.names
    of_value = next((name for name in names if name in VALUE_NAMES), names[0] if names else "")
    of_text = next((name for name in names if name in TEXT_NAMES), of_value)
    taken: dict[str, Option] = {}
    room = MOST_CHARACTERS
    if names:
        for value, text in zip(frame.column(of_value), frame.column(of_text), strict=True):
            read = _taken(value, text, regex)
            if read is None or read[0] in taken or len(read[0]) > LONGEST_VALUE:
                continue
            written, label = read
            room -= len(written) + len(label)
            if room < 0 or len(taken) == MOST_OPTIONS:
                break
            taken[written] = Option.model_construct(value=written, text=label)
    is_cut = frame.truncated or frame.row_count > MOST_OPTIONS or room < 0
    return Options(tuple(taken.values()), is_cut=is_cut, is_timed=depends_on_time)


def _taken(value: Any, text: Any, regex: str | None) -> tuple[str, str] | None:
    """A value and what people read of it; None for what is none, or does not fit the pattern."""
    if value is None:
        return None
    written = as_text(value)
    label = as_text(text)[:LONGEST_VALUE] if text is not None else written
    if regex is None:
        return written, label
    match = found(regex, written)
    if match is None:
        return None
    named = match.groupdict()
    taken = named.get("value") or (match.group(1) if match.re.groups and "text" not in named else None) or written
    return taken, named.get("text") or (taken if match.re.groups else label)
