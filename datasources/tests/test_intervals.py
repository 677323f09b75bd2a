"""The intervals of a range: Grafana's, case by case."""

import json
from pathlib import Path
from typing import Any

import pytest

from datasources.intervals import interval_ms, points_of_width, prom_intervals, rounded_ms, seconds, written, written_whole

GOLDEN = json.loads((Path(__file__).parent / "corpus" / "intervals.json").read_text())
CASES = [dict(zip(GOLDEN["columns"], case, strict=True)) for case in GOLDEN["cases"]]


def test_there_are_48_cases() -> None:
    assert len(CASES) == 48


@pytest.mark.parametrize("case", CASES, ids=lambda case: f"{case['range']}-{case['max_points']}")
def test_each_interval_is_grafanas(case: dict[str, Any]) -> None:
    range_ms, points = case["range_ms"], case["max_points"]
    of_sql, of_prom = interval_ms(range_ms, points), prom_intervals(range_ms, points)
    found = {
        "rounded_ms": rounded_ms(range_ms / points),
        "sql_interval": written(of_sql),
        "sql_interval_ms": of_sql,
        "interval": of_prom.interval,
        "step_ms": of_prom.step_ms,
        "rate_interval": of_prom.rate_interval,
        "rate_interval_ms": of_prom.rate_interval_ms,
        "range": of_prom.range,
    }
    assert found == {name: case[name] for name in found}


@pytest.mark.parametrize(
    ("interval", "rounded"),
    [(0, 1), (9.9, 1), (10, 10), (1_499, 1_000), (1_500, 2_000), (604_799_999, 86_400_000), (3_628_800_000, 31_536_000_000)],
)
def test_an_interval_is_rounded_to_one_people_count_in(interval: float, rounded: int) -> None:
    assert rounded_ms(interval) == rounded


@pytest.mark.parametrize(("ms", "text"), [(200, "200ms"), (90_000, "1m"), (129_600_000, "1d"), (31_536_000_000, "1y")])
def test_an_interval_is_written_in_one_unit(ms: int, text: str) -> None:
    assert written(ms) == text


@pytest.mark.parametrize(("ms", "text"), [(500, "500ms"), (1_500, "1.5s"), (15_000, "15s"), (3_600_000, "1h0m0s")])
def test_a_rate_interval_is_written_whole(ms: int, text: str) -> None:
    assert written_whole(ms) == text


def test_a_panels_own_least_step_is_kept_and_is_what_rates_are_of() -> None:
    found = prom_intervals(300_000, 1_000, min_step_ms=120_000)
    assert (found.step_ms, found.rate_interval) == (120_000, "8m0s")


def test_no_step_asks_for_more_points_than_prometheus_answers() -> None:
    found = prom_intervals(365 * 86_400_000, 1_000_000, scrape_ms=1_000)
    assert found.step_ms == 3_600_000


def test_panels_of_like_widths_ask_for_as_many_points() -> None:
    assert [points_of_width(columns) for columns in range(1, 13)] == [300] * 3 + [600] * 3 + [1_000] * 3 + [1_500] * 3


def test_seconds_are_rounded() -> None:
    assert [seconds(ms) for ms in (1_499, 1_500)] == [1, 2]
