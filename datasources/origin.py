"""Where in the SQL that somebody wrote a place in the statement made of it is, so that a mistake is shown where it was made."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from datasources.errors import SourceError

_PLACE = re.compile(r"line \d+, column \d+")


@dataclass(frozen=True, slots=True)
class Rewritten:
    """A text with its macros and variables replaced, and the `original` it was.

    `pieces` are how long each piece is here and there. `before` so many characters of the statement stand before the text.
    """

    text: str
    original: str
    pieces: tuple[tuple[int, int], ...]
    before: int = 0

    def origin(self, at: int) -> int:
        """Where in the original a place in the statement is: of what was replaced, where that starts."""
        at -= self.before
        here = there = 0
        for length, was in self.pieces:
            if at < here + length:
                return there + (max(at - here, 0) if length == was else 0)
            here, there = here + length, there + was
        return there

    def locate(self, error: SourceError) -> None:
        """Make an error whose place is one in the statement say where that is in the original."""
        if error.at is None:
            return
        error.at = self.origin(error.at)
        error.detail = _PLACE.sub(position(self.original, error.at), error.detail, count=1)


@contextmanager
def placing_errors(written: Rewritten | None) -> Iterator[None]:
    """What goes wrong inside says where in the original it is."""
    try:
        yield
    except SourceError as error:
        if written is not None:
            written.locate(error)
        raise


def position(text: str, at: int) -> str:
    """`line 2, column 7`, both from 1, for an offset in characters."""
    line, column = line_and_column(text, at)
    return f"line {line}, column {column}"


def line_and_column(text: str, at: int) -> tuple[int, int]:
    ahead = text[:at]
    return ahead.count("\n") + 1, len(ahead) - ahead.rfind("\n")
