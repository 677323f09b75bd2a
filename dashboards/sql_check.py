"""Hold SQL against the guard without running it: JSON lines `{"id", "sql"}` in, `{"id", "accepted", "reason"}` out."""

import json
from collections.abc import Iterable, Iterator
from typing import Any

from datasources.errors import QueryRefused
from datasources.guard import Policy, check


class BadLine(ValueError):
    """A line is not what it should be; the message says which one and what it should be."""


def check_lines(lines: Iterable[bytes], policy: Policy) -> Iterator[str]:
    """One line of answer for each line that is not blank. Raises BadLine at the first that cannot be read."""
    for number, line in enumerate(lines, start=1):
        if line.strip():
            yield json.dumps(_answer(_read(line, number), policy))


def _read(line: bytes, number: int) -> dict[str, Any]:
    try:
        entry = json.loads(line)
    except (ValueError, RecursionError) as error:
        raise BadLine(f"Line {number} is not JSON: {error}") from error
    if not isinstance(entry, dict) or "id" not in entry or not isinstance(entry.get("sql"), str):
        raise BadLine(f'Line {number} must be an object with "id" and "sql", the SQL as a string.')
    return entry


def _answer(entry: dict[str, Any], policy: Policy) -> dict[str, Any]:
    try:
        check(entry["sql"], policy)
    except QueryRefused as refusal:
        reason = f"{refusal.sentence} ({refusal.detail})" if refusal.detail else refusal.sentence
        return {"id": entry["id"], "accepted": False, "reason": reason}
    return {"id": entry["id"], "accepted": True, "reason": None}
