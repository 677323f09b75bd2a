"""Measure several things in turns, so that a busy machine disturbs all of them alike."""

import statistics
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass


@dataclass(frozen=True)
class Timing:
    """Milliseconds over all rounds."""

    samples: tuple[float, ...]

    @property
    def median(self) -> float:
        return statistics.median(self.samples)

    @property
    def p95(self) -> float:
        return sorted(self.samples)[int(len(self.samples) * 0.95)]

    @property
    def spread(self) -> tuple[float, float]:
        """The quartiles: half of all samples lie between them."""
        low, _, high = statistics.quantiles(self.samples, n=4, method="inclusive")
        return low, high

    @property
    def least(self) -> float:
        return min(self.samples)


def in_turns(
    works: Mapping[str, Callable[[], object]], *, rounds: int, warm_up: int = 3, by_the_second: bool = False
) -> dict[str, Timing]:
    """Run each once a round, in order, after some rounds that do not count; rounds may begin with a new second each."""
    samples: dict[str, list[float]] = {name: [] for name in works}
    for turn in range(-warm_up, rounds):
        if by_the_second:
            time.sleep(1 - time.time() % 1)
        for name, work in works.items():
            started = time.perf_counter()
            work()
            if turn >= 0:
                samples[name].append((time.perf_counter() - started) * 1_000)
    return {name: Timing(tuple(taken)) for name, taken in samples.items()}
