"""What the condition of a plan's node asks of its table's columns, read by PostgreSQL's own grammar."""

from collections.abc import Iterator
from dataclasses import dataclass, field

from datasources.guard.builders import called
from datasources.guard.parser import parse
from datasources.guard.refusal import Refusal
from datasources.guard.tree import Fields, names, only

_BOUNDS = {"<", "<=", ">", ">="}
_COMPARISONS = {"AEXPR_OP", "AEXPR_OP_ANY"}


@dataclass(frozen=True, slots=True)
class Asked:
    """Columns compared as they are, with `=` or within bounds; and those `wrapped` in something, with what it is."""

    equal: list[str] = field(default_factory=list)
    ranged: list[str] = field(default_factory=list)
    wrapped: dict[str, str] = field(default_factory=dict)


def read_condition(condition: str, alias: str) -> Asked:
    """What must hold of every row. Nothing is known of a condition that is no plain SQL: `(hashed SubPlan 1)`."""
    asked = Asked()
    try:
        (statement,) = parse(f"SELECT WHERE {condition}")
    except Refusal:
        return asked
    for comparison in _parts(statement["stmt"]["SelectStmt"].get("whereClause", {})):
        _note(comparison, alias, asked)
    return asked


def _parts(condition: Fields) -> Iterator[Fields]:
    """The comparisons that AND joins."""
    kind, fields = only(condition)
    if kind == "BoolExpr" and fields["boolop"] == "AND_EXPR":
        for part in fields["args"]:
            yield from _parts(part)
    elif kind == "A_Expr" and fields["kind"] in _COMPARISONS:
        yield fields


def _note(comparison: Fields, alias: str, asked: Asked) -> None:
    sides = [comparison.get("lexpr", {}), comparison.get("rexpr", {})]
    with_columns = [side for side in sides if _columns(side, alias)]
    if len(with_columns) != 1:
        return
    (side,) = with_columns
    operator, column = names(comparison["name"])[-1], _bare(side, alias)
    if column is None:
        asked.wrapped.update(dict.fromkeys(_columns(side, alias), _wrapping(side)))
    elif operator == "=":
        asked.equal.append(column)
    elif operator in _BOUNDS:
        asked.ranged.append(column)


def _bare(side: Fields, alias: str) -> str | None:
    """The column that a side is; varchar is compared as text, which an index on it serves."""
    kind, fields = only(side)
    if kind == "TypeCast" and names(fields["typeName"]["names"])[-1] == "text":
        kind, fields = only(fields["arg"])
    return _column(fields, alias) if kind == "ColumnRef" else None


def _column(reference: Fields, alias: str) -> str | None:
    parts = names(reference["fields"])
    return parts[1] if len(parts) == 2 and parts[0] == alias else None


def _columns(tree: Fields, alias: str) -> list[str]:
    """The table's columns anywhere in an expression."""
    found, pending = [], [tree]
    while pending:
        node = pending.pop()
        for name, value in node.items():
            if name == "ColumnRef":
                found += [column] if (column := _column(value, alias)) is not None else []
            elif isinstance(value, dict):
                pending.append(value)
            elif isinstance(value, list):
                pending += [item for item in value if isinstance(item, dict)]
    return found


def _wrapping(side: Fields) -> str:
    kind, fields = only(side)
    if kind == "FuncCall":
        return f"{called(fields)}(…)"
    if kind == "TypeCast":
        return f"a cast to {names(fields['typeName']['names'])[-1]}"
    return "a calculation"
