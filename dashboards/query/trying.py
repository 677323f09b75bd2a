"""A query tried out on a tenant before it is saved: what is wrong with it and where, or its first rows, cost and drawing."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from zoneinfo import ZoneInfo

from audit.recording import Thing
from dashboards.models import Panel
from dashboards.panels.base import Ask, BadRequest
from dashboards.panels.document import DocumentInvalid, QueryDocument
from dashboards.panels.querying import variables_of
from dashboards.panels.values import text_of
from dashboards.preview import section_of
from dashboards.query.sources import postgres_of
from dashboards.read import ReadPanel, read_panel
from dashboards.refresh import refresh_panel
from dashboards.unavailable import PanelUnavailable
from datasources.base import SqlQuery
from datasources.errors import SourceError
from datasources.explained import Explained
from datasources.origin import line_and_column
from datasources.trying import Tried as TriedOnce
from datasources.trying import try_query as try_once
from tenants.models import Role, Tenant

DOOR = "editor"  # as the audit names it


@dataclass(frozen=True, slots=True)
class Mistake:
    """What is wrong: a sentence, the server's own words, and where in the text, from 1 for people, `at` from 0."""

    sentence: str
    detail: str = ""
    at: int | None = None
    line: int | None = None
    column: int | None = None


@dataclass(frozen=True, slots=True)
class Rows:
    """The first rows as text, and what it took to have them."""

    columns: tuple[tuple[str, str], ...]  # each with its type
    rows: tuple[tuple[str, ...], ...]
    has_more: bool
    elapsed_ms: float


@dataclass(frozen=True, slots=True)
class Tried:
    """`drawn` is the context of the panel's template; `undrawn` why there is none."""

    mistake: Mistake | None = None
    rows: Rows | None = None
    explained: Explained | None = None
    drawn: Mapping[str, Any] | None = None
    undrawn: Mistake | None = None


def try_query(tenant: Tenant, panel: Panel, draft: Panel, ask: Ask) -> Tried:
    """Run a draft's query once for its first rows, plan it, and draw the panel as it would be. It is audited as the panel's."""
    read = read_panel(draft)
    assert isinstance(read.document, QueryDocument)
    text = read.document.data_source.sql or ""
    try:
        tried = try_once(postgres_of(tenant, draft, ask), _query(read, ask, text), how=DOOR, thing=Thing.of(panel))
    except SourceError as error:
        return Tried(mistake=mistake_of(error, text))
    drawn, undrawn = drawn_or_not(tenant, draft, ask)
    return Tried(rows=_first_rows(tried, ask.zone), explained=tried.explained, drawn=drawn, undrawn=undrawn)


def drawn_or_not(tenant: Tenant, draft: Panel, ask: Ask) -> tuple[Mapping[str, Any] | None, Mistake | None]:
    """The context of a draft's template, or why there is none."""
    try:
        return _drawn(tenant, draft, ask), None
    except PanelUnavailable as error:
        return None, Mistake(error.told_to(Role.EDITOR), error.detail)
    except BadRequest as error:
        return None, Mistake(str(error))


def mistake_of(error: SourceError, text: str) -> Mistake:
    sentence = error.lack.sentence if error.lack is not None else error.sentence
    if error.at is None:
        return Mistake(sentence, error.detail)
    line, column = line_and_column(text, error.at)
    return Mistake(sentence, error.detail.removeprefix(f"line {line}, column {column}: "), error.at, line, column)


def invalid(error: DocumentInvalid) -> Mistake:
    return Mistake("; ".join(map(str, error.errors)))


def _query(read: ReadPanel, ask: Ask, text: str) -> SqlQuery:
    document = read.document
    assert isinstance(document, QueryDocument)
    interval_ms = ask.interval_ms(document.data_source.least_ms())
    return SqlQuery(text=text, time_range=ask.time_range, variables=variables_of(document, ask), interval_ms=interval_ms)


def _first_rows(tried: TriedOnce, zone: ZoneInfo) -> Rows:
    rows = tuple(tuple(text_of(value, zone) for value in row) for row in tried.frame.rows())
    columns = tuple((column.name, column.type_name or column.kind) for column in tried.frame.columns)
    return Rows(columns, rows, tried.has_more, tried.frame.elapsed_ms)


def _drawn(tenant: Tenant, draft: Panel, ask: Ask) -> dict[str, Any]:
    done = refresh_panel(tenant, draft, ask)
    panel = done.context()
    return {"section": section_of(draft, done, panel), "panel": panel, "panel_template": done.kind.template}
