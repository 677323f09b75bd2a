"""SQL with its macros written out and its variables bound: a value is never part of the statement.

One value is bound as a text whose type PostgreSQL finds out, a list as an array.
"""

from collections.abc import Mapping
from typing import Any

from datasources.compile.macros import Expansion
from datasources.compile.parameters import Parameters
from datasources.compile.text import Replacing, rewrite
from datasources.errors import QueryRefused, ValueMissing
from datasources.origin import Rewritten
from datasources.variables import AS_VALUE, formatted

PASTED = frozenset({"raw", "doublequote"})  # what would become part of the statement


def expand(text: str, expansion: Expansion, *, variables: Mapping[str, Any]) -> Rewritten:
    """Bind variables and write out macros, buckets with TimescaleDB's function where it is there.

    Raises QueryRefused for an unknown macro, ValueMissing for a variable without a value.
    """
    replacing = Replacing(
        macros=expansion.macros(),
        variable=lambda name, format: _bound(name, format, variables, expansion.parameters),
        word=expansion.word,
        is_list=lambda name: isinstance(variables.get(name), list | tuple),
    )
    return rewrite(text, replacing)


def _bound(name: str, format: str, variables: Mapping[str, Any], parameters: Parameters) -> str:
    if name not in variables:
        raise ValueMissing(f"This panel needs a value for “{name}”.", detail=f":{name} has no value.")
    value = variables[name]
    if format in AS_VALUE:
        return parameters.add(list(value) if isinstance(value, tuple) else value, name=name)
    if format in PASTED or (text := formatted(value, format, name=name)) is None:
        raise QueryRefused(f"“{format[:40]}” is not a format for variables in SQL.", detail=f"Write :{name}: it is bound.")
    return parameters.add(text, name=f"{name}:{format}")
