"""JSON, streamed: one object, whose `rows` are objects by column."""

from collections.abc import Iterator, Sequence
from typing import Any

import orjson
from django.http import StreamingHttpResponse

from audit.exports import counted
from dashboards.files.result import FileKind, Result
from dashboards.panels.values import json_value
from datasources.frame import Column
from datasources.values import WrittenTimes

PART_BYTES = 65_536


def write(result: Result) -> StreamingHttpResponse:
    parts = _gathered(_pieces(result))
    return StreamingHttpResponse(counted(parts, result.export), content_type=KIND.content_type)


def _pieces(result: Result) -> Iterator[bytes]:
    """The object bit by bit. Only a whole one ends: what was broken off cannot be read."""
    head = {
        "panel_id": result.panel.slug,
        "panel_type": result.panel.panel_type,
        "title": result.panel.title,
        "columns": [
            {"name": column.name, "display": heading, "kind": column.kind}
            for column, heading in zip(result.columns, result.heading, strict=True)
        ],
    }
    yield orjson.dumps(head)[:-1] + b',"rows":['
    comma = b""
    for cells in result.parts():
        written = [_values(column, values) for column, values in cells]
        rows = [dict(zip(result.names, row, strict=True)) for row in zip(*written, strict=True)]
        if rows:
            yield comma + orjson.dumps(rows)[1:-1]
            comma = b","
    end = {"row_count": result.export.rows, "truncated_cells": result.has_cut_cells}
    yield b"]," + orjson.dumps(end)[1:]


def _values(column: Column, values: Sequence[Any]) -> list[Any]:
    if isinstance(values, WrittenTimes) and (texts := _plain_times(column, values.texts)) is not None:
        return texts
    return list(map(json_value, values))


def _plain_times(column: Column, texts: Sequence[str | None]) -> list[str | None] | None:
    """Times that PostgreSQL wrote, in ISO 8601, without making a datetime of each; None where one is not of a calendar."""
    together = "".join(text for text in texts if text is not None)
    if "f" in together or "B" in together:  # `infinity`, and years before Christ
        return None
    offset = "+00:00" if column.type_name == "timestamptz" else ""
    return [None if text is None else text.replace(" ", "T", 1) + offset for text in texts]


def _gathered(pieces: Iterator[bytes]) -> Iterator[bytes]:
    waiting, length = [], 0
    for piece in pieces:
        waiting.append(piece)
        length += len(piece)
        if length >= PART_BYTES:
            yield b"".join(waiting)
            waiting, length = [], 0
    yield b"".join(waiting)


KIND = FileKind("json", "JSON", "application/json", write)
