"""A query read once: what holds for every tenant is checked here, what depends on the tenant is noted down."""

from dataclasses import dataclass
from functools import lru_cache

from datasources.guard.fields import Taken, taken_fields
from datasources.guard.mentions import Mention, mentions, parameters
from datasources.guard.parser import single_select
from datasources.guard.rules import check_node
from datasources.guard.scopes import resolve
from datasources.guard.sizes import check_sizes
from datasources.guard.statistics import statistics_calls
from datasources.guard.tree import Fields, Node, flatten


@dataclass(frozen=True, slots=True)
class Statement:
    """The exact `text` of a query, without a semicolon, and the names it mentions.

    `statistics` are calls that only the platform's own panels may make; they are not among the `functions`.
    `tables` are the relations by what the query calls them; what it calls by one name twice is left out.
    """

    text: str
    relations: tuple[Mention, ...]
    tables: dict[str, str]
    functions: tuple[Mention, ...]
    statistics: tuple[Mention, ...]
    types: tuple[Mention, ...]
    fields: tuple[Taken, ...]
    parameters: tuple[Mention, ...]


@lru_cache(maxsize=1_024)
def read(text: str) -> Statement:
    """Parse and check one SELECT. Raises Refusal. A text read before is answered from memory: 1 µs instead of 150."""
    exact, select = single_select(text)
    nodes = flatten("SelectStmt", select)
    scopes = resolve(nodes)
    for node in nodes:
        check_node(node)
    check_sizes(nodes, scopes)
    relations = [nodes[index] for index, query in scopes.meanings.items() if query is None]
    special = statistics_calls(nodes, relations)
    ordinary = [node for index, node in enumerate(nodes) if index not in special]
    return Statement(
        text=exact,
        relations=tuple(Mention(_parts(node.fields), node.at) for node in relations),
        tables=_called(relations),
        functions=mentions("funcname", ordinary, "FuncCall"),
        statistics=mentions("funcname", [nodes[index] for index in sorted(special)], "FuncCall"),
        types=mentions("names", nodes, "TypeName"),
        fields=tuple(taken_fields(nodes)),
        parameters=parameters(nodes),
    )


def _called(relations: list[Node]) -> dict[str, str]:
    found: dict[str, set[str]] = {}
    for node in relations:
        name = node.fields["relname"]
        found.setdefault(node.fields.get("alias", {}).get("aliasname", name), set()).add(name)
    return {called: names.pop() for called, names in found.items() if len(names) == 1}


def _parts(relation: Fields) -> tuple[str, ...]:
    return tuple(relation[part] for part in ("catalogname", "schemaname", "relname") if part in relation)
