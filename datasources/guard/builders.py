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
    written = dict(enumerate(map(_text, args)))
    if name == "replace":
        old, new = written.get(1), written.get(2)
        return not old or new is None or len(new) > len(old)
    if name == "regexp_replace":
        return _is_longer(written.get(2), 1)
    if name in {"array_to_string", "string_to_array"}:
        return _is_longer(written.get(1), 2)
    if name == "format":
        return "$" in (written.get(0) or "$")
    return name in COLLECTORS or name in {"repeat", "overlay", "array_cat"}


def is_long_padding(call: Fields) -> bool:
    args = call.get("args", [])
    return called(call) in PADDERS and (len(args) < 2 or not _is_at_most(args[1], MAX_SHORT_LENGTH))


def _is_at_most(node: Fields, most: int) -> bool:
    """Whether an expression is a number no larger than `most`: written, or `least()` of one and anything."""
    pending = [node]
    while pending:
        kind, fields = only(pending.pop())
        if kind == "A_Const" and "ival" in fields and fields["ival"].get("ival", 0) <= most:
            return True
        if kind == "MinMaxExpr" and fields["op"] == "IS_LEAST":
            pending.extend(fields["args"])
        elif kind == "TypeCast" and names(fields["typeName"]["names"])[-1] in _WHOLE_NUMBERS:
            pending.append(fields["arg"])  # no other types: 1::bit(2)::bit(32)::int is 2^30
    return False


def _is_longer(text: str | None, most: int) -> bool:
    return text is None or len(text) > most


def _is_short_text(node: Fields) -> bool:
    kind, fields = only(node)
    return kind == "A_Const" and ("sval" not in fields or len(_text(node) or "") <= MAX_LITERAL)


def _text(node: Fields) -> str | None:
    """A written text; None for anything else."""
    kind, fields = only(node)
    return fields["sval"].get("sval", "") if kind == "A_Const" and "sval" in fields else None


def _refuse(why: str, node: Node) -> Refusal:
    return Refusal(f"This query may build too large a value: {why}.", at=node.at)
