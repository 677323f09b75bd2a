"""A panel's whole result as a file, in constant memory."""

import re
import unicodedata
from collections.abc import Iterator
from itertools import chain, islice

from django.conf import settings
from django.http.response import HttpResponseBase
from django.utils.http import content_disposition_header

from audit.exports import Export
from audit.recording import Thing
from dashboards.asked_source import asked_source
from dashboards.files.result import FileKind, FileTooLarge, Result, RowsCameMeanwhile
from dashboards.models import Panel
from dashboards.panels.base import Ask, PanelType, WrongShape
from dashboards.panels.document import PanelDocument
from dashboards.panels.transformations.tables import CannotTransform
from dashboards.panels.transformations.wide import by_moment
from dashboards.read import read_panel
from dashboards.refresh import refresh_panel
from dashboards.unavailable import PanelUnavailable, unavailable
from datasources.base import Query, Source
from datasources.errors import QueryFailed, SourceError
from datasources.frame import Frame, Frames
from tenants.models import Tenant

AS_SHOWN = "shown"  # in the URL: the rows as they are drawn
HELD_FRAMES = 5  # before it is counted what there is: most results are shorter, and need no count


class TooManyRows(PanelUnavailable):
    """More than the file may have: 413, and how many there are."""

    def __init__(self, rows: int, limit: int) -> None:
        super().__init__(f"There are {rows:,} rows; this file may have {limit:,}. Choose a shorter time range.", status=413)
        self.rows, self.limit = rows, limit


def export_response(tenant: Tenant, panel: Panel, ask: Ask, kind: FileKind) -> HttpResponseBase:
    """The file. What fails before its first row is an error with a status; raises PanelUnavailable and BadRequest."""
    read = read_panel(panel)
    try:
        query = read.kind.export(read.document, ask)
    except SourceError as error:
        raise unavailable(error) from error
    if query is None:
        raise _nothing()
    most = min(settings.EXPORT_ROW_LIMIT, kind.most_rows or settings.EXPORT_ROW_LIMIT)
    try:
        source = asked_source(tenant, panel, read, ask)
        frames = _begin(source, query, most)
        first = next(frames)
        heading, names = read.kind.csv_parts(read.document, first)
        columns = [first.columns[first.names.index(name)] for name in names]
        rows = chain([first], frames)
        export = Export(kind.name, Thing.of(panel), tenant)
        response = kind.write(Result(panel, read.kind, read.document, ask.zone, heading, names, columns, rows, export))
    except SourceError as error:
        raise unavailable(error) from error
    except RowsCameMeanwhile as error:
        raise TooManyRows(source.count(query), most) from error
    except FileTooLarge as error:
        raise _too_large(kind) from error
    except WrongShape as error:
        raise PanelUnavailable(str(error), status=QueryFailed.status) from error
    return _attached(response, panel, kind)


def shown_response(tenant: Tenant, panel: Panel, ask: Ask, kind: FileKind) -> HttpResponseBase:
    """The file of the rows as the panel's transformations make them. Raises PanelUnavailable and BadRequest.

    What is drawn a page at a time, and not transformed, is the whole result.
    """
    read = read_panel(panel)
    if read.kind.is_paged and not panel.transforms:
        return export_response(tenant, panel, ask, kind)
    refreshed = refresh_panel(tenant, panel, ask)
    document, type_ = refreshed.read.document, refreshed.kind
    if not refreshed.frames:
        raise _nothing()
    try:
        frame = _shown(type_, document, refreshed.frames)
        heading, names = type_.csv_parts(document, frame)
    except WrongShape as error:
        raise PanelUnavailable(str(error), status=QueryFailed.status) from error
    except CannotTransform as error:
        sentence = f"These points make no table: {error}."
        raise PanelUnavailable(sentence, status=QueryFailed.status) from error
    columns = [frame.columns[frame.names.index(name)] for name in names]
    export = Export(kind.name, Thing.of(panel), tenant)
    result = Result(panel, type_, document, ask.zone, heading, names, columns, iter([frame]), export)
    try:
        return _attached(kind.write(result), panel, kind)
    except FileTooLarge as error:
        raise _too_large(kind) from error


def _shown(kind: PanelType, document: PanelDocument, frames: Frames) -> Frame:
    """The rows that are drawn, of points one a moment. What is drawn of a part of its rows alone is no whole file."""
    name, answer = next((name, one) for name, one in kind.transformed(document, frames).items() if name not in kind.untransformed)
    if frames[name].truncated or answer.truncated:
        sentence = "The panel shows only the first of its rows: choose a shorter time range, or the rows before its steps."
        raise PanelUnavailable(sentence, status=413)
    return answer if isinstance(answer, Frame) else by_moment(answer)


def _nothing() -> PanelUnavailable:
    return PanelUnavailable("This panel shows no data: there is nothing to download.", status=404)


def _too_large(kind: FileKind) -> PanelUnavailable:
    return PanelUnavailable(f"This is too much for one {kind.label} file. Choose CSV, or a shorter time range.", status=413)


def _attached(response: HttpResponseBase, panel: Panel, kind: FileKind) -> HttpResponseBase:
    response["Content-Disposition"] = content_disposition_header(True, f"{file_name(panel.title)}.{kind.name}")
    return response


def file_name(title: str) -> str:
    """A title as a file's name: no slashes, no dots in front, no control or bidirectional characters, 100 at most."""
    kept = "".join(" " if unicodedata.category(sign)[0] in "CZ" else sign for sign in title)
    kept = re.sub(r'[\\/:*?"<>|]+', "-", kept).strip(" .-")
    return re.sub(r"\s+", " ", kept)[:100] or "panel"


def _begin(source: Source, query: Query, most: int) -> Iterator[Frame]:
    """The rows from the first one on, once it is known that there are not more than `most`. Raises TooManyRows.

    A result that ends within a few Frames is asked for once. A longer one is counted by the database, and asked for again.
    """
    frames = source.stream(query)
    held = list(islice(frames, HELD_FRAMES))
    if len(held) < HELD_FRAMES and not held[-1].truncated and sum(frame.row_count for frame in held) <= most:
        return iter(held)
    frames.close()
    rows = source.count(query)
    if rows > most:
        raise TooManyRows(rows, most)
    return source.stream(query)
