"""One refresh of a panel: its document, its queries, their Frames, and what is drawn from them."""

import logging
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any, TypeVar

from audit.recording import Thing
from audit.statements import note_panel_run
from dashboards.asked_source import asked_source
from dashboards.models import Panel
from dashboards.panels.base import Answer, Ask, PanelType, WrongShape
from dashboards.read import ReadPanel, read_panel
from dashboards.unavailable import PanelUnavailable, unavailable
from datasources.base import Query
from datasources.errors import SourceError, SourceUnavailable
from datasources.frame import Answered, Frames
from datasources.load import load
from datasources.load.figures import panel_asked, panel_failed
from datasources.results import Result, fetch
from datasources.results.entry import make_entry
from tenants.models import Tenant

Shaped = TypeVar("Shaped")

log = logging.getLogger(__name__)

NOTHING_ASKED = Result(make_entry({}, asked_at=0.0, elapsed_ms=0.0), "known")


@dataclass(frozen=True, slots=True)
class Refreshed:
    """A panel's result with all that is needed to draw or answer from it."""

    read: ReadPanel
    ask: Ask
    result: Result

    @property
    def frames(self) -> Frames:
        return self.result.entry.frames

    @property
    def asks(self) -> bool:
        """Whether it asks a source at all; of text and the like neither moments nor files are to be had."""
        return bool(self.frames)

    @property
    def asked_at(self) -> datetime:
        """When the source was asked, whoever did."""
        return datetime.fromtimestamp(self.result.entry.asked_at, UTC)

    @property
    def elapsed_ms(self) -> float:
        """What it took to ask for it, whoever did."""
        return self.result.entry.elapsed_ms

    @property
    def because(self) -> SourceUnavailable | None:
        """Why this is the last result and no fresh one; None where it is fresh."""
        return self.result.because

    @property
    def kind(self) -> PanelType:
        return self.read.kind

    def context(self) -> dict[str, Any]:
        return self._shaped("context", self.kind.context)

    def tail(self, held: str) -> dict[str, Any] | None:
        """What a page that holds `held` of the drawing must be sent to have this one; None where it needs the whole."""
        return self.kind.tail(self.context(), held)

    def answer(self) -> Answer:
        return self._shaped("answer", self.kind.answer)

    @property
    def query_executed(self) -> str:
        return sql_of(self.frames)

    def _shaped(self, name: str, shape: Callable[..., Shaped]) -> Shaped:
        """Made of a result once, for all who look at it in one way. A document transforms what it draws, never the result."""
        document = self.read.document

        def make() -> Shaped | WrongShape:
            try:
                return _noted(self.kind.shaped(shape, document, self.frames, self.ask), self.frames)
            except WrongShape as error:
                return WrongShape(str(error))  # found out once: it may have taken a second, and frames hang on the error itself

        made = self.result.entry.once((name, self.read.text, self.ask.look()), make)
        if isinstance(made, WrongShape):
            raise PanelUnavailable(str(made), status=500)
        return made


def _noted(shaped: Any, frames: Frames) -> Any:
    """What the source says of its answer stands before what the type says."""
    said = [note for frame in frames.values() for note in frame.notes]
    if not said:
        return shaped
    notes = shaped.notes if isinstance(shaped, Answer) else shaped["notes"]
    notes = tuple(dict.fromkeys((*said, *notes)))
    return replace(shaped, notes=notes) if isinstance(shaped, Answer) else {**shaped, "notes": notes}


def refresh_panel(
    tenant: Tenant, panel: Panel, ask: Ask, *, stale_seconds: float = 0.0, anew: bool = False, or_last: bool = False
) -> Refreshed:
    """The result a panel needs, shared with all who ask for it; `anew`, closed buckets too.

    `or_last`: where its source cannot be asked now, the last result will do.

    Raises PanelUnavailable, and BadRequest for what was asked.
    """
    read = read_panel(panel)
    try:
        queries = read.kind.queries(read.document, ask)
        if not queries:
            return Refreshed(read, ask, NOTHING_ASKED)
        result = fetch(
            asked_source(tenant, panel, read, ask),
            queries,
            not_before=ask.not_before,
            stale_seconds=stale_seconds,
            anew=anew,
            or_last=or_last,
        )
    except SourceError as error:
        panel_failed(tenant.slug, panel.slug, error)
        raise unavailable(error) from error
    if result.how == "asked" and panel.pk is not None:
        load.panel(tenant.pk, panel.pk, result.entry.elapsed_ms)
        note_run(tenant, panel, result.entry.frames, result.entry.elapsed_ms)
        panel_asked(tenant.slug, panel.slug, result.entry.elapsed_ms / 1_000)
    if (because := result.because) is not None:
        log.info("panel shows its last result", extra={"sentence": because.sentence, "detail": because.detail})
    return Refreshed(read, ask, result)


def run(tenant: Tenant, panel: Panel, queries: Mapping[str, Query], ask: Ask) -> dict[str, Answered]:
    """Run queries of a panel's on its source, for this asker alone. Raises PanelUnavailable."""
    try:
        frames = asked_source(tenant, panel, read_panel(panel), ask).run(queries)
    except SourceError as error:
        raise unavailable(error) from error
    note_run(tenant, panel, frames, sum(frame.elapsed_ms for frame in frames.values()))
    return frames


def note_run(tenant: Tenant, panel: Panel, frames: Frames, ms: float) -> None:
    """For the audit: what a panel has asked of the tenant's database."""
    thing = Thing(panel._meta.label_lower, str(panel.pk), panel.title)
    note_panel_run(tenant, thing, sql_of(frames), ms=ms, rows=rows_in(frames))


def sql_of(frames: Frames) -> str:
    return ";\n\n".join(frame.sql for frame in frames.values())


def rows_in(frames: Frames) -> int:
    return sum(frame.row_count for frame in frames.values())
