"""Buckets as wide as a variable says."""

from datetime import UTC, datetime

import pytest

from datasources.base import SqlSeriesQuery
from datasources.compile import with_intervals
from datasources.errors import ValueMissing
from datasources.runs.split import split
from datasources.tests.hostile import HOSTILE
from datasources.timerange import TimeRange

TEXT = "SELECT $__timeGroup(at, {}) AS time, count(*) FROM points WHERE $__timeFilter(at) GROUP BY 1"


@pytest.mark.parametrize("named", [":step", "$step", "${step}", "'$step'", "'${step}'"])
def test_a_width_is_written_out(named: str) -> None:
    assert with_intervals(TEXT.format(named), {"step": "5m"}) == TEXT.format("5m")
    assert with_intervals(TEXT.format(named), {"step": None}) == TEXT.format("1h")
    assert with_intervals(TEXT.format(named), {}) == TEXT.format(named)


def test_other_arguments_stay() -> None:
    text = "$__timeGroupAlias(date_trunc('day', at), $step, 0), $__unixEpochGroup(n,:step)"
    assert with_intervals(text, {"step": "1d"}) == "$__timeGroupAlias(date_trunc('day', at), 1d, 0), $__unixEpochGroup(n, 1d)"
    assert with_intervals("$__timeGroup(:step, '5m'), ':step'", {"step": "1d"}) == "$__timeGroup(:step, '5m'), ':step'"


@pytest.mark.parametrize("value", HOSTILE)
def test_nothing_but_an_interval_gets_in(value: str) -> None:
    with pytest.raises(ValueMissing, match="An interval is a number"):
        with_intervals(TEXT.format("$step"), {"step": value})


def test_its_closed_buckets_are_kept() -> None:
    week = TimeRange(datetime(2026, 3, 1, tzinfo=UTC), datetime(2026, 3, 8, tzinfo=UTC))
    found = split(SqlSeriesQuery(text=with_intervals(TEXT.format(":step"), {"step": "1h"}), time_range=week), "UTC")
    assert found is not None
    assert found.bucket.seconds == 3_600
