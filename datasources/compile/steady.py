"""Whether SQL answers the same whenever it is asked, as long as the rows are the same. When in doubt it does not."""

import re
from collections.abc import Iterable
from typing import Any

from datasources.allowed import AGGREGATES, SCALARS
from datasources.guard.shapes import PLAIN
from datasources.guard.tree import Node, names

# What looks at the clock or throws dice. `age` with one argument counts from today.
_RESTLESS = frozenset(
    [
        *("now", "age", "clock_timestamp", "statement_timestamp", "timeofday", "transaction_timestamp"),
        *("random", "random_normal", "array_sample", "array_shuffle", "gen_random_uuid", "uuidv4", "uuidv7"),
    ]
)
_STEADY = (SCALARS | AGGREGATES) - _RESTLESS
_KINDS = PLAIN - {"SQLValueFunction"}
_CLOCK_WORD = re.compile(r"(?<![a-z])(now|today|tomorrow|yesterday)(?![a-z])", re.IGNORECASE)


def is_steady(nodes: Iterable[Node]) -> bool:
    """Whether expressions are plain, made of PostgreSQL's own functions, and know neither the hour nor chance."""
    return all(_is_steady(node) for node in nodes)


def names_the_hour(value: Any) -> bool:
    """Whether a value may mean another moment every day: PostgreSQL reads `today` as a time."""
    if isinstance(value, str):
        return _CLOCK_WORD.search(value) is not None
    return isinstance(value, list | tuple) and any(map(names_the_hour, value))


def _is_steady(node: Node) -> bool:
    fields = node.fields
    if node.kind not in _KINDS or "over" in fields:
        return False
    if node.kind == "FuncCall":
        *schema, name = names(fields["funcname"])
        return name in _STEADY and schema in ([], ["pg_catalog"])
    if node.kind == "A_Const":
        return not names_the_hour(fields.get("sval", {}).get("sval", ""))
    if node.kind == "A_Indirection":  # a field taken from a value may be a call: (at).age
        return all("A_Indices" in item for item in fields["indirection"])
    return True
