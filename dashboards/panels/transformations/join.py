"""Frames joined side by side by a field they share."""

from collections.abc import Sequence
from typing import Any, Literal

from dashboards.panels.parts import Name, Strict
from dashboards.panels.transformations.groups import grouped
from dashboards.panels.transformations.tables import CannotTransform, cells, check_size, described, made
from datasources.frame import Column, Frame


class Join(Strict):
    """`outer` keeps all rows, `left` those of the first query, `inner` those that all have.

    A field whose name is taken already gets its query's name behind its own.
    """

    by: Name
    how: Literal["outer", "left", "inner"] = "outer"

    def apply(self, frames: Sequence[tuple[str, Frame]]) -> Frame:
        if len(frames) < 2:
            raise CannotTransform("a join needs the answers of two queries at least")
        (_, joined), *others = frames
        for query, other in others:
            joined = self._both(joined, other, query)
        return joined

    def _both(self, left: Frame, right: Frame, query: str) -> Frame:
        mine, theirs = cells(left, self.by), cells(right, self.by)
        places = {key[0]: found for key, found in grouped([theirs], right.row_count).items() if key[0] is not None}
        pairs = self._pairs(mine, theirs, places)
        others = [name for name in right.names if name != self.by]
        check_size(len(pairs), len(left.columns) + len(others))
        keys = [mine[at] if at is not None else theirs[of] for at, of in pairs]
        values = [keys if name == self.by else _at(cells(left, name), [at for at, _ in pairs]) for name in left.names]
        values += [_at(cells(right, name), [of for _, of in pairs]) for name in others]
        columns = [*left.columns, *(_named(described(right, name), query, left.names) for name in others)]
        return made(left, columns, values)

    def _pairs(self, mine: Sequence[Any], theirs: Sequence[Any], places: dict[Any, list[int]]) -> list[tuple[Any, Any]]:
        """The rows of both that belong together, None where one has none. Raises CannotTransform before there are too many."""
        check_size(sum(len(places.get(key, ())) for key in mine), 1)
        pairs: list[tuple[Any, Any]] = []
        for at, key in enumerate(mine):
            found = places.get(key, [])
            if found or self.how != "inner":
                pairs += [(at, of) for of in found] or [(at, None)]
        if self.how == "outer":
            met = {*mine}
            pairs += [(None, of) for of, key in enumerate(theirs) if key is None or key not in met]
        return pairs


def _at(values: Sequence[Any], places: Sequence[int | None]) -> list[Any]:
    return [None if place is None else values[place] for place in places]


def _named(column: Column, query: str, taken: Sequence[str]) -> Column:
    name = f"{column.name} {query}" if column.name in taken else column.name
    return Column(name, column.kind, column.type_name)
