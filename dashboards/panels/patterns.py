"""Regular expressions that editors write: matched by RE2, whose time grows with the text alone, whatever the pattern.

One match still takes up to 160 ms, of the longest text by the dearest pattern; so all of one drawing have a budget.
"""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from functools import lru_cache
from typing import Annotated, Any

import re2
from pydantic import AfterValidator, Field

LONGEST_PATTERN = 200
LONGEST_TEXT = 2_000  # of a longer one only its beginning is looked at
MOST_SECONDS = 1.0  # of a processor: what all patterns of one drawing may take
_MOST_BYTES = 1 << 20  # a pattern that compiles to more is refused


class PatternsTooDear(ValueError):
    """The patterns of one drawing have had their time. The message is a sentence for editors and viewers alike."""

    def __init__(self) -> None:
        super().__init__(
            f"The regular expressions take too long on this data: all together may take {MOST_SECONDS:g} s of a processor. "
            "Write them shorter, or let the query give fewer or shorter texts."
        )


class _Budget:
    """What is left, in seconds of the processor, of the thread that spends it."""

    def __init__(self) -> None:
        self.left = MOST_SECONDS

    def spend(self, seconds: float) -> None:
        """Raises PatternsTooDear."""
        self.left -= seconds
        if self.left < 0:
            raise PatternsTooDear


_budget: ContextVar[_Budget | None] = ContextVar("patterns", default=None)


@contextmanager
def bounded_patterns() -> Iterator[None]:
    """What is found in here has one budget; where it is spent, `found` raises PatternsTooDear."""
    token = _budget.set(_Budget())
    try:
        yield
    finally:
        _budget.reset(token)


def read_pattern(text: str) -> str:
    """A pattern as it may stand in a document. Raises ValueError: RE2 has no look-around and no back-references."""
    compiled(text)
    return text


@lru_cache(maxsize=1_024)
def compiled(pattern: str) -> Any:
    """Raises ValueError."""
    options = re2.Options()
    options.max_mem, options.log_errors = _MOST_BYTES, False
    try:
        return re2.compile(pattern, options)
    except re2.error as error:
        reason = error.args[0].decode(errors="replace") if isinstance(error.args[0], bytes) else str(error)
        raise ValueError(f"is not a regular expression that can be used here: {reason}") from error


def found(pattern: str, text: str) -> Any | None:
    """The first place in a text that fits, as a match; None where none does. Raises PatternsTooDear."""
    if (budget := _budget.get()) is None:
        return _searched(pattern, text)
    begun = time.thread_time()
    match = _searched(pattern, text)
    budget.spend(time.thread_time() - begun)
    return match


def _searched(pattern: str, text: str) -> Any | None:
    return compiled(pattern).search(text[:LONGEST_TEXT].encode("utf-8", "replace").decode())


Pattern = Annotated[str, Field(min_length=1, max_length=LONGEST_PATTERN), AfterValidator(read_pattern)]
