"""The guard's word on the SQL of a document that may not be valid otherwise, so that all its mistakes are told at once."""

from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any, TypeGuard

from dashboards.objections import Objection
from dashboards.panels.reading import DocumentError, DocumentInvalid, check_tree
from datasources.base import Query, SqlQuery, TableQuery
from datasources.compile import validate, variables_in, with_intervals
from datasources.errors import QueryRefused
from datasources.guard import split_kpi_query
from datasources.timerange import TimeRange

LONGEST = 20_000  # a longer text is refused by the document's model, and not looked into
INTERVAL_MS = 60_000
SOURCE = "data_source"
LISTS = ("variables", "annotations")  # of a dashboard, whose items ask


def objections_to_texts(raw: Any, *, is_shared: bool) -> list[Objection]:
    """To each text of SQL in a panel's or a dashboard's raw document, with its place; the audit is not told of them yet."""
    try:
        check_tree(raw)
    except DocumentInvalid:
        return []
    return [one for path, source in _sources(raw) for one in _objections(path, source, is_shared)]


def _sources(raw: Any) -> Iterator[tuple[str, Mapping[Any, Any]]]:
    """Each mapping that says what is asked, with its path."""
    if not isinstance(raw, Mapping):
        return
    if isinstance(source := raw.get(SOURCE), Mapping):
        yield SOURCE, source
    for name in LISTS:
        items = raw.get(name)
        for place, item in enumerate(items if isinstance(items, list) else []):
            if isinstance(item, Mapping) and isinstance(source := item.get(SOURCE), Mapping):
                yield f"{name}[{place}].{SOURCE}", source


def _objections(path: str, source: Mapping[Any, Any], is_shared: bool) -> Iterator[Objection]:
    for place, text, query in _queries(source):
        try:
            validate(_with_widths(query), statistics=is_shared)
        except QueryRefused as error:
            yield Objection(DocumentError(f"{path}.{place}", error.in_full), text)


def _with_widths(query: Query) -> Query:
    """With the widths of its buckets written out, where variables stand for them."""
    return replace(query, text=with_intervals(query.text, query.variables)) if isinstance(query, SqlQuery) else query


def _queries(source: Mapping[Any, Any]) -> Iterator[tuple[str, str, Query]]:
    """Each text, with its place below the source, as a query that could be asked."""
    now = datetime.now(UTC)
    span, further = TimeRange(now - timedelta(hours=1), now), source.get("further")
    texts = {"sql": source.get("sql")}
    if isinstance(further, Mapping):
        texts |= {f"further.{name}": text for name, text in further.items()}
    for place, text in texts.items():
        if _is_text(text):
            unset = dict.fromkeys(variables_in(text))
            yield place, text, SqlQuery(text=text, variables=unset, time_range=span, interval_ms=INTERVAL_MS)
    for place, where, order_by in _clauses(source.get("query")):
        unset = dict.fromkeys(variables_in(where))
        asked = TableQuery(table="t", columns={}, where=where, order_by=order_by, variables=unset, time_range=span)
        yield place, where or order_by, asked


def _clauses(raw: Any) -> Iterator[tuple[str, str, str]]:
    """The conditions and the order of a structured query, one at a time; what is one text is taken apart, if it can be."""
    if _is_text(raw):
        with suppress(QueryRefused):  # its model says why
            where, by, _ = split_kpi_query(raw)
            yield "query", where, by
    if isinstance(raw, Mapping):
        if _is_text(conditions := raw.get("where")):
            yield "query.where", conditions, ""
        if _is_text(order := raw.get("order_by")):
            yield "query.order_by", "", order


def _is_text(text: Any) -> TypeGuard[str]:
    return isinstance(text, str) and bool(text.strip()) and len(text) <= LONGEST
