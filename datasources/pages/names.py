"""Names for completion: a source's metrics, labels and their values, as JSON for editors."""

from django.http import HttpRequest, JsonResponse
from django.views.decorators.http import require_safe

from datasources.errors import QueryRefused, SourceError, SourceUnavailable
from datasources.frame import Frame, rows_of
from datasources.prom_queries import PromOptions
from datasources.results import fetch
from datasources.sources import source_of
from datasources.timerange import stretch_begun
from tenants.access import TenantRequest, require
from tenants.models import Role

MOST_NAMES = 2_000
KEPT_SECONDS = 60
LONGEST = 1_000


@require_safe
@require(Role.EDITOR)
def names(request: TenantRequest, tenant: str, source: str) -> JsonResponse:
    """`what`: `metrics`, `labels`, or `values` of `label`; of the series that `match` takes, a selector, where it is given.

    With `q` those in which that text occurs. Answers `{"names": [...], "is_cut": bool}`. `what=about`: of the metrics that are
    described also `about`, their types and helps by name.
    """
    try:
        query = PromOptions(text=_text(request), limit=MOST_NAMES)
        found = source_of(request.tenant, source, platform=False, language="promql")
        result = fetch(found, {"names": query}, not_before=stretch_begun(KEPT_SECONDS), stale_seconds=KEPT_SECONDS)
    except QueryRefused as error:
        return JsonResponse({"detail": error.in_full}, status=422)
    except SourceError as error:
        response = JsonResponse({"detail": error.sentence}, status=error.status)
        if isinstance(error, SourceUnavailable):
            response["Retry-After"] = str(round(error.retry_after_seconds))
        return response
    frame, text = rows_of(result.entry.frames, "names"), request.GET.get("q", "").casefold()
    shown = [name for name in frame.column("value") if text in name.casefold()]
    about = {"about": _about(frame)} if "help" in frame.names else {}
    return JsonResponse({"names": shown, "is_cut": frame.truncated, **about})


def _about(frame: Frame) -> dict[str, tuple[str, str]]:
    rows = zip(*(frame.column(name) for name in ("value", "type", "help")), strict=True)
    return {name: (kind, said) for name, kind, said in rows}


def _text(request: HttpRequest) -> str:
    """Raises QueryRefused."""
    what, label, match = (request.GET.get(name, "")[:LONGEST] for name in ("what", "label", "match"))
    if what == "metrics":
        return "metrics()" if not match else f"label_values({match}, __name__)"
    if what == "about":
        return "metadata()"
    if what == "labels":
        return f"label_names({match})"
    if what == "values":
        return f"label_values({match}, {label})" if match else f"label_values({label})"
    raise QueryRefused("“what” must be metrics, about, labels or values.")
