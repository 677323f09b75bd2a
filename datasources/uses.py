"""Who needs a data source, so that nobody deletes it under them. Apps that name sources add who they know of."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from datasources.models import DataSource


@dataclass(frozen=True, slots=True, order=True)
class Use:
    """`what` is a panel or the like, `name` as people know it, `where` whose it is: a tenant's name or “shared”."""

    what: str
    name: str
    where: str


finders: list[Callable[[DataSource], Iterable[Use]]] = []


def uses_of(source: DataSource) -> list[Use]:
    return sorted({use for find in finders for use in find(source)})
