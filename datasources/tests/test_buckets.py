"""Where buckets start and end, here and in PostgreSQL."""

from datetime import UTC, datetime, timedelta

import psycopg
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from conftest import EmbeddedServer
from datasources.compile.buckets import bucket_sql, bucket_start, bucket_stop, calendar_starts, from_first_bucket
from datasources.timerange import Bucket, TimeRange

ZONES = ["Europe/Berlin", "America/Sao_Paulo", "Asia/Kolkata", "Australia/Lord_Howe", "UTC"]
BUCKETS = [
    *(Bucket(7, "second"), Bucket(10, "minute"), Bucket(6, "hour")),
    *(Bucket(1, "day"), Bucket(1, "week"), Bucket(1, "month"), Bucket(1, "year")),
    *(Bucket(3, "day"), Bucket(30, "day"), Bucket(2, "week")),
]
BERLIN = "Europe/Berlin"


@pytest.mark.parametrize("zone", ZONES)
def test_postgresql_starts_them_where_we_do(embedded_server: EmbeddedServer, zone: str) -> None:
    with psycopg.connect(embedded_server.url("postgres")) as connection:

        @settings(max_examples=100)
        @given(st.sampled_from(BUCKETS), st.datetimes(datetime(2001, 1, 1), datetime(2030, 1, 1)))
        def holds(bucket: Bucket, moment: datetime) -> None:
            moment = moment.replace(tzinfo=UTC)
            row = connection.execute(f"SELECT {bucket_sql('%s', bucket, zone=zone)}", [moment]).fetchone()
            assert row is not None
            start = bucket_start(moment, bucket, zone=zone)
            assert row[0] == start
            assert start <= moment < bucket_stop(start, bucket, zone=zone)

        holds()


@pytest.mark.parametrize(
    ("start", "hours"),
    [
        (datetime(2026, 3, 28, 23, tzinfo=UTC), 23),
        (datetime(2026, 10, 24, 22, tzinfo=UTC), 25),
        (datetime(2026, 7, 1, 22, tzinfo=UTC), 24),
    ],
)
def test_a_day_has_as_many_hours_as_it_has(start: datetime, hours: int) -> None:
    assert bucket_stop(start, Bucket(1, "day"), zone=BERLIN) - start == timedelta(hours=hours)


@pytest.mark.parametrize("minute", [0, 30, 59])
@pytest.mark.parametrize("hour", range(0, 24, 3))
def test_a_day_with_two_midnights_starts_at_the_first(hour: int, minute: int) -> None:
    moment = datetime(2025, 10, 26, hour, minute, tzinfo=UTC)
    assert bucket_start(moment, Bucket(1, "day"), zone="Atlantic/Azores") == datetime(2025, 10, 26, tzinfo=UTC)


@given(st.sampled_from(ZONES), st.sampled_from(BUCKETS), st.datetimes(datetime(1950, 1, 1), datetime(2090, 1, 1)))
def test_a_buckets_start_is_its_own_and_its_stop_is_the_next_ones(zone: str, bucket: Bucket, moment: datetime) -> None:
    start = bucket_start(moment.replace(tzinfo=UTC), bucket, zone=zone)
    stop = bucket_stop(start, bucket, zone=zone)
    assert bucket_start(start, bucket, zone=zone) == start
    assert bucket_start(stop, bucket, zone=zone) == stop
    if bucket.follows_calendar:
        assert calendar_starts(start, stop + timedelta(seconds=1), bucket, zone=zone) == [start, stop]


def test_a_range_begins_with_its_first_bucket_and_ends_where_it_did() -> None:
    start, stop = datetime(2026, 3, 31, 15, 7, tzinfo=UTC), datetime(2026, 5, 2, 1, 2, 3, tzinfo=UTC)
    found = from_first_bucket(TimeRange(start, stop), Bucket(1, "month"), zone=BERLIN)
    assert found == TimeRange(datetime(2026, 2, 28, 23, tzinfo=UTC), stop)
    assert from_first_bucket(TimeRange(None, stop), Bucket(1, "hour"), zone=BERLIN) == TimeRange(None, stop)
