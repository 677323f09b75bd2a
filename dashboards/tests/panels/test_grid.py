"""Grids, gaps and thinning."""

import math

import numpy as np
from hypothesis import given
from hypothesis import strategies as some

from dashboards.panels.grid import broken, filled, find_grid, thinned, usual_distance
from dashboards.tests.panels.frames import plain, points


def test_buckets_stand_on_a_grid_with_holes() -> None:
    one = points([0, 60, 180])
    grid = find_grid([one], 60)
    assert grid is not None
    assert plain(grid.spread(one)) == [0.0, 1.0, None, 2.0]


def test_several_series_share_a_grid() -> None:
    grid = find_grid([points([60, 120]), points([0, 180])])
    assert grid is not None
    assert (grid.start, grid.step, grid.size) == (0, 60, 4)


def test_points_that_are_not_regular_have_no_grid() -> None:
    assert find_grid([points([0, 10, 25])]) is None
    assert find_grid([points([0])]) is None
    assert find_grid([points([0, 1, 1_000_000])]) is None


def test_points_of_several_series_beside_one_another_have_no_grid() -> None:
    assert find_grid([points([0, 10, 20]), points([3, 13, 23])]) is None


def test_two_points_at_one_moment_have_no_grid() -> None:
    assert find_grid([points([0, 0, 10])]) is None


def test_a_line_breaks_where_a_bucket_is_missing() -> None:
    assert plain(broken(points([0, 60, 180]), 60).values) == [0.0, 1.0, None, 2.0]


def test_a_line_of_raw_points_breaks_at_a_long_pause_only() -> None:
    times = [float(second) for second in range(0, 1_000, 10)]
    regular = points(times)
    assert broken(regular) is regular
    jittered = [time + (place % 3) for place, time in enumerate(times)]
    assert None not in plain(broken(points(jittered)).values)
    assert plain(broken(points([*times, 2_000, 2_010])).values).count(None) == 1


def test_holes_of_a_count_are_filled() -> None:
    counted = filled(points([0, 60, 600]), 60, 0.0)
    assert (counted.times.tolist(), counted.values.tolist()) == (
        [60.0 * place for place in range(11)],
        [0.0, 1.0, *[0.0] * 8, 2.0],
    )


def test_two_points_are_joined_however_far_apart() -> None:
    assert usual_distance(np.array([0, 1e6])) == math.inf
    assert None not in plain(broken(points([0, 1e6])).values)


def test_few_points_are_left_as_they_are() -> None:
    few = points([0, 1, 2])
    assert thinned(few, 10) is few


@given(some.lists(some.floats(-1e9, 1e9) | some.none(), min_size=300, max_size=3_000))
def test_thinning_keeps_the_extremes_the_order_and_the_bound(values: list[float | None]) -> None:
    kept = thinned(points([float(place) for place in range(len(values))], values), 100)
    assert len(kept.times) <= 160
    assert (np.diff(kept.times) > 0).all()
    known, shown = [value for value in values if value is not None], kept.known()
    assert (shown.min(), shown.max()) == (min(known), max(known)) if known else not len(shown)
    assert (None in plain(kept.values)) == (None in values)
