"""Rows that come late: within a panel's own settle window they are on its chart at once, beyond it after the verification."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import psycopg
import pytest
from hypothesis import given, settings
from hypothesis import strategies as some

from conftest import EmbeddedServer
from dashboards.panels import PANEL_TYPES
from dashboards.panels.base import Ask
from dashboards.panels.document import read_document
from dashboards.panels.settle import seconds_of
from datasources.frame import series_of
from datasources.postgres import PostgresSource
from datasources.results import closed
from datasources.runs.split import SETTLE_SECONDS
from datasources.runs.splittable import VERIFY_SECONDS
from datasources.store import store
from datasources.timerange import TimeRange

NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)
MINUTES = 10  # a bucket of a chart over two days
TABLE = """
DROP TABLE IF EXISTS late;
CREATE TABLE late (at timestamptz, n int);
INSERT INTO late SELECT '2026-03-02 12:00Z'::timestamptz - place * interval '7 min', 1 FROM generate_series(1, 600) place;
"""
STRUCTURED = {"table": "late", "columns": {"timestamp": "at", "value": "n"}, "aggregate": "sum"}
BY_SQL = {"sql": "SELECT $__timeGroup(at, '10m') AS time, sum(n) AS value FROM late WHERE $__timeFilter(at) GROUP BY 1"}
SETTLES = [None, "5m", "20m", "90m", "6h", "2d"]


@dataclass
class Clock:
    """What `closed.py` takes for the time."""

    now: datetime = NOON

    def time(self) -> float:
        return self.now.timestamp()


@dataclass
class Viewer:
    """Someone who looks at a chart of two days whose document says how late rows may come."""

    source: PostgresSource
    clock: Clock
    data_source: dict[str, Any]
    settle: str | None

    @property
    def settle_seconds(self) -> float:
        return seconds_of(self.settle) or max(2 * MINUTES * 60.0, SETTLE_SECONDS)

    def sum_at(self, moment: datetime, *, anew: bool = False) -> float:
        """What the chart shows in a moment's bucket; what is known of closed ones is kept for whoever looks next."""
        said = {} if self.settle is None else {"settle": self.settle}
        document = read_document({"type": "timeseries", "title": "Late", "data_source": {**self.data_source, **said}})
        ask = Ask(time_range=TimeRange(self.clock.now - timedelta(days=2), self.clock.now))
        asked = closed.ask(self.source, PANEL_TYPES["timeseries"].queries(document, ask), store(), anew=anew)
        closed.keep(store(), asked.runs)
        (series,) = series_of(asked.frames, "series").series
        return dict(zip(series.times.tolist(), series.values.tolist(), strict=True)).get(start_of(moment).timestamp(), 0.0)


def start_of(moment: datetime) -> datetime:
    return moment.replace(minute=moment.minute // MINUTES * MINUTES, second=0, microsecond=0)


@pytest.fixture
def owner(embedded_server: EmbeddedServer, acme_database: dict) -> Iterator[psycopg.Connection]:
    with psycopg.connect(embedded_server.url(acme_database["database"]), autocommit=True) as connection:
        yield connection


@pytest.mark.parametrize("data_source", [STRUCTURED, BY_SQL], ids=["structured", "sql"])
def test_late_rows_show_within_the_panels_own_window_and_else_after_the_verification(
    acme: Any, acme_database: dict, admin_sql: Callable, owner: Any, monkeypatch: pytest.MonkeyPatch, data_source: dict
) -> None:
    clock, source = Clock(), PostgresSource(acme)
    monkeypatch.setattr(closed, "time", clock)
    admin_sql(acme_database, TABLE)

    @settings(max_examples=40)
    @given(
        first=some.sampled_from(SETTLES),
        then=some.sampled_from(SETTLES),
        late_minutes=some.one_of(some.integers(1, 40), some.integers(1, 2_600)),
        wait_seconds=some.integers(1, 1_500),
    )
    def holds(first: str | None, then: str | None, late_minutes: int, wait_seconds: int) -> None:
        clock.now, at = NOON, NOON - timedelta(minutes=late_minutes, seconds=30)
        viewers = [Viewer(source, clock, data_source, settle) for settle in (first, then)]
        before = viewers[0].sum_at(at, anew=True)
        owner.execute("INSERT INTO late VALUES (%s, 1000)", [at])
        try:
            clock.now += timedelta(seconds=wait_seconds)
            had_settled = (start_of(at) + timedelta(minutes=MINUTES)).timestamp() + viewers[1].settle_seconds <= NOON.timestamp()
            assert viewers[1].sum_at(at) == before + (0 if had_settled else 1_000)
            clock.now += timedelta(seconds=VERIFY_SECONDS + 1)
            assert viewers[1].sum_at(at) == before + 1_000
        finally:
            owner.execute("DELETE FROM late WHERE n = 1000")

    holds()
