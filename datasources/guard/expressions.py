"""Pieces of SQL in structured panels: `where` must be one plain condition, `order_by` a list of plain expressions."""

from collections.abc import Collection
from dataclasses import dataclass
from functools import lru_cache

from datasources.allowed import SCALARS, TYPES
from datasources.guard.mentions import Mention, mentions, parameters
from datasources.guard.parser import single_select
from datasources.guard.refusal import Refusal
from datasources.guard.rules import check_node
from datasources.guard.scopes import resolve
from datasources.guard.shapes import PLAIN
from datasources.guard.sizes import check_sizes
from datasources.guard.tree import Node, flatten

# A text between its keyword and this LIMIT has not left its clause: a `)`, a `;` or an open comment of its own breaks
# the parse, another clause shows in the tree, another LIMIT is one too many.
_END = "\nLIMIT 7"
_FRAME = frozenset({"targetList", "fromClause", "limitCount", "limitOption", "op"})
_CLAUSES = {"WHERE": "whereClause", "ORDER BY": "sortClause"}
_PLAIN_CALL = frozenset({"funcname", "args", "func_variadic", "funcformat", "location"})


@dataclass(frozen=True, slots=True)
class _Piece:
    """The names a piece of SQL mentions."""

    columns: tuple[Mention, ...]
    functions: tuple[Mention, ...]
    types: tuple[Mention, ...]
    parameters: tuple[Mention, ...]


def check_expression(
    text: str,
    *,
    columns: Collection[str] | None = None,
    functions: Collection[str] = (),
    enums: Collection[str] = (),
    allow_parameters: bool = False,
) -> None:
    """Raise QueryRefused unless `text` is one plain condition, to stand in `( … )` on lines of its own.

    Plain: columns by their bare names (those of `columns` where given), constants, operators, and functions and types
    that only compute or are in `functions` and `enums`. No sub-query, aggregate, window, table or field of a value.
    """
    _check("WHERE", text, columns, frozenset(functions), frozenset(enums), allow_parameters)


def check_order(
    text: str,
    *,
    columns: Collection[str] | None = None,
    functions: Collection[str] = (),
    enums: Collection[str] = (),
    allow_parameters: bool = False,
) -> None:
    """Raise QueryRefused unless `text` is a list of plain expressions, each with or without ASC, DESC and NULLS."""
    _check("ORDER BY", text, columns, frozenset(functions), frozenset(enums), allow_parameters)


def _check(
    keyword: str,
    text: str,
    columns: Collection[str] | None,
    functions: frozenset[str],
    enums: frozenset[str],
    allow_parameters: bool,
) -> None:
    try:
        piece = _read(keyword, text)
        for column in piece.columns:
            _check_column(column, columns)
        for call in piece.functions:
            if not call.is_one_of(SCALARS, functions):
                raise Refusal(f"A function that may not stand here: {call.name}.", f"function {call}", at=call.at)
        for kind in piece.types:
            if not kind.is_one_of(TYPES, enums):
                raise Refusal("A type that may not stand here.", f"type {kind}", at=kind.at)
        for parameter in piece.parameters[: 0 if allow_parameters else 1]:
            raise Refusal(f"A parameter that nothing is bound to: {parameter}.", at=parameter.at)
    except Refusal as refusal:
        raise refusal.answer(text, before=len(_before(keyword))) from None


def _check_column(column: Mention, columns: Collection[str] | None) -> None:
    if len(column.parts) != 1 or column.name == "*":
        raise Refusal("Columns stand here by their bare names.", f"column {column}", at=column.at)
    if columns is not None and column.name not in columns:
        raise Refusal("This expression names a column that is not there.", f"column {column}", at=column.at)


@lru_cache(maxsize=1_024)
def _read(keyword: str, text: str) -> _Piece:
    """Parse a piece and check all but its names. Raises Refusal."""
    _, select = single_select(_before(keyword) + text + _END)
    if set(select) != _FRAME | {_CLAUSES[keyword]} or select["op"] != "SETOP_NONE":
        raise Refusal(f"Only what belongs to one {keyword} may stand here.", "another clause")
    nodes = flatten("SelectStmt", select)
    check_sizes(nodes, resolve(nodes))
    inside = [node for node in nodes[1:] if node.parent or node.kind not in {"ResTarget", "RangeVar"}]
    for node in inside:
        _check_plain(node)
    return _Piece(
        columns=mentions("fields", inside, "ColumnRef"),
        functions=mentions("funcname", inside, "FuncCall"),
        types=mentions("names", inside, "TypeName"),
        parameters=parameters(inside),
    )


def _before(keyword: str) -> str:
    return f"SELECT 1 FROM t {keyword}\n"  # noqa: S608 (parsed, never run)


def _check_plain(node: Node) -> None:
    if node.kind not in PLAIN or (node.kind == "FuncCall" and not set(node.fields) <= _PLAIN_CALL):
        raise Refusal("Only plain expressions may stand here: no sub-query, aggregate or window.", node.kind, at=node.at)
    if node.kind == "A_Indirection" and any("A_Indices" not in item for item in node.fields["indirection"]):
        raise Refusal("No field of a value may be taken here.", at=node.at)
    check_node(node)
