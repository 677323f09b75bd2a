"""CSV of a panel's whole result, streamed in constant memory."""

import logging
import re
import unicodedata
from collections.abc import Iterator
from itertools import chain
from typing import Any

from django.conf import settings
from django.http import StreamingHttpResponse
from django.utils.http import content_disposition_header

from audit.exports import Export, counted
from audit.recording import Thing
from audit.spreadsheet import BYTE_ORDER_MARK
from dashboards.models import Panel
from dashboards.panels.base import Ask, PanelType, WrongShape
from dashboards.panels.csv_text import csv_line, csv_lines
from dashboards.refresh import PanelUnavailable, read_panel, unavailable
from datasources.errors import QueryFailed, SourceError
from datasources.frame import Frame
from datasources.postgres import PostgresSource
from tenants.models import Tenant

log = logging.getLogger(__name__)

PART_CHARACTERS = 65_536


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
    export = Export("csv", Thing.of(panel), tenant)
    parts = _parts(csv_line(heading), _lines(kind, document, chain([first], frames), ask, export))
    response = StreamingHttpResponse(counted(parts, export), content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = content_disposition_header(True, f"{file_name(panel.title)}.csv")
    return response


def file_name(title: str) -> str:
    """A title as a file's name: no slashes, no dots in front, no control or bidirectional characters, 100 at most."""
    kept = "".join(" " if unicodedata.category(sign)[0] in "CZ" else sign for sign in title)
    kept = re.sub(r'[\\/:*?"<>|]+', "-", kept).strip(" .-")
    return re.sub(r"\s+", " ", kept)[:100] or "panel"


def _lines(kind: PanelType, document: Any, frames: Iterator[Frame], ask: Ask, export: Export) -> Iterator[str]:
    """The rows of each Frame. Last lines say what is left out: rows, or ends of cells.

    What fails midway breaks the file off: a browser says that the download failed. A file that looked whole would be believed.
    """
    has_cut_cells = is_cut = False
    places: list[int] = []  # of the columns that are written: all Frames have the same
    try:
        for frame in frames:
            places = places or [frame.names.index(name) for name in kind.csv_columns(document, frame)]
            export.rows += frame.row_count
            yield csv_lines([(frame.columns[place], frame.values[place]) for place in places], ask.zone)
            has_cut_cells, is_cut = has_cut_cells or frame.truncated_cells, frame.truncated
    except SourceError as error:
        export.error = error.sentence
        log.warning("export broken off", extra={"sentence": error.sentence, "detail": error.detail})
        raise
    if is_cut:
        yield csv_line([f"# Cut off after {settings.EXPORT_ROW_LIMIT:,} rows."])
    if has_cut_cells:
        yield csv_line(["# Long cells are cut; they end in “…”."])


def _parts(heading: str, lines: Iterator[str]) -> Iterator[bytes]:
    """What is sent at once: at least PART_CHARACTERS, so that a million rows are not ten thousand packets."""
    waiting, characters = [BYTE_ORDER_MARK, heading], 0
    for text in lines:
        waiting.append(text)
        characters += len(text)
        if characters >= PART_CHARACTERS:
            yield "".join(waiting).encode()
            waiting, characters = [], 0
    if waiting:
        yield "".join(waiting).encode()
