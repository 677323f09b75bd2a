"""One refresh of a panel: its document, its queries, their Frames, and what is drawn from them."""

import logging
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from dashboards.models import Panel
from dashboards.panels import PANEL_TYPES
from dashboards.panels.base import Answer, Ask, BadRequest, PanelType, WrongShape
from dashboards.panels.document import DocumentInvalid, PanelDocument, read_document
from datasources.base import Query
from datasources.errors import NoSuchOrder, QueryFailed, QueryRefused, SourceError, ValueMissing
from datasources.frame import Answered, Frames
from datasources.postgres import PostgresSource
from tenants.models import Tenant

log = logging.getLogger(__name__)


class PanelUnavailable(Exception):
    """A panel that cannot be shown now. `sentence` is for viewers, `detail` for editors, `status` as CONTRACT.md has it."""

    def __init__(self, sentence: str, *, status: int, detail: str = "", retry_after_seconds: float | None = None) -> None:
        super().__init__(sentence)
        self.sentence, self.status, self.detail = sentence, status, detail
        self.retry_after_seconds = retry_after_seconds


@dataclass(frozen=True, slots=True)
class Refreshed:
    """The Frames of a panel and how long they took, with all that is needed to draw or answer from them."""

    kind: PanelType
    document: PanelDocument
    ask: Ask
    frames: Frames = field(default_factory=dict)
    elapsed_ms: float = 0.0

    def context(self) -> dict[str, Any]:
        return _shaped(self.kind.context, self)

    def answer(self) -> Answer:
        return _shaped(self.kind.answer, self)

    @property
    def query_executed(self) -> str:
        return ";\n\n".join(frame.sql for frame in self.frames.values())


def read_panel(panel: Panel) -> tuple[PanelType, PanelDocument]:
    """A stored panel's type and document. Raises PanelUnavailable where it is not valid any more."""
    try:
        document = read_document(panel.document)
    except DocumentInvalid as error:
        sentence = "This panel's definition is not valid any more. An editor has to correct it."
        raise PanelUnavailable(sentence, status=500, detail=str(error)) from error
    return PANEL_TYPES[document.type], document


def refresh_panel(tenant: Tenant, panel: Panel, ask: Ask) -> Refreshed:
    """Ask the tenant's database what the panel needs. Raises PanelUnavailable, and BadRequest for what was asked."""
    kind, document = read_panel(panel)
    started = time.perf_counter()
    queries = kind.queries(document, ask)
    frames = run(tenant, queries, is_shared=panel.is_shared)
    return Refreshed(kind, document, ask, frames, (time.perf_counter() - started) * 1_000)


def run(tenant: Tenant, queries: Mapping[str, Query], *, is_shared: bool) -> dict[str, Answered]:
    """Run a panel's queries on its source. Raises PanelUnavailable, and BadRequest for an order that it does not have."""
    try:
        return PostgresSource(tenant, platform=is_shared).run(queries)
    except SourceError as error:
        raise unavailable(error) from error


def unavailable(error: SourceError) -> PanelUnavailable | BadRequest:
    """A source's error as the panel's. A refused query is the definition's fault, not the viewer's: it failed.

    But for a value the viewer did not give, and an order there is not.
    """
    if isinstance(error, NoSuchOrder):
        return BadRequest(error.sentence)
    log.info("panel unavailable", extra={"sentence": error.sentence, "detail": error.detail})
    is_refused = isinstance(error, QueryRefused) and not isinstance(error, ValueMissing)
    status = QueryFailed.status if is_refused else error.status
    retry = getattr(error, "retry_after_seconds", None)
    return PanelUnavailable(error.sentence, status=status, detail=error.detail, retry_after_seconds=retry)


def _shaped(shape: Any, refreshed: Refreshed) -> Any:
    try:
        return shape(refreshed.document, refreshed.frames, refreshed.ask)
    except WrongShape as error:
        raise PanelUnavailable(str(error), status=500) from error
