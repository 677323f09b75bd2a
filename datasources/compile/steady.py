"""Whether SQL answers the same whenever it is asked, as long as the rows are the same. When in doubt it does not."""

import re
from collections.abc import Iterable, Sequence
from typing import Any

from datasources.allowed import AGGREGATES, SCALARS, TYPES
from datasources.guard.shapes import PLAIN
from datasources.guard.tree import Fields, Node, names, only

# What looks at the clock or throws dice. `age` with one argument counts from today.
_RESTLESS = frozenset(
    [
        *("now", "age", "clock_timestamp", "statement_timestamp", "timeofday", "transaction_timestamp"),
        *("random", "random_normal", "array_sample", "array_shuffle", "gen_random_uuid", "uuidv4", "uuidv7"),
    ]
)
# What reads the fields of a row out of JSON, a date among them, or moves an hour of no day to a zone, as it would be today.
_READS_JSON = frozenset(f"json{b}_{what}" for b in ("", "b") for what in ("populate_record", "to_record")) | frozenset(
    f"jsonb_path_{what}_tz" for what in ("exists", "match", "query_array", "query_first")
)
STEADY = (SCALARS | AGGREGATES) - _RESTLESS - _READS_JSON
_KINDS = PLAIN - {"SQLValueFunction"}
_CLOCK_WORD = re.compile(r"(?<![a-z])(now|today|tomorrow|yesterday)(?![a-z])", re.IGNORECASE)

# Types that read `today` out of a text. What is made of a text in parts may say it where no part does.
_RANGES = frozenset(f"{kind}{end}" for kind in ("date", "ts", "tstz") for end in ("range", "multirange"))
_READS_CLOCK = frozenset({"date", "time", "timetz", "timestamp", "timestamptz"}) | _RANGES
_READS_NONE = TYPES - _READS_CLOCK
_MOMENTS = frozenset({"date", "timestamp", "timestamptz"})
_GIVE_MOMENTS = frozenset(
    [
        *("date_trunc", "date_bin", "date_add", "date_subtract", "to_timestamp", "to_date", "timezone"),
        *("make_date", "make_timestamp", "make_timestamptz"),
    ]
)
_PLACES = frozenset({"location", "rexpr_list_start", "rexpr_list_end"})
_BUILT_IN: tuple[Sequence[str], ...] = ((), ("pg_catalog",))


def is_steady(nodes: Iterable[Node], *, moment: Any = None) -> bool:
    """Whether expressions are plain, made of PostgreSQL's own functions, and know neither the hour nor chance.

    `moment` is one of them, as `bare` has it, that is known to be a date or a timestamp: it is compared with one.
    """
    return all(_is_steady(node, moment) for node in nodes)


def names_the_hour(value: Any) -> bool:
    """Whether a value may mean another moment every day: PostgreSQL reads `today` as a time."""
    if isinstance(value, str):
        return _CLOCK_WORD.search(value) is not None
    return isinstance(value, list | tuple) and any(map(names_the_hour, value))


def bare(tree: Any) -> Any:
    """A tree without the places in the text."""
    if isinstance(tree, list):
        return [bare(item) for item in tree]
    if isinstance(tree, dict):
        return {name: bare(value) for name, value in tree.items() if name not in _PLACES}
    return tree


def _is_steady(node: Node, moment: Any) -> bool:
    fields = node.fields
    if node.kind not in _KINDS or "over" in fields:
        return False
    if node.kind == "FuncCall":
        return _is_steady_call(fields, moment)
    if node.kind == "TypeCast":
        return _is_steady_cast(names(fields["typeName"]["names"]), fields["arg"], moment)
    if node.kind == "A_Const":
        return not names_the_hour(fields.get("sval", {}).get("sval", ""))
    if node.kind == "A_Indirection":  # a field taken from a value may be a call: (at).age
        return all("A_Indices" in item for item in fields["indirection"])
    return True


def _is_steady_call(fields: Fields, moment: Any) -> bool:
    *schema, name = names(fields["funcname"])
    arguments = fields.get("args", [])
    if name not in STEADY or tuple(schema) not in _BUILT_IN:
        return False
    if name == "timezone":  # a time without a date is moved as it would be today
        return bare({"FuncCall": fields}) == moment or any(_is_moment(argument, moment) for argument in arguments[-1:])
    if name in _READS_CLOCK and len(arguments) == 1:  # a cast that is written as a call
        return _is_steady_cast((name,), arguments[0], moment)
    return True


def _is_steady_cast(kind: Sequence[str], value: Fields, moment: Any) -> bool:
    """What stands there as it is, is looked at where it stands; so are the values of variables."""
    *schema, name = kind
    if name == "timetz":  # without an offset it takes today's
        return False
    reads_none = name in _READS_NONE and tuple(schema) in _BUILT_IN
    return reads_none or only(value)[0] in {"A_Const", "ParamRef"} or _is_moment(value, moment)


def _is_moment(expression: Fields, moment: Any) -> bool:
    """Whether it is a date or a timestamp whatever the columns hold, so that nothing is read out of a text."""
    if bare(expression) == moment:
        return True
    kind, fields = only(expression)
    if kind == "TypeCast":
        return names(fields["typeName"]["names"])[-1] in _MOMENTS and "arrayBounds" not in fields["typeName"]
    return kind == "FuncCall" and names(fields["funcname"])[-1] in _GIVE_MOMENTS
