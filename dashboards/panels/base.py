"""What every panel type has: a document, the queries it asks, the answer it gives and the context it is drawn from."""

from abc import ABC, abstractmethod
from collections.abc import Callable, Hashable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from typing import Annotated, Any, ClassVar, Generic, TypeVar
from zoneinfo import ZoneInfo

from pydantic import BaseModel, Field

from dashboards.panels.document import PanelDocument, QueryDocument
from dashboards.panels.patterns import PatternsTooDear, bounded_patterns
from dashboards.panels.transformations.steps import transformed, transformed_series
from dashboards.panels.transformations.tables import CannotTransform
from dashboards.panels.values import csv_cell
from datasources.base import Query
from datasources.frame import Answered, Frame, Frames, SeriesFrame
from datasources.intervals import SQL_LEAST_MS, interval_ms
from datasources.timerange import MAX_POINTS, UTC_ZONE, TimeRange
from datasources.variables import Value

Document = TypeVar("Document", bound=PanelDocument)
Shaped = TypeVar("Shaped")


class BadRequest(ValueError):
    """The viewer asked for something this panel does not have, an unknown sort column for one. Answered with 422."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Ask:
    """What a viewer asks of a panel. `zone` is the viewer's: times are shown in it.

    `tenant_zone` is the tenant's: it cuts days into buckets, and timestamps without a zone are in it. `now` is what ranges
    are counted from; a result that was asked for `not_before` it is new enough. `max_points`: how many points of a series
    the panel has room for, one of few sizes. `variables` have their values for queries, one or a list; `texts` are how people
    read them. `offered` are those whose value a list of data sources, or the platform's own dashboard, has offered.
    """

    time_range: TimeRange = field(default_factory=TimeRange)
    variables: Mapping[str, Value] = field(default_factory=dict)
    texts: Mapping[str, str] = field(default_factory=dict)
    offered: frozenset[str] = frozenset()
    zone: ZoneInfo = UTC_ZONE
    tenant_zone: ZoneInfo = UTC_ZONE
    now: datetime = field(default_factory=lambda: datetime.now(UTC))
    not_before: datetime = field(default_factory=lambda: datetime.now(UTC))
    page: int = 1
    sort: str | None = None
    descending: bool = False
    search: str = ""
    disable_aggregation: bool = False
    row_limit: int = 50_000
    max_points: int = MAX_POINTS

    def interval_ms(self, least_ms: int = SQL_LEAST_MS) -> int | None:
        """What `$__interval` means: by the range and the panel's width; None where the range is open."""
        length = self.time_range.length
        return None if length is None else interval_ms(length / timedelta(milliseconds=1), self.max_points, least_ms=least_ms)

    def replaced(self, **changes: Any) -> "Ask":
        return replace(self, **changes)

    def look(self) -> Hashable:
        """All but the moment of asking: what draws one result in two ways differs here."""
        variables = frozenset(self.variables.items()), frozenset(self.texts.items())
        state = (self.page, self.sort, self.descending, self.search, self.disable_aggregation, self.max_points)
        return self.time_range, variables, self.zone.key, self.tenant_zone.key, state


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What the JSON API gives: `data` as CONTRACT.md says for the type. Plain lists, dicts, str, numbers and None.

    `notes` are sentences a viewer should see beside the panel: "Only the first 50,000 rows are shown."
    """

    data: dict[str, Any]
    aggregation_info: dict[str, Any] | None = None
    notes: tuple[str, ...] = ()
    is_empty: bool = False


class Data(BaseModel):
    """The shape of an answer's `data`. Each type has its own; the API describes it and adds the query for editors."""

    query_executed: Annotated[str | None, Field(description="The SQL that was run; for editors.")] = None


class PanelType(ABC, Generic[Document]):
    """A family member: stateless, one instance a type, found in `dashboards.panels.PANEL_TYPES` by `name`.

    It never sees a request, a tenant, the ORM or a source: queries go out, Frames come in. A chart has a `figure` that
    Plotly draws; what stands below a heading on a dashboard, as far as the next one, is a group that can be closed. What
    `is_paged` draws, without transformations, a page of its rows.
    """

    name: ClassVar[str]
    label: ClassVar[str]
    document: ClassVar[type[PanelDocument]]
    shape: ClassVar[type[Data]]
    is_chart: ClassVar[bool] = False
    is_heading: ClassVar[bool] = False
    has_time_axis: ClassVar[bool] = False
    untransformed: ClassVar[frozenset[str]] = frozenset()
    joins: ClassVar[bool] = False
    is_paged: ClassVar[bool] = False

    @property
    def template(self) -> str:
        return f"panels/{self.name}.html"

    @abstractmethod
    def queries(self, document: Document, ask: Ask) -> dict[str, Query]:
        """The queries a drawing needs, by a name of the type's own; none of a panel that shows what its document says.

        Raises BadRequest.
        """

    def transformed(self, document: PanelDocument, frames: Frames) -> Frames:
        """The answers as the document's transformations make them; those of `untransformed` queries as they are.

        A type that `joins` has answers that belong together; of others each is transformed by itself. Raises WrongShape.
        """
        steps = document.transformations if isinstance(document, QueryDocument) else ()
        if not steps:
            return frames
        rows = {name: one for name, one in frames.items() if isinstance(one, Frame) and name not in self.untransformed}
        points = {name: one for name, one in frames.items() if isinstance(one, SeriesFrame) and name not in self.untransformed}
        try:
            changed: dict[str, Answered] = {}
            for joined in [rows] if self.joins else [{name: one} for name, one in rows.items()]:
                changed |= transformed(steps, joined)
            changed |= {name: transformed_series(steps, one) for name, one in points.items()}
        except CannotTransform as error:
            raise WrongShape(f"{error}.") from error
        return {**{name: one for name, one in frames.items() if name in self.untransformed}, **changed}

    def shaped(self, shape: Callable[[Any, Frames, Ask], Shaped], document: PanelDocument, frames: Frames, ask: Ask) -> Shaped:
        """What `shape`, its `answer` or `context`, makes of the transformed answers, within the patterns' budget.

        Raises BadRequest and WrongShape.
        """
        with _bounded():
            return shape(document, self.transformed(document, frames), ask)

    @abstractmethod
    def answer(self, document: Document, frames: Frames, ask: Ask) -> Answer:
        """The contract's answer. Raises BadRequest, and WrongShape when a Frame lacks what the type needs."""

    @abstractmethod
    def context(self, document: Document, frames: Frames, ask: Ask) -> dict[str, Any]:
        """What `template` needs as `panel`: figures as plain dicts, numbers formatted for people.

        Every type gives `notes` and `is_empty` too, as in Answer. Raises as `answer`.
        """

    def tail(self, context: Mapping[str, Any], held: str) -> dict[str, Any] | None:
        """What a page that holds `held` of a drawing must be sent to have this one; None where it needs the whole."""
        return None

    @abstractmethod
    def export(self, document: Document, ask: Ask) -> Query | None:
        """One query whose rows are the whole result, for files; None where there is nothing to have. Raises BadRequest."""

    def csv_parts(self, document: Document, frame: Frame) -> tuple[list[str], list[str]]:
        """`csv_heading` and `csv_columns`, within the patterns' budget. Raises WrongShape."""
        with _bounded():
            return self.csv_heading(document, frame), list(self.csv_columns(document, frame))

    def csv_heading(self, document: Document, frame: Frame) -> list[str]:
        """The headings of `csv_columns`, from the first Frame of the result."""
        return [csv_cell(name, UTC_ZONE) for name in frame.names]

    def csv_columns(self, document: Document, frame: Frame) -> Sequence[str]:
        """The names of the columns of each Frame of the result that are written, in their order."""
        return frame.names


class WrongShape(ValueError):
    """The query's answer has not the columns this type needs. The message says which, for editors and viewers alike."""


@contextmanager
def _bounded() -> Iterator[None]:
    """Raises WrongShape where patterns take too long."""
    try:
        with bounded_patterns():
            yield
    except PatternsTooDear as error:
        raise WrongShape(str(error)) from error
