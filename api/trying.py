"""A query tried on a data source: for editors, as they try one on the page on which queries are written."""

from typing import Any

from django.http import HttpRequest, HttpResponse, QueryDict
from ninja import Router

from api.access import may_edit
from api.asking import RANGE
from api.callers import user_of
from api.description import problems
from api.doors import api
from api.errors import NotValid
from api.limits import DEAR
from api.schemas.sources import QueryTest, QueryTried
from audit.recording import Thing
from dashboards.asking import PageRange, make_ask, zone_of
from dashboards.panels.base import Ask
from dashboards.panels.document import DocumentError
from dashboards.panels.values import json_value
from datasources.base import OWN, SqlQuery
from datasources.errors import QueryFailed, QueryRefused, SourceError, SourceMissing, SourceUnavailable
from datasources.origin import line_and_column
from datasources.prom_queries import PromQuery
from datasources.sources import source_of, sources_seen_by
from datasources.trying import Tried, try_query
from tenants.models import Tenant

router = Router(tags=["datasources"])

DOOR = "API"
AS_WRITTEN = (QueryRefused, QueryFailed)  # what whoever has written the query can put right


@router.post(
    "/datasources/{source_id}/test-query",
    response=QueryTried,
    throttle=DEAR,
    operation_id="test_query",
    openapi_extra=problems(404, 504),
)
def run_query(request: HttpRequest, source_id: str, body: QueryTest) -> Any:
    """Run a query once for its first rows and its plan: editors. `tenant` is the tenant's own database, or default source.

    It is guarded, bounded and audited as a panel's is. A mistake in it is 422, and says where it is.
    """
    tenant = may_edit(request, body.tenant_id)
    if (body.sql is None) == (body.promql is None):
        raise NotValid([DocumentError("sql", "give either sql or promql")])
    language = "sql" if body.sql is not None else "promql"
    ask = _ask(request, tenant, body)
    try:
        source = source_of(tenant, source_id, platform=user_of(request).is_platform_admin, language=language)
        return _told(try_query(source, _query(body, ask), how=DOOR, thing=_thing(tenant, source_id)))
    except SourceError as error:
        return _refused(request, error, body.sql or body.promql or "", language)


def _ask(request: HttpRequest, tenant: Tenant, body: QueryTest) -> Ask:
    """Raises BadRequest for a range that is none."""
    zone = zone_of(QueryDict(), user_of(request), tenant)
    given = {name: value if isinstance(value, str) else tuple(value) for name, value in body.variables.items()}
    return make_ask(PageRange.between(body.date_from, body.date_to, zone, names=RANGE), tenant, given)


def _query(body: QueryTest, ask: Ask) -> SqlQuery | PromQuery:
    if body.sql is not None:
        interval = ask.interval_ms()
        return SqlQuery(text=body.sql, time_range=ask.time_range, variables=ask.variables, interval_ms=interval)
    return PromQuery(text=body.promql or "", time_range=ask.time_range, variables=ask.variables, instant=body.instant)


def _thing(tenant: Tenant, source_id: str) -> Thing:
    rows = () if source_id == OWN else sources_seen_by(tenant)
    return next((Thing.of(row) for row in rows if row.slug == source_id), Thing.of(tenant))


def _told(tried: Tried) -> dict[str, Any]:
    frame, plan = tried.frame, tried.explained
    return {
        "columns": [{"name": column.name, "type": column.type_name or column.kind} for column in frame.columns],
        "rows": [[json_value(value) for value in row] for row in frame.rows()],
        "has_more": tried.has_more,
        "elapsed_ms": round(frame.elapsed_ms, 1),
        "notes": list(frame.notes),
        "plan": {"cost": plan.cost, "lines": list(plan.lines), "hints": [hint.sentence for hint in plan.hints]},
    }


def _refused(request: HttpRequest, error: SourceError, text: str, language: str) -> HttpResponse:
    said = error.in_full
    if isinstance(error, AS_WRITTEN):
        if error.at is not None:
            line, column = line_and_column(text, error.at)
            said = said if f"column {column}" in said else f"{said} (line {line}, column {column})"
        return api.create_response(request, {"detail": said, "errors": [{"path": language, "message": said}]}, status=422)
    if isinstance(error, SourceMissing):
        return api.create_response(request, {"detail": error.sentence}, status=404)
    reference = {"request_id": getattr(request, "request_id", "")}
    answer = api.create_response(request, {"detail": error.sentence, **reference}, status=error.status)
    if isinstance(error, SourceUnavailable):
        answer["Retry-After"] = str(max(1, round(error.retry_after_seconds)))
    return answer
