"""Fields taken from a value: `x.name`, `(x).name`. Where x has no such column, PostgreSQL reads them as `name(x)`.

So `(60).pg_sleep` sleeps and `('/etc/passwd'::text).pg_read_file` reads a file, with no call in the syntax tree.
"""

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass

from datasources.allowed import FUNCTIONS, ROW_FUNCTIONS, VALUE_FUNCTIONS
from datasources.guard.builders import called
from datasources.guard.tree import Fields, Node, names, only


@dataclass(frozen=True, slots=True)
class Taken:
    """`from_plain`: x may be a plain value rather than a row, so that functions of plain values can be meant."""

    name: str
    from_plain: bool
    at: int


def taken_fields(nodes: list[Node]) -> Iterator[Taken]:
    """Every field a statement takes from something."""
    functions = _functions_in_from(nodes)
    for node in nodes:
        if node.kind == "ColumnRef":
            *qualifier, name = names(node.fields["fields"])
            if qualifier and name != "*":
                plain = any(name not in columns for columns in functions.get(qualifier[-1], ()))
                yield Taken(name, from_plain=plain, at=node.at)
        elif node.kind == "A_Indirection":
            yield from _from_expression(node)


def _from_expression(node: Node) -> Iterator[Taken]:
    is_row = _is_row(node.fields["arg"])
    at = only(node.fields["arg"])[1].get("location", node.at)
    for item in node.fields["indirection"]:
        if "String" in item:
            yield Taken(item["String"].get("sval", ""), from_plain=not is_row, at=at)
        is_row = False


def _is_row(expression: Fields) -> bool:
    kind, fields = only(expression)
    return kind == "RowExpr" or (kind == "FuncCall" and called(fields) in ROW_FUNCTIONS)


def _functions_in_from(nodes: list[Node]) -> dict[str, list[frozenset[str]]]:
    """Name → the columns sure to be there, for each function in FROM of that name that may answer plain values."""
    found: dict[str, list[frozenset[str]]] = defaultdict(list)
    for node in nodes:
        if node.kind == "RangeFunction" and not _answers_rows(node.fields):
            name, columns = _alias(node.fields)
            found[name].append(columns)
    return found


def _answers_rows(function: Fields) -> bool:
    items = [item["List"]["items"] for item in function["functions"]]
    with_columns = "coldeflist" in function or any(columns for _, columns in items)
    return len(items) > 1 or function.get("ordinality", False) or with_columns or _is_row(items[0][0])


def _alias(function: Fields) -> tuple[str, frozenset[str]]:
    kind, call = only(function["functions"][0]["List"]["items"][0])
    function_name = called(call) if kind == "FuncCall" else ""
    alias = function.get("alias", {"aliasname": function_name})
    name = alias["aliasname"]
    if columns := alias.get("colnames"):
        return name, frozenset(names(columns))
    if function_name in VALUE_FUNCTIONS:
        return name, frozenset({"value"})
    return name, frozenset({name} if function_name in FUNCTIONS else ())
