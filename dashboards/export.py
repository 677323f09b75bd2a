"""CSV of a panel's whole result, streamed in constant memory."""

import csv
import io
import logging
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
from datasources.frame import Frame
from datasources.postgres import EXPORT_ROWS, PostgresSource
from tenants.models import Tenant

log = logging.getLogger(__name__)

BYTE_ORDER_MARK = "\ufeff"  # Excel reads UTF-8 only where a file says so


def csv_response(tenant: Tenant, panel: Panel, ask: Ask) -> StreamingHttpResponse:
    """The file. What fails before its first row is an error with a status; raises PanelUnavailable and BadRequest."""
    read = read_panel(panel)
    kind, document = read.kind, read.document
    query = kind.export(document, ask)
    try:
        frames = PostgresSource(tenant, platform=panel.is_shared).stream(query)
        first = next(frames)
    except SourceError as error:
        raise unavailable(error) from error
    try:
        heading = kind.csv_heading(document, first)
    except WrongShape as error:
        raise PanelUnavailable(str(error), status=QueryFailed.status) from error
    parts = ((kind.csv_rows(document, frame, ask), frame) for frame in chain([first], frames))
    response = StreamingHttpResponse(_lines(heading, parts), content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = content_disposition_header(True, f"{file_name(panel.title)}.csv")
    return response


def file_name(title: str) -> str:
    """A title as a file's name: no slashes, no dots in front, no control or bidirectional characters, 100 at most."""
    kept = "".join(" " if unicodedata.category(sign)[0] in "CZ" else sign for sign in title)
    kept = re.sub(r'[\\/:*?"<>|]+', "-", kept).strip(" .-")
    return re.sub(r"\s+", " ", kept)[:100] or "panel"


def _lines(heading: list[str], parts: Iterator[tuple[Iterator[list[str]], Frame]]) -> Iterator[str]:
    """The heading, then the rows of each Frame. Last lines say what is not whole: rows, cells, or all after a failure."""
    buffer = io.StringIO()
    writer = csv.writer(buffer)
    writer.writerow(heading)
    yield BYTE_ORDER_MARK + _taken(buffer)
    has_cut_cells = False
    try:
        for rows, frame in parts:
            writer.writerows(rows)
            has_cut_cells = has_cut_cells or frame.truncated_cells
            if frame.truncated:
                writer.writerow([f"# Cut off after {EXPORT_ROWS:,} rows."])
            yield _taken(buffer)
    except SourceError as error:  # the status is sent already: the file itself has to say that it is not whole
        log.info("export broken off", extra={"sentence": error.sentence, "detail": error.detail})
        writer.writerow([f"# Not complete: {error.sentence}"])
    if has_cut_cells:
        writer.writerow(["# Long cells are cut; they end in “…”."])
    yield _taken(buffer)


def _taken(buffer: io.StringIO) -> str:
    text = buffer.getvalue()
    buffer.seek(0)
    buffer.truncate()
    return text
