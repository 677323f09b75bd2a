"""Functions that make long values out of short ones: how long, and how often inside one another.

No setting of PostgreSQL bounds strings and arrays: `replace()` alone took 1.8 GB in 1.5 s. `translate()`, a computed
`format()` and wide rows of padding cannot be interrupted.
"""

import re

from datasources.guard.refusal import Refusal
from datasources.guard.tree import Fields, Node, names, only

MAX_LENGTH = 10_000
MAX_SHORT_LENGTH = 200
MAX_LITERAL = 1_000

PADDERS = frozenset({"repeat", "lpad", "rpad"})
COLLECTORS = frozenset(
    {"string_agg", "array_agg"}
    | {f"{kind}_{what}{how}" for kind in ("json", "jsonb") for what in ("agg", "object_agg") for how in ("", "_strict")}
    | {f"{kind}_object_agg_unique{how}" for kind in ("json", "jsonb") for how in ("", "_strict")}
)
_PADDED_TYPES = frozenset({"char", "bpchar", "bit"})
_WHOLE_NUMBERS = frozenset({"int2", "int4", "int8"})
_LONG_WIDTH = re.compile(r"%(\d+\$)?-?(\*|\d{5,})")


def called(call: Fields) -> str:
    """The bare name of the function a FuncCall calls."""
    return names(call["funcname"])[-1]


def check_call(node: Node) -> None:
    """Refuse a call whose answer the query's text does not bound."""
    name, args = called(node.fields), node.fields.get("args", [])
    if name in PADDERS and (len(args) < 2 or not _is_at_most(args[1], MAX_LENGTH)):
        raise _refuse(f"{name}() needs a written length of at most {MAX_LENGTH:,}, or least({MAX_LENGTH}, …)", node)
    if name == "translate" and not all(_is_short_text(arg) for arg in args[1:]):
        raise _refuse("translate() needs its characters written out", node)
    if name == "format" and (not args or not _is_short_text(args[0]) or _LONG_WIDTH.search(_text(args[0]) or "")):
        raise _refuse("format() needs its pattern written out, short and without long widths", node)


def check_type_length(node: Node) -> None:
    """Refuse char(n) and bit(n) that pad to more than MAX_LENGTH, and lengths that are not plain numbers."""
    for modifier in node.fields.get("typmods", []):
        kind, constant = only(modifier)
        if kind != "A_Const" or "ival" not in constant:
            raise _refuse("a type's length must be a number", node)
        if names(node.fields["names"])[-1] in _PADDED_TYPES and constant["ival"].get("ival", 0) > MAX_LENGTH:
            raise _refuse(f"char(n) and bit(n) may be {MAX_LENGTH:,} long", node)


def is_builder(call: Fields) -> bool:
    """Whether a call can answer much more than it is given, so that a few inside one another explode."""
    name, args = called(call), call.get("args", [])
    if name in {"lpad", "rpad"}:
        return is_long_padding(call)
    if name == "replace":
        old, new = (_text(arg) for arg in (*args[1:3], {}, {})[:2])
        return not old or new is None or len(new) > len(old)
    if name == "regexp_replace":
        new = _text(args[2]) if len(args) > 2 else None
        return new is None or len(new) > 1
    if name in {"array_to_string", "string_to_array"}:
        delimiter = _text(args[1]) if len(args) > 1 else None
        return delimiter is None or len(delimiter) > 2
    if name == "format":
        return not args or "$" in (_text(args[0]) or "$")
    return name in COLLECTORS or name in {"repeat", "overlay", "array_cat"}


def is_long_padding(call: Fields) -> bool:
    args = call.get("args", [])
    return called(call) in PADDERS and (len(args) < 2 or not _is_at_most(args[1], MAX_SHORT_LENGTH))


def _is_at_most(node: Fields, most: int) -> bool:
    """Whether an expression is a number no larger than `most`: written, or `least()` of one and anything."""
    kind, fields = only(node)
    if kind == "A_Const":
        return "ival" in fields and fields["ival"].get("ival", 0) <= most
    if kind == "MinMaxExpr":
        return fields.get("op") == "IS_LEAST" and any(_is_at_most(arg, most) for arg in fields["args"])
    if kind == "TypeCast":  # only to whole numbers: 1::bit(2)::bit(32)::int is 2^30
        return names(fields["typeName"]["names"])[-1] in _WHOLE_NUMBERS and _is_at_most(fields["arg"], most)
    return False


def _is_short_text(node: Fields) -> bool:
    kind, fields = only(node)
    return kind == "A_Const" and ("sval" not in fields or len(_text(node) or "") <= MAX_LITERAL)


def _text(node: Fields) -> str | None:
    """A written text; None for anything else."""
    kind, fields = only(node)
    return fields["sval"].get("sval", "") if kind == "A_Const" and "sval" in fields else None


def _refuse(why: str, node: Node) -> Refusal:
    return Refusal(f"This query may build too large a value: {why}.", at=node.at)
