"""CSV of a panel's whole result, streamed in constant memory."""

import csv
import io
import re
import unicodedata
from collections.abc import Iterator
from itertools import chain

from django.http import StreamingHttpResponse
from django.utils.http import content_disposition_header

from dashboards.models import Panel
from dashboards.panels.base import Ask, WrongShape
from dashboards.refresh import PanelUnavailable, read_panel, unavailable
from datasources.errors import QueryFailed, SourceError
from datasources.postgres import EXPORT_ROWS, PostgresSource
from tenants.models import Tenant

BYTE_ORDER_MARK = "\ufeff"  # Excel reads UTF-8 only where a file says so


def csv_response(tenant: Tenant, panel: Panel, ask: Ask) -> StreamingHttpResponse:
    """The file. What fails before its first row is an error with a status; raises PanelUnavailable and BadRequest."""
    kind, document = read_panel(panel)
    frames = PostgresSource(tenant, platform=panel.is_shared).stream(kind.export(document, ask))
    try:
        first = next(frames)
    except SourceError as error:
        raise unavailable(error) from error
    try:
        heading = kind.csv_heading(document, first)
    except WrongShape as error:
        raise PanelUnavailable(str(error), status=QueryFailed.status) from error
    rows = ((kind.csv_rows(document, frame, ask), frame.truncated) for frame in chain([first], frames))
    response = StreamingHttpResponse(_lines(heading, rows), content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = content_disposition_header(True, f"{file_name(panel.title)}.csv")
    return response


def file_name(title: str) -> str:
    """A title as a file's name: no slashes, no dots in front, no control or bidirectional characters, 100 at most."""
    kept = "".join(" " if unicodedata.category(sign)[0] in "CZ" else sign for sign in title)
    kept = re.sub(r'[\\/:*?"<>|]+', "-", kept).strip(" .-")
    return re.sub(r"\s+", " ", kept)[:100] or "panel"


def _lines(heading: list[str], frames: Iterator[tuple[Iterator[list[str]], bool]]) -> Iterator[str]:
    """The heading, then the rows of each Frame, with whether it was cut off there."""
    buffer = io.StringIO()
    writer = csv.writer(buffer)
    writer.writerow(heading)
    yield BYTE_ORDER_MARK + _taken(buffer)
    for rows, is_cut in frames:
        writer.writerows(rows)
        if is_cut:
            writer.writerow([f"# Cut off after {EXPORT_ROWS:,} rows."])
        yield _taken(buffer)


def _taken(buffer: io.StringIO) -> str:
    text = buffer.getvalue()
    buffer.seek(0)
    buffer.truncate()
    return text
