"""Pieces of a document while it is edited: what a person has begun in a part of it, and not filled in yet, is not lost."""

from collections.abc import Mapping
from typing import Any, Self


class Piece(dict[str, Any]):
    """An object of a document. `way` is which of several ways to say it was chosen, `kept` what was said in the others.

    `kinds` are the kinds chosen for its values that may be of several.
    """

    def __init__(self, said: Mapping[str, Any], *, way: str = "", kept: Mapping[str, Any] | None = None) -> None:
        super().__init__(said)
        self.way = way
        self.kept = dict(kept or {})
        self.kinds: dict[str, int] = {}

    @classmethod
    def of(cls, said: Mapping[str, Any]) -> Self:
        return said if isinstance(said, cls) else cls(said)


def plain(tree: Any) -> Any:
    """The document alone."""
    if isinstance(tree, Mapping):
        return {str(name): plain(value) for name, value in tree.items()}
    return [plain(value) for value in tree] if isinstance(tree, list) else tree
