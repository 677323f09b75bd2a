"""What can be said of a panel's queries when it is saved, before any tenant has run them."""

from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

from dashboards.annotations.definitions import AnnotationQuery
from dashboards.document import DashboardDocument
from dashboards.objections import Objection, told
from dashboards.panels import PANEL_TYPES
from dashboards.panels.base import Ask
from dashboards.panels.document import DocumentError, PanelDocument
from dashboards.source_query import SourceQuery
from dashboards.variables.definitions import QueryVariable, Variable
from datasources.base import OWN, Query, SqlQuery
from datasources.compile import validate, variables_in
from datasources.errors import QueryRefused
from datasources.prom_queries import PromQuery
from datasources.prometheus import options
from datasources.timerange import TimeRange


def check_queries(document: PanelDocument, *, is_shared: bool) -> list[DocumentError]:
    """The guard's objections to the document's SQL and expressions, with their place; the audit is told of them."""
    return told(objections_to_queries(document, is_shared=is_shared))


def check_variables(variables: Sequence[Variable], *, is_shared: bool) -> list[DocumentError]:
    """The guard's objections to the SQL of a dashboard's variables, and mistakes in their PromQL, with their place."""
    return told(_to_variables(variables, is_shared=is_shared))


def check_dashboard(document: DashboardDocument, *, is_shared: bool) -> list[DocumentError]:
    """The guard's objections to the SQL of a dashboard's own, and mistakes in its PromQL, with their place."""
    return told(objections_to_dashboard(document, is_shared=is_shared))


def check_annotations(annotations: Sequence[AnnotationQuery], *, is_shared: bool) -> list[DocumentError]:
    """The guard's objections to the SQL of a dashboard's annotations, and mistakes in their PromQL, with their place."""
    return told(_to_annotations(annotations, is_shared=is_shared))


def objections_to_queries(document: PanelDocument, *, is_shared: bool) -> list[Objection]:
    """Those of `check_queries`, of which the audit is not told yet. To the document as a whole: one."""
    now = datetime.now(UTC)
    ask = Ask(time_range=TimeRange(now - timedelta(hours=1), now), variables=unset(document), now=now)
    try:
        for query in PANEL_TYPES[document.type].queries(document, ask).values():
            validate(query, statistics=is_shared)
    except QueryRefused as error:
        return [Objection(DocumentError("data_source", error.in_full), sql_in(document))]
    return []


def objections_to_dashboard(document: DashboardDocument, *, is_shared: bool) -> list[Objection]:
    """Those of `check_dashboard`, of which the audit is not told yet."""
    variables, annotations = document.variables, document.annotations
    return [*_to_variables(variables, is_shared=is_shared), *_to_annotations(annotations, is_shared=is_shared)]


def _to_variables(variables: Sequence[Variable], *, is_shared: bool) -> Iterator[Objection]:
    for place, variable in enumerate(variables):
        if isinstance(variable, QueryVariable):
            yield from _to_query(f"variables[{place}]", variable.data_source, is_shared=is_shared, is_list=True)


def _to_annotations(annotations: Sequence[AnnotationQuery], *, is_shared: bool) -> Iterator[Objection]:
    for place, query in enumerate(annotations):
        yield from _to_query(f"annotations[{place}]", query.data_source, is_shared=is_shared)


def _to_query(path: str, asked: SourceQuery, *, is_shared: bool, is_list: bool = False) -> Iterator[Objection]:
    """`is_list`: it is asked for what there is to choose from."""
    try:
        if is_list and asked.promql is not None:
            options.validate(asked.promql)
        else:
            validate(_query(asked), statistics=is_shared)
    except QueryRefused as error:
        yield Objection(DocumentError(f"{path}.data_source.{asked.language}", error.in_full), asked.sql or "")


def _query(asked: SourceQuery) -> Query:
    if asked.sql is None:
        return PromQuery(text=asked.text)
    now = datetime.now(UTC)
    return SqlQuery(text=asked.sql, variables=dict.fromkeys(asked.needs), time_range=TimeRange(now - timedelta(hours=1), now))


def unset(document: PanelDocument) -> dict[str, Any]:
    """NULL for each variable of the queries to which only a page gives a value; the tenant's own database for a source's."""
    source = document.data_source
    if source is None:
        return {}
    named = variables_in("\n".join(source.statements))
    sources = dict.fromkeys(variables_in(source.source) - document.variables.keys(), OWN)
    return {**dict.fromkeys(named - document.variables.keys()), **sources}


def sql_in(document: PanelDocument) -> str:
    """The SQL and the expressions that a person has written in a document, for the audit."""
    source = document.model_dump(mode="json", exclude_unset=True).get("data_source", {})
    return str(source["sql"] if "sql" in source and "further" not in source else source)
