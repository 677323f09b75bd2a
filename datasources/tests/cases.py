"""The statements the guard is tested with, and the policy of the database they were written for.

`corpus/sql_*.jsonl` is the corpus whose effects were measured on live servers; lines are only ever added to it.
`corpus/more_*.sql` holds statements of our own: a line `-- what it is`, the statement, an empty line.
"""

import json
from pathlib import Path

import pytest

from datasources.errors import QueryRefused
from datasources.guard import Policy, check

CORPUS = Path(__file__).parent / "corpus"
POLICY = Policy(
    relations=frozenset(("sales", name) for name in ("customers", "orders", "canary", "Odd Table", "v_orders")),
    search_path=("sales", "public"),
    functions=frozenset({"similarity", "levenshtein"}),
    attribute_functions=frozenset({"leak_row", "nap"}),
)


def measured(file: str, *expected: str) -> list:
    """The statements of a JSON lines file that are expected to fare so, as pytest parameters named by their ids."""
    entries = map(json.loads, (CORPUS / file).read_text().splitlines())
    return [pytest.param(entry["sql"], id=entry["id"]) for entry in entries if entry["expected"] in expected]


def written(file: str) -> list:
    """The statements of one of our own files, as pytest parameters named by their first lines."""
    blocks = (CORPUS / file).read_text().strip().split("\n\n")
    titled = (block.split("\n", 1) for block in blocks)
    return [pytest.param(sql, id=title.removeprefix("-- ")) for title, sql in titled]


def refusal(sql: str, policy: Policy = POLICY, **options: bool) -> QueryRefused | None:
    """Why the guard refuses a statement; None where it does not."""
    try:
        check(sql, policy, **options)
    except QueryRefused as refused:
        return refused
    return None
