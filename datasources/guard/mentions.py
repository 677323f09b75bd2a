"""The names a query mentions, noted down so that they can be held against a policy later."""

from dataclasses import dataclass

from datasources.guard.tree import Node, names


@dataclass(frozen=True, slots=True)
class Mention:
    """A name, dotted where the query dots it, and where it stands in bytes."""

    parts: tuple[str, ...]
    at: int

    @property
    def name(self) -> str:
        return self.parts[-1]

    def __str__(self) -> str:
        return ".".join(self.parts)

    def is_one_of(self, built_in: frozenset[str], added: frozenset[str]) -> bool:
        """Whether it is a name of PostgreSQL's own, bare or of pg_catalog, or one of those added, just as written."""
        is_own = self.parts in {(self.name,), ("pg_catalog", self.name)}
        return (is_own and self.name in built_in) or str(self) in added


def mentions(field: str, nodes: list[Node], kind: str) -> tuple[Mention, ...]:
    """The names in a field of nodes of a kind, each once, where it first stands."""
    found: dict[tuple[str, ...], Mention] = {}
    for node in nodes:
        if node.kind == kind:
            parts = names(node.fields[field])
            found.setdefault(parts, Mention(parts, node.at))
    return tuple(found.values())


def parameters(nodes: list[Node]) -> tuple[Mention, ...]:
    """The parameters, `$1` and so on."""
    found = [node for node in nodes if node.kind == "ParamRef"]
    return tuple(Mention((f"${node.fields.get('number', 0)}",), node.at) for node in found)
