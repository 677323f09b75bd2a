"""What can be said of a panel's queries when it is saved, before any tenant has run them."""

from datetime import UTC, datetime, timedelta

from audit.statements import record_refused_sql
from dashboards.panels import PANEL_TYPES
from dashboards.panels.base import Ask
from dashboards.panels.document import DocumentError, PanelDocument
from datasources.compile import validate
from datasources.errors import QueryRefused
from datasources.timerange import TimeRange


def check_queries(document: PanelDocument, *, is_shared: bool) -> list[DocumentError]:
    """The guard's objections to the document's SQL and expressions, with their place."""
    now = datetime.now(UTC)
    ask = Ask(time_range=TimeRange(now - timedelta(hours=1), now), now=now)
    found: dict[str, DocumentError] = {}
    try:
        queries = PANEL_TYPES[document.type].queries(document, ask)
        for query in queries.values():
            validate(query, statistics=is_shared)
    except QueryRefused as error:
        message = f"{error.sentence} {error.detail}".strip()
        record_refused_sql(None, sql_in(document), message)
        found[message] = DocumentError("data_source", message)
    return list(found.values())


def sql_in(document: PanelDocument) -> str:
    """The SQL and the expressions that a person has written in a document, for the audit."""
    source = document.model_dump(mode="json", exclude_unset=True).get("data_source", {})
    return str(source.get("sql") or source)
