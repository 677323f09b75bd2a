"""Regular expressions that editors write: matched by RE2, whose time grows with the text alone, whatever the pattern."""

from functools import lru_cache
from typing import Annotated, Any

import re2
from pydantic import AfterValidator, Field

LONGEST_PATTERN = 200
LONGEST_TEXT = 2_000  # of a longer one only its beginning is looked at
_MOST_BYTES = 1 << 20  # a pattern that compiles to more is refused


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
    """The first place in a text that fits, as a match; None where none does."""
    return compiled(pattern).search(text[:LONGEST_TEXT].encode("utf-8", "replace").decode())


Pattern = Annotated[str, Field(min_length=1, max_length=LONGEST_PATTERN), AfterValidator(read_pattern)]
