"""Many series as a few long arrays, so that joining 20 or 2,000 of them costs the same few steps."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from datasources.frame import Doubles, Series

Truths = NDArray[np.bool_]
Whole = NDArray[np.int64]


@dataclass(frozen=True, slots=True, eq=False)
class FlatSeries:
    """`labels` ascend and differ; `counts` are the points of each. `times` and `values` are theirs, series after series.

    `of`: what some labels were made of, as of a Series; it may have more than these.
    """

    labels: tuple[str, ...]
    counts: Whole
    times: Doubles
    values: Doubles
    of: Mapping[str, Mapping[str, str]] = field(default_factory=dict)

    def __len__(self) -> int:
        return len(self.times)

    def only(self, chosen: Truths) -> "FlatSeries":
        """The points chosen; a series without any is left out."""
        counts = np.zeros(len(self.labels), dtype=np.int64)
        if len(chosen):
            ends = np.cumsum(self.counts)
            before = np.concatenate([[0], np.cumsum(chosen)])
            counts = before[ends] - before[ends - self.counts]
        labels = tuple(label for label, count in zip(self.labels, counts.tolist(), strict=True) if count)
        return FlatSeries(labels, counts[counts > 0], self.times[chosen], self.values[chosen], self.of)

    def series(self) -> tuple[Series, ...]:
        ends = np.cumsum(self.counts)
        places = zip(self.labels, (ends - self.counts).tolist(), ends.tolist(), strict=True)
        return tuple(
            Series(label, self.times[start:end], self.values[start:end], labels=self.of.get(label, {}))
            for label, start, end in places
        )


NOTHING = FlatSeries((), np.empty(0, dtype=np.int64), np.empty(0), np.empty(0))


def flattened(series: Sequence[Series]) -> FlatSeries:
    """The series of one frame, which stand in the order of their labels."""
    if not series:
        return NOTHING
    return FlatSeries(
        tuple(one.label for one in series),
        np.array([len(one.times) for one in series], dtype=np.int64),
        np.concatenate([one.times for one in series]),
        np.concatenate([one.values for one in series]),
        {one.label: one.labels for one in series if one.labels},
    )


def joined(parts: Sequence[FlatSeries]) -> FlatSeries:
    """All points by label and time. Those of one label and time stay in the order they came in."""
    filled = [part for part in parts if len(part)]
    if len(filled) < 2:
        return filled[0] if filled else NOTHING
    labels = tuple(sorted({label for part in filled for label in part.labels}))
    places = {label: place for place, label in enumerate(labels)}
    owners = np.concatenate([np.repeat([places[label] for label in part.labels], part.counts) for part in filled])
    times = np.concatenate([part.times for part in filled])
    order = np.lexsort((times, owners))
    values = np.concatenate([part.values for part in filled])
    of = {label: labels_of for part in filled for label, labels_of in part.of.items()}
    return FlatSeries(labels, np.bincount(owners, minlength=len(labels)), times[order], values[order], of)
