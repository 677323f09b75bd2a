"""Which of a range's buckets must be asked: what is not known, may still change, or was asked too long ago."""

from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from datasources.frame import Doubles
from datasources.runs.buckets import Buckets
from datasources.runs.flat import Truths
from datasources.timerange import TimeRange

MOST_RANGES = 3
SMALL_GAP = 20  # a gap of one in so many buckets is read again rather than asked around
SOON = 0.5  # of the time after which a bucket is verified: its neighbours that old are verified with it

Stretch = tuple[int, int]  # the places of its first and its last bucket


@dataclass(frozen=True, slots=True)
class Moment:
    """When is asked, and what is made of it: all in epoch seconds and seconds."""

    now: float
    settle_seconds: float
    verify_seconds: float


def due(buckets: Buckets, asked: Doubles, moment: Moment) -> list[TimeRange]:
    """The few ranges that must be asked. `asked`: when each bucket was last, -inf where it never was.

    A bucket is known where it had settled when it was asked, which was not too long ago, nor by a clock that was far ahead.
    One that the range cuts is not.
    """
    far_ahead = min(moment.settle_seconds, moment.verify_seconds)
    is_asked = (asked >= buckets.ends + moment.settle_seconds) & (asked <= moment.now + far_ahead)
    is_settled = is_asked & (buckets.ends <= buckets.stop)
    is_old = is_settled & (asked < moment.now - moment.verify_seconds)
    is_oldish = is_settled & (asked < moment.now - moment.verify_seconds * SOON)
    must = ~is_settled
    for first, last in _stretches(is_oldish):
        if is_old[first : last + 1].any():  # else each would be due at a minute of its own
            must[first : last + 1] = True
    return [buckets.range_of(first, last) for first, last in _merged(_stretches(must), len(buckets))]


def _stretches(chosen: Truths) -> list[Stretch]:
    """The runs of neighbours that are chosen."""
    edges = np.flatnonzero(np.diff(np.concatenate([[False], chosen, [False]]).astype(np.int8)))
    return [(int(first), int(after) - 1) for first, after in edges.reshape(-1, 2)]


def _merged(stretches: list[Stretch], count: int) -> list[Stretch]:
    """Neighbours become one, but for the few between which most lies, and that is much."""

    def gap(place: int) -> int:
        return stretches[place][0] - stretches[place - 1][1] - 1

    widest = sorted(range(1, len(stretches)), key=gap, reverse=True)[: MOST_RANGES - 1]
    cuts = sorted(place for place in widest if gap(place) * SMALL_GAP > count)
    edges = [0, *cuts, len(stretches)] if stretches else []
    return [(stretches[first][0], stretches[after - 1][1]) for first, after in pairwise(edges)]
