"""The files in which worker processes count for /metrics: one set a place among the workers, not one a process.

A worker is replaced now and then, and what it counted must stay. Its successor in the place goes on with its files, so that
there are no more of them, and /metrics takes no longer, after a month.
"""

import os
from collections.abc import Iterable
from itertools import count

from prometheus_client import values

_place = "master"


def count_by_slot() -> None:
    """Before any figure is made."""
    if os.environ.get("PROMETHEUS_MULTIPROC_DIR"):
        values.ValueClass = values.MultiProcessValue(process_identifier=lambda: _place)


def free_slot(taken: Iterable[int]) -> int:
    """The lowest that no living worker has."""
    others = set(taken)
    return next(slot for slot in count() if slot not in others)


def take(slot: int) -> None:
    """In the worker, once it is a process of its own."""
    global _place
    _place = name_of(slot)


def name_of(slot: int) -> str:
    return f"w{slot}"
