"""What becomes of a query as it was sent: it is tried, or nothing comes of it for a reason, in whichever language it is."""

from typing import Any

from dashboards.panels.base import BadRequest
from dashboards.panels.document import DocumentInvalid
from dashboards.query import promql_page, sql_page
from dashboards.query.draft import drafted
from dashboards.query.editing import Editing, Sent
from dashboards.query.trying import Mistake, invalid
from dashboards.unavailable import PanelUnavailable
from tenants.access import TenantRequest

_PAGES: dict[str, Any] = {"sql": sql_page, "promql": promql_page}  # modules of the same functions


def page_of(editing: Editing) -> Any:
    """What the page says in the language of the query."""
    return _PAGES[editing.written.language]


def try_sent(request: TenantRequest, editing: Editing, sent: Sent) -> Any:
    """What the page of its language shows of a try: rows and a panel, or the mistake."""
    its = page_of(editing)
    if wrong := its.plainly_wrong(sent):
        return wrong
    try:
        draft = drafted(editing.panel, sent.written, platform=editing.is_platforms(request, sent.written))
        return its.try_draft(request.tenant, editing.panel, draft, editing.ask(request, draft))
    except DocumentInvalid as error:
        return its.mistaken(invalid(error))
    except PanelUnavailable as error:
        return its.mistaken(Mistake(error.told_to(request.role), error.detail))
    except BadRequest as error:
        return its.mistaken(Mistake(str(error)))


def refused(editing: Editing, sent: Sent, error: DocumentInvalid) -> Any:
    """Mistakes in the queries with their places, before what else is wrong with the document."""
    its = page_of(editing)
    return its.plainly_wrong(sent) or its.mistaken(invalid(error))
