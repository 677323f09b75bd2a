"""What the page says of a query in SQL: how it was tried, the tables beside it, and what its editor completes."""

from typing import Any

from dashboards.query.editing import Editing, Sent, variables_in
from dashboards.query.tables import Listed, completions, list_tables
from dashboards.query.trying import Mistake, Tried, try_query
from dashboards.query.words import MACROS
from datasources.errors import SourceError
from tenants.access import TenantRequest

OUTCOME, LISTED = "dashboards/_query_outcome.html", "dashboards/_query_tables.html"
WORDS = MACROS
try_draft = try_query


def plainly_wrong(sent: Sent) -> None:
    """Nothing can be told of SQL before its database is asked."""


def mistaken(mistake: Mistake) -> Tried:
    return Tried(mistake=mistake)


def outcome(tried: Tried | None) -> dict[str, Any]:
    if tried is None:
        return {"tried": None}
    return {"tried": tried, **(tried.drawn or {}), "plan": "\n".join(tried.explained.lines) if tried.explained else ""}


def listed(request: TenantRequest, editing: Editing, search: str = "", *, anew: bool = False) -> Listed:
    try:
        return list_tables(editing.postgres(request), search, anew=anew)
    except SourceError as error:
        return Listed(error=error.sentence)


def words(request: TenantRequest, editing: Editing) -> dict[str, Any]:
    try:
        tables = completions(editing.postgres(request))
    except SourceError:
        tables = {"schemas": {}, "first": ""}
    return {**tables, "macros": [[word.call, word.means] for word in MACROS], "variables": variables_in(editing)}


def shown(editing: Editing, sent: Sent) -> dict[str, Any]:
    """What is in the form, and what is kept."""
    return {"text": sent.written.text, "kept": editing.written.text}
