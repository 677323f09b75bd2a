"""CSV, streamed."""

from collections.abc import Iterator

from django.http import StreamingHttpResponse

from audit.exports import counted
from audit.spreadsheet import BYTE_ORDER_MARK
from dashboards.files.result import FileKind, Result
from dashboards.panels.csv_text import csv_line, csv_lines

PART_CHARACTERS = 65_536


def write(result: Result) -> StreamingHttpResponse:
    parts = _parts(csv_line(result.heading), _lines(result))
    return StreamingHttpResponse(counted(parts, result.export), content_type=KIND.content_type)


def _lines(result: Result) -> Iterator[str]:
    for cells in result.parts():
        yield csv_lines(cells, result.zone)
    if result.has_cut_cells:
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


KIND = FileKind("csv", "CSV", "text/csv; charset=utf-8", write)
