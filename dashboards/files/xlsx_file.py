"""XLSX: written to a temporary file, a row at a time, and sent when it is whole; so what fails is an error, not a broken file."""

import os
import tempfile
from collections.abc import Callable, Iterator, Sequence
from datetime import date, datetime
from functools import partial
from typing import Any, BinaryIO

from django.http import StreamingHttpResponse
from xlsxwriter import Workbook
from xlsxwriter.worksheet import Worksheet

from audit.exports import counted
from dashboards.files.result import FileKind, Result
from dashboards.panels.values import clean, in_zone, json_value, text_of
from datasources.frame import Column

MOST_ROWS = 1_048_576 - 1  # of a sheet, less the heading: Excel specifications and limits
LONGEST_CELL = 32_767
PART_BYTES = 65_536
FIRST_YEAR = 1900  # of Excel's calendar
TIME, DATE = "yyyy-mm-dd hh:mm:ss", "yyyy-mm-dd"

Write = Callable[[int, int, Any], object]


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
    with Workbook(file, {"constant_memory": True, "default_date_format": TIME}) as book:
        heading, day = book.add_format({"bold": True}), book.add_format({"num_format": DATE})
        sheet = book.add_worksheet("Result")
        sheet.freeze_panes(1, 0)
        for place, title in enumerate(result.heading):
            sheet.write_string(0, place, title[:LONGEST_CELL], heading)
        writers = [_writer(column, sheet, result, day) for column in result.columns]
        row = 1
        for cells in result.parts():
            row = _write_rows(writers, [values for _, values in cells], row)
        if notes := _notes(result):
            beside = book.add_worksheet("Notes")
            for line, note in enumerate(notes):
                beside.write_string(line, 0, note)


def _write_rows(writers: Sequence[Write], columns: Sequence[Sequence[Any]], first: int) -> int:
    """Write some rows from row `first` on; the row after them."""
    row = first
    for values in zip(*columns, strict=True):
        for place, value in enumerate(values):
            if value is not None:
                writers[place](row, place, value)
        row += 1
    return row


def _writer(column: Column, sheet: Worksheet, result: Result, day: Any) -> Write:
    match column.kind:
        case "number":
            return partial(_number, sheet)
        case "boolean":
            return sheet.write_boolean
        case "time":
            return partial(_time, sheet, result)
        case "date":
            return partial(_date, sheet, result, day)
        case _:
            return partial(_text, sheet, result)


def _number(sheet: Worksheet, row: int, place: int, value: Any) -> None:
    """What a double cannot hold exactly is text, as in JSON; NaN and infinity are empty."""
    known = json_value(value)
    if isinstance(known, str):
        sheet.write_string(row, place, known)
    elif known is not None:
        sheet.write_number(row, place, known)


def _time(sheet: Worksheet, result: Result, row: int, place: int, value: Any) -> None:
    """On the viewer's clock: a sheet knows no zones."""
    moment = in_zone(value, result.zone) if isinstance(value, datetime) else value
    if isinstance(moment, datetime) and moment.year >= FIRST_YEAR:
        sheet.write_datetime(row, place, moment.replace(tzinfo=None))
    else:
        _text(sheet, result, row, place, text_of(moment, result.zone))


def _date(sheet: Worksheet, result: Result, day: Any, row: int, place: int, value: Any) -> None:
    if isinstance(value, date) and value.year >= FIRST_YEAR:
        sheet.write_datetime(row, place, value, day)
    else:
        _text(sheet, result, row, place, text_of(value, result.zone))


def _text(sheet: Worksheet, result: Result, row: int, place: int, value: str) -> None:
    """As text whatever stands in it: no formula, no link."""
    if len(value) > LONGEST_CELL:
        value, result.has_cut_cells = f"{value[: LONGEST_CELL - 1]}…", True
    sheet.write_string(row, place, clean(value))


def _notes(result: Result) -> list[str]:
    notes = []
    if any(column.type_name == "timestamptz" for column in result.columns):
        notes.append(f"Times are those of {result.zone.key}.")
    if result.has_cut_cells:
        notes.append("Long cells are cut; they end in “…”.")
    return notes


KIND = FileKind("xlsx", "Excel", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", write, MOST_ROWS)
