"""Frames and documents for the tests of panel types, without a database."""

import json
from collections.abc import Sequence
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import numpy as np
import orjson

from dashboards.panels.base import Ask
from dashboards.panels.document import PanelDocument, read_document
from datasources.frame import Column, Frame, Series, SeriesFrame
from datasources.timerange import TimeRange

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)
KINDS: dict[type, tuple[Any, str]] = {
    bool: ("boolean", "bool"),
    int: ("number", "int8"),
    float: ("number", "float8"),
    Decimal: ("number", "numeric"),
    str: ("text", "text"),
    datetime: ("time", "timestamptz"),
    date: ("date", "date"),
}


def frame(**columns: Sequence[Any]) -> Frame:
    """A Frame by column; a column's first value that is not None says its kind, a column of None is text."""
    described = tuple(Column(name, *KINDS[type(_first(values))]) for name, values in columns.items())
    return Frame(described, tuple(list(values) for values in columns.values()))


def typed_frame(columns: dict[str, tuple[Any, str]], *rows: tuple[Any, ...], **facts: Any) -> Frame:
    """A Frame by row, with kinds and type names given."""
    described = tuple(Column(name, *kind) for name, kind in columns.items())
    values = tuple(list(column) for column in zip(*rows, strict=True)) if rows else tuple([] for _ in columns)
    return Frame(described, values, **facts)


def series(values: Sequence[float | None], *, step: float = 60, label: str = "a", start: float = NOON.timestamp()) -> Series:
    """A series of equal steps; None where there is no value."""
    return points([start + step * place for place in range(len(values))], values, label=label)


def points(times: Sequence[float], values: Sequence[float | None] | None = None, *, label: str = "a") -> Series:
    """A series at given times; its values count up from nought unless they are given."""
    numbers = range(len(times)) if values is None else values
    return Series(label, np.array(times, dtype=np.float64), np.array(numbers, dtype=np.float64))


def series_frame(*all_series: Series, **facts: Any) -> SeriesFrame:
    return SeriesFrame(all_series, row_count=sum(len(one.times) for one in all_series), **facts)


def plain(drawn: Any) -> Any:
    """As the browser gets it: arrays are lists, what is no number is null."""
    return json.loads(orjson.dumps(drawn, option=orjson.OPT_SERIALIZE_NUMPY))


def document(type: str, data_source: dict[str, Any], **fields: Any) -> Any:
    return read_document({"type": type, "title": "Title", "data_source": data_source, **fields})


def sample_document(type: str, **fields: Any) -> PanelDocument:
    return read_document({"type": type, "title": "Title", **SAMPLE_DOCUMENTS[type], **fields})


SAMPLE_DOCUMENTS: dict[str, dict[str, Any]] = {
    "timeseries": {"data_source": {"table": "cpu", "columns": {"timestamp": "at", "value": "percent", "series_label": "server"}}},
    "kpi": {"data_source": {"table": "cpu", "columns": {"value": "percent", "timestamp": "at"}}},
    "health_status": {"data_source": {"table": "services", "columns": {"service_name": "name", "status_value": "status"}}},
    "table": {"data_source": {"table": "orders", "columns": [{"name": "id"}, {"name": "customer"}]}},
    "gauge": {"data_source": {"table": "disks", "columns": {"value": "used", "label": "disk"}, "aggregate": "avg"}},
    "bar": {"data_source": {"table": "orders", "columns": {"category": "country", "value": "amount"}, "aggregate": "sum"}},
    "pie": {"data_source": {"table": "orders", "columns": {"label": "country", "value": "amount"}, "aggregate": "sum"}},
    "histogram": {"data_source": {"table": "logs", "columns": {"value": "took"}}},
    "heatmap": {"data_source": {"table": "cpu", "columns": {"timestamp": "at", "value": "percent", "series_label": "server"}}},
    "status_history": {
        "data_source": {"table": "checks", "columns": {"timestamp": "at", "value": "status", "series_label": "service"}}
    },
    "text": {"content": "# Who to call\n\n<b>Bob</b>"},
    "row": {},
}


def ask(hours: float | None = None, **facts: Any) -> Ask:
    """An Ask of a range that starts at NOON; open without `hours`."""
    if hours is None:
        return Ask(now=NOON, **facts)
    stop = datetime.fromtimestamp(NOON.timestamp() + hours * 3_600, UTC)
    return Ask(time_range=TimeRange(NOON, stop), now=stop, **facts)


def _first(values: Sequence[Any]) -> Any:
    return next((value for value in values if value is not None), "")
