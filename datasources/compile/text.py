"""SQL as an editor writes it: variables and `$__macros` become parameters and plain SQL; strings and comments stay.

A variable is `:name`, or `$name` and `${name}` as Grafana writes it. Its value is bound and never written: one value as a
text whose type PostgreSQL finds out, a list as an array. `IN (:name)` of a list becomes `= ANY (:name)`, which is the same.
"""

import re
from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any

from datasources.compile.buckets import ORIGIN_DAY, bucket_sql, interval_of
from datasources.compile.parameters import Parameters
from datasources.errors import QueryRefused, ValueMissing
from datasources.timerange import TimeRange
from datasources.variables import AS_VALUE, MENTION, formatted

Macro = Callable[[list[str]], str]
Variable = Callable[[str, str], str]
_LISTED = MENTION.replace("P<", "P<listed_")
_TOKEN = re.compile(
    r"""
      (?P<kept>  [eE]'(?:[^'\\]|\\.|'')*' | '(?:[^']|'')*' | "(?:[^"]|"")*" | --[^\n]* | ::
               | \$(?P<tag>(?:[A-Za-z_]\w*)?)\$.*?\$(?P=tag)\$ )
    | (?P<comment> /\* )
    | \$__(?P<macro> \w+ )
    | (?P<number> \$\d+ )
    """
    rf"""
    | (?<![\w$.]) (?P<among> (?i:(?:NOT\s+)?IN) ) \s*\(\s* (?: : (?P<listed>[A-Za-z_]\w*) | {_LISTED} ) \s*\)
    | (?<![\w:.\]]) : (?P<variable> [A-Za-z_]\w* )
    | (?<![\w$]) {MENTION}
    """,
    re.VERBOSE | re.DOTALL,
)
PASTED = frozenset({"raw", "doublequote"})  # what would become part of the statement
_NAMED = re.compile(r"(?:(?<![\w:.\]]):|(?<![\w$])\$\{?)([A-Za-z_]\w*)")


def expand(
    text: str,
    *,
    parameters: Parameters,
    time_range: TimeRange,
    zone: str,
    variables: Mapping[str, Any],
    time_bucket: bool = False,
) -> str:
    """Bind variables and write out macros, buckets with TimescaleDB's function where it is there.

    Raises QueryRefused for an unknown macro or a variable without a value.
    """
    macros = {
        "timeFilter": lambda arguments: time_filter(_one(arguments, "timeFilter"), time_range, parameters),
        "timeGroup": lambda arguments: _time_group(arguments, zone, time_bucket=time_bucket),
        "timeFrom": lambda arguments: _moment(time_range.start, parameters),
        "timeTo": lambda arguments: _moment(time_range.stop, parameters),
    }
    return rewrite(
        text,
        macros=macros,
        variable=lambda name, format: _variable(name, format, variables, parameters),
        is_list=lambda name: isinstance(variables.get(name), list | tuple),
    )


def rewrite(
    text: str, *, macros: Mapping[str, Macro], variable: Variable, is_list: Callable[[str], bool] = lambda name: False
) -> str:
    """The text with something else for each macro, which is given its arguments, and each variable, given name and format."""
    written: list[str] = []
    position = 0
    while (match := _TOKEN.search(text, position)) is not None:
        written.append(text[position : match.start()])
        position = match.end()
        if match["comment"]:
            position = _end_of_comment(text, match.start())
            written.append(text[match.start() : position])
        elif match["macro"]:
            piece, position = _macro(text, match["macro"], position, macros)
            written.append(piece)
        elif match["number"]:
            raise QueryRefused("Write variables as :name.", detail=f"{match['number']} stands in the query.")
        elif match["among"]:
            written.append(_among(match, variable, is_list))
        elif name := match["variable"] or match["braced"] or match["plain"]:
            written.append(variable(name, match["format"] or ""))
        else:
            written.append(match.group())
    return "".join([*written, text[position:]])


def variables_in(text: str) -> set[str]:
    """The names of the variables that may occur: all that stand after a colon or a dollar, be it in a string or a comment.

    One too many costs a query; for one too few an asker would get the answer to another's value.
    """
    return set(_NAMED.findall(text))


def time_filter(column: str, time_range: TimeRange, parameters: Parameters) -> str:
    """`column` within the range, `from` included and `to` not; an open end does not filter."""
    ends = [(">=", time_range.start), ("<", time_range.stop)]
    parts = [f"{column} {sign} {parameters.add(moment)}" for sign, moment in ends if moment is not None]
    return f"({' AND '.join(parts)})" if parts else "TRUE"


def _macro(text: str, name: str, after: int, macros: Mapping[str, Macro]) -> tuple[str, int]:
    if name not in macros:
        known = ", ".join(f"$__{macro}" for macro in macros)
        raise QueryRefused("The query uses a macro PanelDash does not know.", detail=f"$__{name} is not one of {known}.")
    arguments, position = _arguments(text, after)
    return macros[name](arguments), position


def _arguments(text: str, start: int) -> tuple[list[str], int]:
    """What stands in the brackets after a macro, split at its own commas, and where it ends."""
    opening = re.compile(r"\s*\(").match(text, start)
    if opening is None:
        raise QueryRefused("A macro needs brackets: $__timeFilter(column).")
    depth, pieces, piece_from, position = 1, [], opening.end(), opening.end()
    while position < len(text):
        sign = text[position]
        if sign in "'\"":
            position = _end_of_quote(text, position)
            continue
        depth += (sign in "([") - (sign in ")]")
        if depth == 0 or (depth == 1 and sign == ","):
            pieces.append(text[piece_from:position].strip())
            piece_from = position + 1
        position += 1
        if depth == 0:
            return pieces, position
    raise QueryRefused("The brackets of a macro are not closed.")


def _end_of_quote(text: str, start: int) -> int:
    end = text.find(text[start], start + 1)
    return len(text) if end < 0 else end + 1


def _end_of_comment(text: str, start: int) -> int:
    """PostgreSQL's comments nest."""
    depth = 0
    for match in re.compile(r"/\*|\*/").finditer(text, start):
        depth += 1 if match.group() == "/*" else -1
        if depth == 0:
            return match.end()
    return len(text)


def _one(arguments: list[str], macro: str) -> str:
    if len(arguments) != 1 or not arguments[0]:
        raise QueryRefused(f"$__{macro} takes one column.")
    return arguments[0]


def _time_group(arguments: list[str], zone: str, *, time_bucket: bool) -> str:
    if len(arguments) < 2 or not arguments[0]:
        raise QueryRefused("$__timeGroup takes a column and an interval: $__timeGroup(created_at, '5m').")
    bucket = interval_of(arguments[1].strip("'\" "))
    return bucket_sql(arguments[0], bucket, zone=zone, origin=ORIGIN_DAY, time_bucket=time_bucket)


def _moment(moment: datetime | None, parameters: Parameters) -> str:
    if moment is None:
        raise QueryRefused("This query needs a time range with both ends.")
    return parameters.add(moment)


def _among(match: re.Match[str], variable: Variable, is_list: Callable[[str], bool]) -> str:
    """`IN (:name)`: a list is bound as one array, so that the statement is the same for any number of values."""
    name = match["listed"] or match["listed_braced"] or match["listed_plain"]
    format = match["listed_format"] or ""
    place = variable(name, format)
    if not is_list(name) or format not in AS_VALUE:
        return f"{match['among']} ({place})"
    return f"<> ALL ({place})" if match["among"][:3].upper() == "NOT" else f"= ANY ({place})"


def _variable(name: str, format: str, variables: Mapping[str, Any], parameters: Parameters) -> str:
    if name not in variables:
        raise ValueMissing(f"This panel needs a value for “{name}”.", detail=f":{name} has no value.")
    value = variables[name]
    if format in AS_VALUE:
        return parameters.add(list(value) if isinstance(value, tuple) else value, name=name)
    if format in PASTED or (text := formatted(value, format, name=name)) is None:
        raise QueryRefused(f"“{format[:40]}” is not a format for variables in SQL.", detail=f"Write :{name}: it is bound.")
    return parameters.add(text, name=f"{name}:{format}")
