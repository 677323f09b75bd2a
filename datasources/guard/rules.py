"""What holds for one node of a query, whoever asks: operators, kinds of expressions, lengths. Names are a policy's."""

from collections.abc import Callable

from datasources.allowed import OPERATORS, SAMPLE_METHODS
from datasources.guard.builders import check_call, check_type_length
from datasources.guard.refusal import Refusal
from datasources.guard.tree import Node, names, only

# Kinds of A_Expr whose operator the query writes itself; those of the others (IN, LIKE, BETWEEN …) are the grammar's.
_WRITTEN = frozenset({"AEXPR_OP", "AEXPR_OP_ANY", "AEXPR_OP_ALL"})
_BETWEEN = ("BETWEEN", "NOT_BETWEEN", "BETWEEN_SYM", "NOT_BETWEEN_SYM")
_COMPARING = ("DISTINCT", "NOT_DISTINCT", "NULLIF", "IN", "LIKE", "ILIKE", "SIMILAR", *_BETWEEN)
_KINDS = _WRITTEN | {f"AEXPR_{kind}" for kind in _COMPARING}
_SUBLINKS = frozenset(f"{kind}_SUBLINK" for kind in ("EXISTS", "ALL", "ANY", "EXPR", "ARRAY"))


def check_node(node: Node) -> None:
    """Raises Refusal for a node that no query may hold as it stands."""
    if rule := _RULES.get(node.kind):
        rule(node)


def _expression(node: Node) -> None:
    if node.fields["kind"] not in _KINDS:
        raise Refusal("This query uses an operator PanelDash does not know.", node.fields["kind"], at=node.at)
    if node.fields["kind"] in _WRITTEN:
        _operator(names(node.fields["name"]), node)


def _sub_query(node: Node) -> None:
    if node.fields["subLinkType"] not in _SUBLINKS:
        raise Refusal("This query uses a sub-query PanelDash does not know.", node.fields["subLinkType"], at=node.at)
    if "operName" in node.fields:
        _operator(names(node.fields["operName"]), node)


def _operator(parts: tuple[str, ...], node: Node) -> None:
    if parts[-1] not in OPERATORS or _is_foreign(parts):
        raise Refusal(f"This query uses an operator PanelDash does not allow: {'.'.join(parts)}.", at=node.at)


def _sample(node: Node) -> None:
    method = names(node.fields["method"])
    if method[-1] not in SAMPLE_METHODS or _is_foreign(method):
        raise Refusal("Only BERNOULLI and SYSTEM can sample a table.", ".".join(method), at=node.at)


def _collation(node: Node) -> None:
    collation = names(node.fields["collname"])
    if _is_foreign(collation):
        raise Refusal("Only PostgreSQL's own collations can be named with a schema.", ".".join(collation), at=node.at)


def _function_in_from(node: Node) -> None:
    """An expression such as COALESCE may stand in FROM too; without an alias its name is the server's to choose."""
    kinds = [only(item["List"]["items"][0])[0] for item in node.fields["functions"]]
    if "alias" not in node.fields and kinds[0] != "FuncCall":
        raise Refusal("What stands in FROM like a function needs an alias.", kinds[0], at=node.at)


def _is_foreign(parts: tuple[str, ...]) -> bool:
    return len(parts) > 1 and parts[:-1] != ("pg_catalog",)


_RULES: dict[str, Callable[[Node], None]] = {
    "A_Expr": _expression,
    "SubLink": _sub_query,
    "FuncCall": check_call,
    "TypeName": check_type_length,
    "RangeTableSample": _sample,
    "CollateClause": _collation,
    "RangeFunction": _function_in_from,
}
