"""Which SQL of an editor's is a plain aggregate by time: each row it answers is made of one bucket's rows and no others.

The test is on the syntax tree of PostgreSQL's parser, with a call in the place of each macro. When in doubt it is none.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache, partial
from typing import Any

from datasources.compile.macros import interval_word, read_group
from datasources.compile.steady import bare, is_steady
from datasources.compile.text import Macro, Replacing, rewrite
from datasources.errors import QueryRefused
from datasources.guard.parser import single_select
from datasources.guard.refusal import Refusal
from datasources.guard.tree import Fields, flatten, names, only
from datasources.series import TIME_NAMES
from datasources.timerange import Bucket

_GROUP, _FILTER = "$__timeGroup", "$__timeFilter"
_FRAME = frozenset({"targetList", "fromClause", "whereClause", "limitOption", "op"})
_CLAUSES = _FRAME | {"groupClause", "havingClause", "sortClause"}
_OUTSIDE = frozenset({"SelectStmt", "ResTarget", "RangeVar", "Alias"})
_PLAIN_CALL = "COERCE_EXPLICIT_CALL"


@dataclass(frozen=True, slots=True)
class Grouping:
    """The bucket SQL groups by, and the variables that occur in it."""

    bucket: Bucket
    variables: frozenset[str]


@lru_cache(maxsize=1_024)
def grouping_of(text: str, interval_ms: int | None = None) -> Grouping | None:
    """The grouping of SQL that selects and groups by one `$__timeGroup(column, interval)` of one table's rows within
    `$__timeFilter(column)`; None for all else. A text seen before is answered from memory: 1 µs instead of 200.

    `interval_ms` is what `$__interval` means in it.
    """
    buckets: set[Bucket] = set()
    variables: set[str] = set()

    def group(arguments: list[str]) -> str:
        found = read_group(arguments)
        buckets.add(found.bucket)
        return f'"{_GROUP}"({found.column})'

    def named(arguments: list[str]) -> str:
        return f'{group(arguments)} AS "time"'

    def within(arguments: list[str]) -> str:
        (column,) = arguments
        return f'"{_FILTER}"({column})'

    macros = {"timeGroup": group, "timeGroupAlias": named, "timeFilter": within}
    select = _parsed(text, macros, variables, interval_ms)
    if select is None or len(buckets) != 1 or not _groups_by_time(select):
        return None
    return Grouping(buckets.pop(), frozenset(variables))


@lru_cache(maxsize=1_024)
def variables_of_condition(where: str, timestamp: str = "") -> frozenset[str] | None:
    """The variables in a `where` of one row's own columns that says the same whenever it is asked; None for all else.

    `timestamp` is the column that is known to hold moments.
    """
    variables: set[str] = set()
    select = _parsed(f"SELECT 1 FROM t WHERE (\n{where.strip() or 'TRUE'}\n)", {}, variables)
    if select is None or not set(select) <= _FRAME or not _is_plain(select, _column(timestamp)):
        return None
    return frozenset(variables)


def _parsed(text: str, macros: Mapping[str, Macro], variables: set[str], interval_ms: int | None = None) -> Fields | None:
    """The one SELECT of a text; None where there is none, or a macro that is not one of `macros`."""

    def variable(name: str, format: str) -> str:
        variables.add(name)
        return "$1"

    replacing = Replacing(macros, variable, partial(interval_word, interval_ms=interval_ms))
    try:
        _, select = single_select(rewrite(text, replacing).text)
        flatten("SelectStmt", select)
    except (QueryRefused, Refusal, ValueError):  # the last: a macro with too many arguments
        return None
    return select


def _groups_by_time(select: Fields) -> bool:
    if not set(select) <= _CLAUSES or select["op"] != "SETOP_NONE":
        return False
    column = _column_filtered(select)
    if column is None or not _is_plain(select, column[0]):
        return False
    place = _place_of_time(select["targetList"])
    if place is None:
        return False
    times = [node.fields for node in flatten("SelectStmt", select) if _is_call(node.kind, node.fields, _GROUP)]
    is_grouped = any(_means(item, place, select["targetList"]) for item in select.get("groupClause", []))
    return is_grouped and all(bare(call["args"]) == column for call in times)


def _is_plain(select: Fields, moment: Any) -> bool:
    """One SELECT of one table, whose expressions are steady."""
    nodes = flatten("SelectStmt", select)
    selects = sum(node.kind == "SelectStmt" for node in nodes)
    tables = sum(node.kind == "RangeVar" for node in nodes)
    inside = [node for node in nodes if node.kind not in _OUTSIDE and not _is_marker(node.kind, node.fields)]
    return selects == tables == 1 and is_steady(inside, moment=moment)


def _column_filtered(select: Fields) -> Any:
    """What the one `$__timeFilter` of the statement is on, where nothing can get round it: not in OR, not in NOT."""
    everywhere = [node for node in flatten("SelectStmt", select) if _is_call(node.kind, node.fields, _FILTER)]
    found = [call["args"] for call in map(_filter_call, _conjuncts(select.get("whereClause", {}))) if call]
    if len(everywhere) != 1 or len(found) != 1 or not _binds_tightly(found[0][0]):
        return None
    return bare(found[0])


def _conjuncts(where: Fields) -> list[Fields]:
    kind, fields = only(where)
    return fields["args"] if kind == "BoolExpr" and fields["boolop"] == "AND_EXPR" else [where]


def _filter_call(item: Fields) -> Fields | None:
    kind, fields = only(item)
    return fields if _is_call(kind, fields, _FILTER) else None


def _binds_tightly(expression: Fields) -> bool:
    """Whether the filter's comparison, written out without brackets, compares all of the expression."""
    kind, fields = only(expression)
    if kind == "TypeCast":
        return _binds_tightly(fields["arg"])
    return kind == "ColumnRef" or (kind == "FuncCall" and fields.get("funcformat") == _PLAIN_CALL)


def _place_of_time(targets: list[Fields]) -> int | None:
    """The place, from 1, of the one column that is the time group, where series.find_points takes it for the time."""
    columns = [only(target)[1] for target in targets]
    places = [place for place, column in enumerate(columns, start=1) if _is_call(*only(column["val"]), _GROUP)]
    if len(places) != 1:
        return None
    (place,) = places
    others = [column for column in columns if not _is_call(*only(column["val"]), _GROUP)]
    is_time = place == 1 or columns[place - 1].get("name") in TIME_NAMES
    return place if is_time and not any(map(_may_be_the_time, others)) else None


def _may_be_the_time(column: Fields) -> bool:
    """Whether PostgreSQL may give a column one of the names that mean the time, or it is all columns there are."""
    if "name" in column:
        return column["name"] in TIME_NAMES
    kind, fields = only(column["val"])
    if kind == "FuncCall":
        return names(fields["funcname"])[-1] in TIME_NAMES
    said = {node.fields.get("sval") for node in flatten(kind, fields) if node.kind == "String"}
    has_star = any(node.kind == "A_Star" for node in flatten(kind, fields))
    return has_star or not said.isdisjoint(TIME_NAMES)


def _means(item: Fields, place: int, targets: list[Fields]) -> bool:
    """Whether an item of GROUP BY is the time group: written out, by its place, or by its name."""
    kind, fields = only(item)
    if kind == "A_Const":
        return fields.get("ival", {}).get("ival") == place
    if kind == "ColumnRef":
        return names(fields["fields"]) == (only(targets[place - 1])[1].get("name"),)
    return _is_call(kind, fields, _GROUP)


def _is_marker(kind: str, fields: Fields) -> bool:
    return _is_call(kind, fields, _GROUP) or _is_call(kind, fields, _FILTER)


def _is_call(kind: str, fields: Fields, name: str) -> bool:
    return kind == "FuncCall" and names(fields["funcname"]) == (name,)


def _column(name: str) -> Fields:
    return {"ColumnRef": {"fields": [{"String": {"sval": name}}]}}
