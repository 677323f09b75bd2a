"""What one tenant's queries may name, beyond PostgreSQL's own plain functions and types."""

from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True)
class Policy:
    """Names as the server keeps them: exact case, without quotes. Everything not named here is refused.

    `functions` and `enums` are names, or `schema.name` where a query must qualify them.

    PostgreSQL reads `x.name` and `(x).name` as the call `name(x)` where x has no such column. Two sets close that door:
    `attribute_functions`, functions callable with one argument that is a row (a table's type, record or any type), and
    `field_functions`, functions callable with one argument of any other type, casts and domains included. Where
    `field_functions` is None they are not known, and a query may not take a field from a plain value at all.

    `hidden_relations` exist on the search path and may not be read: a bare name that finds one first is refused.
    `shadowing_functions` are the tenant's own functions named like a built-in one: write `pg_catalog.name` for that.
    """

    relations: frozenset[tuple[str, str]] = frozenset()
    search_path: tuple[str, ...] = ("public",)
    functions: frozenset[str] = frozenset()
    enums: frozenset[str] = frozenset()
    attribute_functions: frozenset[str] = frozenset()
    field_functions: frozenset[str] | None = None
    hidden_relations: frozenset[tuple[str, str]] = frozenset()
    shadowing_functions: frozenset[str] = frozenset()
    statistics: bool = False
