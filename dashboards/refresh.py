"""One refresh of a panel: its document, its queries, their Frames, and what is drawn from them."""

import logging
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from functools import lru_cache, partial
from typing import Any, TypeVar

import orjson

from audit.recording import Thing
from audit.statements import note_panel_run
from dashboards.models import Panel
from dashboards.panels import PANEL_TYPES
from dashboards.panels.base import Answer, Ask, BadRequest, PanelType, WrongShape
from dashboards.panels.document import DocumentInvalid, PanelDocument, read_document
from datasources import promql
from datasources.base import OWN, Query, Source
from datasources.compile import variables_in
from datasources.errors import NoSuchOrder, QueryFailed, QueryRefused, SourceError, SourceUnavailable, ValueMissing
from datasources.frame import Answered, Frames
from datasources.load import load
from datasources.load.figures import panel_asked, panel_failed
from datasources.results import Result, fetch
from datasources.results.entry import make_entry
from datasources.sources import Sources, source_of
from datasources.variables import texts_of
from tenants.models import Role, Tenant

Shaped = TypeVar("Shaped")

log = logging.getLogger(__name__)

NOTHING_ASKED = Result(make_entry({}, asked_at=0.0, elapsed_ms=0.0), "known")
NOT_YET = "This panel cannot work on this tenant's data yet."


class PanelUnavailable(Exception):
    """A panel that cannot be shown now. `sentence` is for viewers, `detail` for editors, `status` as CONTRACT.md has it.

    `for_editors` says in words what the tenant's database lacks, where that is why.
    """

    def __init__(
        self, sentence: str, *, status: int, detail: str = "", retry_after_seconds: float | None = None, for_editors: str = ""
    ) -> None:
        super().__init__(sentence)
        self.sentence, self.status, self.detail = sentence, status, detail
        self.retry_after_seconds = retry_after_seconds
        self.for_editors = for_editors

    def told_to(self, role: Role) -> str:
        """The sentence for somebody of this role."""
        return self.for_editors if self.for_editors and role.includes(Role.EDITOR) else self.sentence


@dataclass(frozen=True, slots=True)
class ReadPanel:
    """A panel's type and its document, with the `text` it was read from, and the `names` of variables that may be in it."""

    kind: PanelType
    document: PanelDocument
    text: bytes
    names: frozenset[str]


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

        def make() -> Shaped:
            return _noted(shape(document, self.kind.transformed(document, self.frames), self.ask), self.frames)

        try:
            return self.result.entry.once((name, self.read.text, self.ask.look()), make)
        except WrongShape as error:
            raise PanelUnavailable(str(error), status=500) from error


def _noted(shaped: Any, frames: Frames) -> Any:
    """What the source says of its answer stands before what the type says."""
    said = [note for frame in frames.values() for note in frame.notes]
    if not said:
        return shaped
    notes = shaped.notes if isinstance(shaped, Answer) else shaped["notes"]
    notes = tuple(dict.fromkeys((*said, *notes)))
    return replace(shaped, notes=notes) if isinstance(shaped, Answer) else {**shaped, "notes": notes}


def read_panel(panel: Panel) -> ReadPanel:
    """A stored panel's type and document. Raises PanelUnavailable where it is not valid any more."""
    try:
        return _read(orjson.dumps(panel.document, option=orjson.OPT_SORT_KEYS))
    except DocumentInvalid as error:
        sentence = "This panel's definition is not valid any more. An editor has to correct it."
        raise PanelUnavailable(sentence, status=500, detail=str(error)) from error


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


def asked_source(tenant: Tenant, panel: Panel, read: ReadPanel, ask: Ask, sources: Sources | None = None) -> Source:
    """The source that a panel's document names, as the tenant has it. Raises SourceError where it has none.

    `sources`: the tenant's, where they have been read before; else those that are known.
    """
    find = partial(source_of, tenant) if sources is None else sources.of
    named = read.document.data_source
    if named is None:
        return find(platform=panel.is_shared)
    slug = named_source(named.source, {**read.document.variables, **ask.variables})
    if panel.is_shared and slug != OWN and _is_anybodys_choice(named.source, slug, read, ask):
        find(slug, platform=False, language=named.language)
    return find(slug, platform=panel.is_shared, language=named.language)


def _is_anybodys_choice(named: str, slug: str, read: ReadPanel, ask: Ask) -> bool:
    """Whether a URL or a tenant's own variable says which source it is: neither the panel does, nor is it offered.

    Whoever asks chooses among those that are open to what tenants make.
    """
    name = named.strip("${}")
    return named.startswith("$") and name not in ask.offered and read.document.variables.get(name) != slug


def named_source(named: str, variables: Mapping[str, Any]) -> str:
    """The slug of a source that may be a variable's value. Raises ValueMissing."""
    if not named.startswith("$"):
        return named
    name = named.strip("${}")
    if name not in variables:
        raise ValueMissing(f"This panel needs a value for “{name}”.")
    slugs = texts_of(variables[name])
    if len(slugs) != 1:
        raise ValueMissing(f"This panel asks one data source: choose one for “{name}”.")
    return slugs[0]


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


@lru_cache(maxsize=2_048)
def _read(text: bytes) -> ReadPanel:
    raw = orjson.loads(text)
    document = read_document(raw)
    return ReadPanel(PANEL_TYPES[document.type], document, text, frozenset(_names_in(raw)))


def _names_in(tree: Any) -> Iterator[str]:
    """The variables that any text of a document may name."""
    if isinstance(tree, str):
        yield from variables_in(tree) | promql.variables_in(tree)
    elif isinstance(tree, dict | list):
        for value in tree.values() if isinstance(tree, dict) else tree:
            yield from _names_in(value)


def unavailable(error: SourceError) -> PanelUnavailable | BadRequest:
    """A source's error as the panel's. A refused query is the definition's fault, not the viewer's: it failed.

    But for a value the viewer did not give, and an order there is not.
    """
    if isinstance(error, NoSuchOrder):
        return BadRequest(error.sentence)
    log.info("panel unavailable", extra={"sentence": error.sentence, "detail": error.detail})
    is_refused = isinstance(error, QueryRefused) and not isinstance(error, ValueMissing)
    status = QueryFailed.status if is_refused else error.status
    if error.lack is not None:
        detail = f"{error.sentence} {error.detail}".strip()
        return PanelUnavailable(NOT_YET, status=status, detail=detail, for_editors=error.lack.sentence)
    retry = getattr(error, "retry_after_seconds", None)
    return PanelUnavailable(error.sentence, status=status, detail=error.detail, retry_after_seconds=retry)
