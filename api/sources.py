"""Data sources: a tenant's own kept by its admins, shared ones by platform admins. The forms of the pages judge what is sent."""

from typing import Annotated, Any, Literal

from django.db import IntegrityError, transaction
from django.http import HttpRequest, HttpResponse
from ninja import Query, Router, Status
from ninja.errors import HttpError
from pydantic import Field, StringConstraints

from api.access import may_administer, platform_admin
from api.description import problems, response
from api.doors import api
from api.errors import AlreadyThere, NotValid
from api.limits import DEAR
from api.listing import ListQuery, listed
from api.merging import merged
from api.schemas.parts import PLAIN
from api.schemas.sources import NewSource, NotDeleted, SourceChange, SourceDetail, SourcePage, SourceReport
from api.versions import seen_version, tag_of
from dashboards.changing import Overtaken
from dashboards.panels.document import DocumentError
from datasources.kinds.base import AnyKind
from datasources.models import DataSource
from datasources.pages import changing
from datasources.pages.entering import FACTS, Entry, NotEntered, entered
from datasources.pages.forms import SourceForm
from datasources.pages.reach import Reach
from datasources.sources import configured_of
from tenants.models import Role

router = Router(tags=["datasources"])

STILL_USED = {
    "detail": "It cannot be deleted while 1 needs it.",
    "uses": [{"what": "Panel", "name": "CPU usage (cpu_usage)", "where": "shared"}],
}
SORTS = {"source_id": "slug", "name": "name", "kind": "kind", "updated_at": "updated_at"}
PLACE = "/datasources/{source_id}"
DELETING = problems(404, by_version=True)
DELETING["responses"][409] = response(
    "Something needs it; `uses` says what. Or it was overtaken by another change.", NotDeleted, STILL_USED
)


class SourcesQuery(ListQuery):
    tenant_id: Annotated[str | None, Field(description="Whose. Platform admins leave it out for what is shared.")] = None
    kind: Annotated[str, StringConstraints(max_length=40, pattern=PLAIN)] = ""
    sort: Literal["source_id", "name", "kind", "updated_at"] = "source_id"


@router.get("/datasources", response=SourcePage, operation_id="list_data_sources", openapi_extra=problems(404))
def list_data_sources(request: HttpRequest, query: Query[SourcesQuery]) -> dict[str, Any]:
    """What a tenant's panels can name besides its own database: its own sources, and shared ones. For its admins."""
    reach = _reach(request, query.tenant_id)
    found = reach.own() | reach.shared_with()
    if query.kind:
        found = found.filter(kind=query.kind)
    if query.q:
        found = found.filter(name__icontains=query.q) | found.filter(slug__icontains=query.q)
    return listed(found, query, by=SORTS[query.sort], then="pk", told=summary)


@router.post("/datasources", response={201: SourceDetail}, operation_id="create_data_source", openapi_extra=problems(404, 409))
def create_data_source(request: HttpRequest, response: HttpResponse, body: NewSource) -> Any:
    """Make a data source: a tenant's admins for the tenant, platform admins shared ones. It is not asked by that."""
    reach = _reach(request, body.tenant_id)
    kind = next((kind for kind in reach.kinds() if kind.name == body.kind), None)
    if kind is None:
        names = ", ".join(sorted(kind.name for kind in reach.kinds()))
        raise NotValid([DocumentError("kind", f"must be one of {names}")])
    if reach.own().filter(slug=body.source_id).exists():
        raise AlreadyThere(f"There is a data source “{body.source_id}” already.")
    if reach.own().count() >= changing.MOST_SOURCES:
        raise AlreadyThere(f"There are {changing.MOST_SOURCES} data sources already, as many as there may be.")
    facts = {name: getattr(body, name) for name in FACTS}
    source = DataSource(tenant=reach.tenant, kind=kind.name, slug=body.source_id)
    form = entered(kind, source, Entry(body.settings, facts, body.secrets))
    try:
        with transaction.atomic():
            return Status(201, told(response, _saved(form), reach))
    except IntegrityError as error:
        raise AlreadyThere(f"There is a data source “{body.source_id}” already.") from error


@router.get(PLACE, response=SourceDetail, operation_id="read_data_source", openapi_extra=problems(404))
def read_data_source(
    request: HttpRequest, response: HttpResponse, source_id: str, tenant_id: str | None = None
) -> dict[str, Any]:
    """A data source, without its secrets; of a shared one a tenant's admins are not told the settings."""
    reach = _reach(request, tenant_id)
    return told(response, _find(reach, source_id, or_shared=True), reach)


@router.patch(PLACE, response=SourceDetail, operation_id="change_data_source", openapi_extra=problems(404, 409, by_version=True))
def change_data_source(
    request: HttpRequest, response: HttpResponse, source_id: str, body: SourceChange, tenant_id: str | None = None
) -> dict[str, Any]:
    """Change what is named; `is_enabled` false switches it off. Where secrets would go elsewhere, they must come along."""
    reach = _reach(request, tenant_id)
    with transaction.atomic():
        source = _find(reach, source_id, is_locked=True)
        _check_seen(source, seen_version(request, source, body.version))
        kind = _kind(source)
        given = body.model_dump(exclude_unset=True)
        facts = {name: given[name] for name in FACTS if name in given and (name == "timeout_ms" or given[name] is not None)}
        settings = merged(source.settings, body.settings or {})
        form = entered(kind, source, Entry(settings, facts, body.secrets or {}, body.forget_secrets))
        return told(response, _saved(form), reach)


@router.delete(PLACE, response={204: None}, operation_id="delete_data_source", openapi_extra=DELETING)
def delete_data_source(request: HttpRequest, source_id: str, tenant_id: str | None = None) -> Any:
    """Delete a data source; 409 names the panels, variables and annotations that need it, or with `If-Match` a newer version."""
    reach = _reach(request, tenant_id)
    with transaction.atomic():
        source = _find(reach, source_id, is_locked=True)
        _check_seen(source, seen_version(request, source, None, is_needed=False))
        changing.delete(source)
    return Status(204, None)


@router.put(f"{PLACE}/default", response=SourceDetail, operation_id="make_default_data_source", openapi_extra=problems(404, 409))
def make_default(request: HttpRequest, response: HttpResponse, source_id: str, tenant_id: str | None = None) -> dict[str, Any]:
    """Make it the default of its kind: what names no source, in its language, asks it from now on."""
    reach = _reach(request, tenant_id)
    source = _find(reach, source_id)
    if not changing.may_be_default(source):
        raise NotValid([DocumentError("", "SQL that names no data source asks the tenant's own database, always.")])
    try:
        changing.make_default(source)
    except IntegrityError as error:  # at the same moment
        raise AlreadyThere("Somebody else has made another one the default just now. Look at it again.") from error
    return told(response, source, reach)


@router.post(f"{PLACE}/test", response=SourceReport, throttle=DEAR, operation_id="test_data_source", openapi_extra=problems(404))
def ask_how_it_is(request: HttpRequest, source_id: str, tenant_id: str | None = None) -> dict[str, Any]:
    """Ask it now how it is."""
    reach = _reach(request, tenant_id)
    source = _find(reach, source_id)
    _kind(source)
    seen = changing.test(source, reach.tenant)
    if seen is None:
        raise HttpError(503, "It could not be asked now. Please try again in a moment.")
    status = seen.status
    plain = {name: getattr(status, name) for name in ("is_connected", "version", "latency_ms", "error")}
    return {**plain, "warnings": list(status.warnings), "facts": [{"name": name, "value": value} for name, value in status.facts]}


@api.exception_handler(NotEntered)
def not_entered(request: HttpRequest, error: NotEntered) -> HttpResponse:
    names = {"slug": "source_id"}
    places = [{"path": names.get(one.path, one.path), "message": one.message} for one in error.errors]
    return api.create_response(request, {"detail": str(error), "errors": places}, status=422)


@api.exception_handler(changing.StillUsed)
def still_used(request: HttpRequest, error: changing.StillUsed) -> HttpResponse:
    uses = [{"what": use.what, "name": use.name, "where": use.where} for use in error.uses]
    detail = f"It cannot be deleted while {len(uses)} {'needs' if len(uses) == 1 else 'need'} it."
    return api.create_response(request, {"detail": detail, "uses": uses}, status=409)


def summary(source: DataSource) -> dict[str, Any]:
    names = ("kind", "name", "is_shared", "is_default", "is_enabled", "is_open", "version", "updated_at")
    return {"source_id": source.slug, **{name: getattr(source, name) for name in names}}


def told(response: HttpResponse, source: DataSource, reach: Reach) -> dict[str, Any]:
    is_own = source.tenant_id == (reach.tenant.pk if reach.tenant is not None else None)
    response["ETag"] = tag_of(source, Role.ADMIN, "" if is_own else "shared")
    return {
        **summary(source),
        "tenant_id": reach.tenant.slug if reach.tenant is not None and is_own else None,
        "settings": source.settings if is_own and isinstance(source.settings, dict) else None,
        "has_secrets": bool(source.secrets_token) if is_own else None,
        "timeout_ms": source.timeout_ms,
        "created_at": source.created_at,
    }


def _reach(request: HttpRequest, tenant_id: str | None) -> Reach:
    if tenant_id is not None:
        return Reach(may_administer(request, tenant_id))
    platform_admin(request)
    return Reach(None)


def _check_seen(source: DataSource, seen: int | None) -> None:
    """Raises Overtaken."""
    if seen not in (None, source.version):
        raise Overtaken(source)


def _find(reach: Reach, source_id: str, *, or_shared: bool = False, is_locked: bool = False) -> DataSource:
    rows = reach.own() | reach.shared_with() if or_shared else reach.own()
    found = (rows.select_for_update() if is_locked else rows).filter(slug=source_id).first()
    if found is None:
        raise HttpError(404, "There is no such data source." if reach.tenant is None else "This tenant has no such data source.")
    return found


def _kind(source: DataSource) -> AnyKind:
    """Raises NotValid where it cannot be asked, or changed in part, as it is stored."""
    configured = configured_of(source)
    if configured is None:
        raise NotValid([DocumentError("settings", "are not valid any more, or of a kind that this installation does not know")])
    return configured.kind


def _saved(form: SourceForm) -> DataSource:
    source = changing.save_entered(form)
    source.refresh_from_db()
    return source
