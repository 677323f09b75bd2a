"""A panel's settle window: from its document to the queries it asks."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from dashboards.panels import PANEL_TYPES
from dashboards.panels.base import Ask
from dashboards.panels.document import as_yaml, parse_text, read_document
from dashboards.panels.settle import seconds_of
from datasources.timerange import TimeRange

NOW = datetime(2026, 3, 1, tzinfo=UTC)
OVER_TIME = {"table": "cpu", "columns": {"timestamp": "at", "value": "percent"}, "settle": "6h"}
GROUPED = {
    "sql": "SELECT $__timeGroup(at, '1h') AS time, count(*) FROM cpu WHERE $__timeFilter(at) GROUP BY 1",
    "settle": "6h",
}


@pytest.mark.parametrize(
    ("settle", "seconds"), [("300s", 300), ("5m", 300), ("6h", 21_600), ("2d", 172_800), ("1w", 604_800), ("1M", 30 * 86_400)]
)
def test_a_length_of_time_within_bounds_is_taken(settle: str, seconds: int) -> None:
    document = read_document({"type": "timeseries", "title": "T", "data_source": {**OVER_TIME, "settle": settle}})
    assert seconds_of(document.data_source.settle) == seconds  # type: ignore[attr-defined]


@pytest.mark.parametrize(
    ("kind", "source", "query"),
    [("timeseries", OVER_TIME, "series"), ("timeseries", GROUPED, "series"), ("kpi", OVER_TIME, "course")],
)
def test_the_query_over_time_is_told(kind: str, source: dict[str, Any], query: str) -> None:
    told, untold = ({**source}, {name: value for name, value in source.items() if name != "settle"})
    ask = Ask(time_range=TimeRange(NOW - timedelta(days=2), NOW))
    for given, seconds in ((told, 21_600.0), (untold, None)):
        document = read_document({"type": kind, "title": "T", "data_source": given})
        asked: Any = PANEL_TYPES[kind].queries(document, ask)[query]
        assert asked.settle_seconds == seconds


def test_it_is_written_out_as_it_was_read() -> None:
    document = read_document({"type": "timeseries", "title": "T", "data_source": OVER_TIME})
    written = as_yaml(document.model_dump(mode="json", exclude_unset=True))
    assert "settle: 6h" in written
    assert parse_text(written) == document
