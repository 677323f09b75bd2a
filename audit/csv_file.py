"""Events as CSV: streamed, formula-safe, and an event itself."""

import csv
import io
from collections.abc import Iterator
from datetime import UTC

import orjson
from django.http import StreamingHttpResponse
from django.utils.http import content_disposition_header

from audit.exports import Export, counted
from audit.filters import Filter
from audit.listing import batches
from audit.models import Event, EventQuerySet
from audit.recording import Thing
from audit.spreadsheet import BYTE_ORDER_MARK, disarmed
from tenants.models import Tenant

ROWS_AT_ONCE = 1_000
PLAIN = ("actor", "actor_id", "address", "tenant", "action", "outcome", "object_type", "object_id", "object")
JSON = ("before", "after", "details")
HEADING = ["at", "id", *PLAIN, *JSON, "request_id"]


def csv_response(events: EventQuerySet, asked: Filter, tenant: Tenant | None) -> StreamingHttpResponse:
    """The events, newest first; times in UTC."""
    export = Export("csv", Thing("audit.event", "", "Audit events"), tenant, details={"filter": asked.described()})
    response = StreamingHttpResponse(counted(_parts(events, export), export), content_type="text/csv; charset=utf-8")
    name = f"audit {tenant.slug}.csv" if tenant is not None else "audit.csv"
    response["Content-Disposition"] = content_disposition_header(True, name)
    return response


def _parts(events: EventQuerySet, export: Export) -> Iterator[bytes]:
    yield (BYTE_ORDER_MARK + _text([HEADING])).encode()
    for batch in batches(events, size=ROWS_AT_ONCE):
        export.rows += len(batch)
        yield _text([_row(event) for event in batch]).encode()


def _row(event: Event) -> list[str]:
    plain = [_cell(getattr(event, name)) for name in PLAIN]
    written = [_json(getattr(event, name)) for name in JSON]
    return [event.at.astimezone(UTC).isoformat(), str(event.id), *plain, *written, disarmed(event.request_id)]


def _cell(value: object) -> str:
    return "" if value is None else disarmed(str(value))


def _json(value: object) -> str:
    return disarmed(orjson.dumps(value).decode()) if value else ""


def _text(rows: list[list[str]]) -> str:
    buffer = io.StringIO()
    csv.writer(buffer).writerows(rows)
    return buffer.getvalue()
