"""PromQL written out and taken apart, for tests."""

from typing import Any

from promql_parser import AggregateExpr, BinaryExpr, Call, MatrixSelector, ParenExpr, StringLiteral, VectorSelector, walk

from datasources.promql.check import check
from datasources.promql.expand import expand

MACROS = {"__interval": "1m", "__interval_ms": "60000", "__rate_interval": "1m15s", "__range": "3600s", "__range_s": "3600"}


def text_of(written: str, **variables: Any) -> str:
    return expand(written, variables=variables, macros=MACROS).text


def tree_of(written: str, **variables: Any) -> Any:
    return check(expand(written, variables=variables, macros=MACROS)).tree


def shape(tree: Any) -> tuple[list[str], list[str], list[str]]:
    """What a query means, its names and its literals, each in order; brackets around a number mean nothing."""
    nodes: list[str] = []
    names: list[str] = []
    literals: list[str] = []

    def look(node: Any) -> None:
        if not isinstance(node, ParenExpr):
            nodes.append(type(node).__name__)
        selector = node.vector_selector if isinstance(node, MatrixSelector) else node
        if isinstance(selector, VectorSelector):
            names.extend([str(selector.name), *(one.name for one in selector.matchers.matchers)])
            nodes.extend([str(one.op) for one in selector.matchers.matchers] + ["or"] * len(selector.matchers.or_matchers))
            literals.extend(one.value for one in selector.matchers.matchers)
        elif isinstance(node, StringLiteral):
            literals.append(node.val)
        elif isinstance(node, Call):
            nodes.append(node.func.name)
        elif isinstance(node, AggregateExpr | BinaryExpr):
            nodes.append(str(node.op))
            names.extend(_labels(node.modifier))

    walk(tree, look)
    return nodes, names, literals


def _labels(modifier: Any) -> list[str]:
    matching = getattr(modifier, "matching", modifier)
    return [*(matching.labels if matching is not None else []), *(getattr(modifier, "group_labels", None) or [])]
