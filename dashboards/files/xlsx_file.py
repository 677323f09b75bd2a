"""XLSX: written to a temporary file and sent when it is whole; so what fails is an error, not a broken file.

A library makes the book without its rows, which it would write a cell at a time; they are put in where the first sheet has
its heading: a million of them in a quarter of the time.
"""

import io
import os
import re
import tempfile
from collections.abc import Iterator, Sequence
from datetime import date, datetime
from functools import partial
from typing import Any, BinaryIO
from zipfile import ZIP_DEFLATED, ZipFile

from django.http import StreamingHttpResponse
from xlsxwriter import Workbook

from audit.exports import counted
from dashboards.files.result import FileKind, FileTooLarge, Result
from dashboards.files.sheet_rows import LONGEST_CELL, SheetColumn, letters_of, rows_xml

MOST_ROWS = 1_048_576 - 1  # of a sheet, less the heading: Excel specifications and limits
MOST_BYTES = 2_000_000_000  # of a sheet before it is packed: beyond, not every program reads the archive
PART_BYTES = 65_536
PACKED_LEVEL = 3
TIME, DATE = "yyyy-mm-dd hh:mm:ss", "yyyy-mm-dd"
SHEET = "xl/worksheets/sheet1.xml"

_DIMENSION = re.compile("<dimension [^>]*/>")  # of a sheet that has no rows yet; it may be left out
_SAMPLES = re.compile(r'<row r="2"><c r="A2" s="(\d+)">.*?<c r="B2" s="(\d+)">.*?</row>')


def write(result: Result) -> StreamingHttpResponse:
    file = tempfile.TemporaryFile()  # noqa: SIM115 - the answer closes it
    try:
        _fill(file, result)
    except BaseException:
        file.close()
        result.export.record()
        raise
    # It is compressed already: `identity` keeps the middleware from doing it once more.
    headers = {"Content-Encoding": "identity", "Content-Length": str(file.seek(0, os.SEEK_END))}
    parts = counted(_parts(file), result.export)
    return StreamingHttpResponse(parts, content_type=KIND.content_type, headers=headers)


def _parts(file: BinaryIO) -> Iterator[bytes]:
    with file:
        file.seek(0)
        yield from iter(partial(file.read, PART_BYTES), b"")


def _fill(file: Any, result: Result) -> None:
    """The first sheet, then what the library makes of the rest: whether there are notes is known when the rows are through."""
    head, samples, tail = _around(_book(result.heading, []))
    columns = [SheetColumn(column, letters_of(place), result.zone, *samples) for place, column in enumerate(result.columns)]
    with ZipFile(file, "w", ZIP_DEFLATED, compresslevel=PACKED_LEVEL) as book:
        with book.open(SHEET, "w") as sheet:
            sheet.write(head)
            for piece in _pieces(columns, result):
                sheet.write(piece)
            sheet.write(tail)
        result.has_cut_cells = result.has_cut_cells or any(column.has_cut for column in columns)
        rest = _book(result.heading, _notes(result))
        for name in rest.namelist():
            if name != SHEET:
                book.writestr(name, rest.read(name))


def _pieces(columns: Sequence[SheetColumn], result: Result) -> Iterator[bytes]:
    """Raises FileTooLarge."""
    row, size = 2, 0
    for cells in result.parts():
        values = [known for _, known in cells]
        if not values:
            continue
        piece = rows_xml(columns, values, row).encode()
        row, size = row + len(values[0]), size + len(piece)
        if size > MOST_BYTES:
            raise FileTooLarge
        yield piece


def _book(heading: Sequence[str], notes: Sequence[str]) -> ZipFile:
    """The book with its heading, and a row of a time and a date, whose styles the rows have."""
    file = io.BytesIO()
    with Workbook(file, {"constant_memory": True}) as book:  # with its texts where they are shown, in no table of their own
        bold, time, day = (book.add_format(how) for how in ({"bold": True}, {"num_format": TIME}, {"num_format": DATE}))
        sheet = book.add_worksheet("Result")
        sheet.freeze_panes(1, 0)
        for place, title in enumerate(heading):
            sheet.write_string(0, place, title[:LONGEST_CELL], bold)
        sheet.write_datetime(1, 0, datetime(2000, 1, 1), time)
        sheet.write_datetime(1, 1, date(2000, 1, 1), day)
        if notes:
            beside = book.add_worksheet("Notes")
            for line, note in enumerate(notes):
                beside.write_string(line, 0, note)
    return ZipFile(file)


def _around(book: ZipFile) -> tuple[bytes, tuple[str, str], bytes]:
    """What stands before the rows and after them, and the styles of times and of dates."""
    sheet = _DIMENSION.sub("", book.read(SHEET).decode())
    samples = _SAMPLES.search(sheet)
    assert samples is not None
    return sheet[: samples.start()].encode(), (samples[1], samples[2]), sheet[samples.end() :].encode()


def _notes(result: Result) -> list[str]:
    notes = []
    if any(column.type_name == "timestamptz" for column in result.columns):
        notes.append(f"Times are those of {result.zone.key}.")
    if result.has_cut_cells:
        notes.append("Long cells are cut; they end in “…”.")
    return notes


KIND = FileKind("xlsx", "Excel", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", write, MOST_ROWS)
