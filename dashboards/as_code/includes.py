"""Fragments that several documents share: `include` in a panel, its `data_source`, its `display`, or a dashboard.

A fragment is a mapping that is laid under the one that includes it: mappings join, and of anything else the includer's wins.
"""

from dataclasses import dataclass, field
from typing import Protocol

from dashboards.as_code.pieces import Piece, Refusal, Refused, read_pieces

KEY = "include"
# Where it may stand, by path in a document. In a mapping of labels, such as `colors`, it would be a label.
PLACES = ("", "data_source", "display", "drill_down")
DEEPEST = 5
MOST_AT_ONCE = 10
MOST_IN_A_DOCUMENT = 50


class Fragments(Protocol):
    """Where fragments are found: a folder."""

    def fragment(self, name: str) -> str: ...


@dataclass
class Includes:
    """The fragments of one document."""

    folder: Fragments
    count: int = 0
    refusals: list[Refusal] = field(default_factory=list)

    def expanded(self, piece: Piece, path: str = "", chain: tuple[str, ...] = ()) -> Piece:
        """The piece with its fragments in it. What cannot be included is left out, and among the refusals."""
        if path not in PLACES or not isinstance(piece.value, dict):
            return piece
        own = {key: self.expanded(value, f"{path}.{key}".lstrip("."), chain) for key, value in piece.value.items() if key != KEY}
        whole = Piece(own, piece.place)
        for name in reversed(self._names(piece, path)):
            fragment = self._fragment(name, path, chain)
            whole = _laid_under(fragment, whole) if fragment is not None else whole
        return whole

    def _names(self, piece: Piece, path: str) -> list[Piece]:
        included = piece.value.get(KEY)
        if included is None:
            return []
        names = included.value if isinstance(included.value, list) else [included]
        if len(names) > MOST_AT_ONCE or not all(isinstance(name.value, str) for name in names):
            self._refuse(included, path, f"must be the name of a fragment, or a list of {MOST_AT_ONCE} at most")
            return []
        return names

    def _fragment(self, name: Piece, path: str, chain: tuple[str, ...]) -> Piece | None:
        self.count += 1
        if name.value in chain:
            self._refuse(name, path, f"goes in a circle: {' → '.join((*chain, name.value))}")
        elif len(chain) >= DEEPEST or self.count > MOST_IN_A_DOCUMENT:
            self._refuse(name, path, f"fragments in fragments, {DEEPEST} deep and {MOST_IN_A_DOCUMENT} in all at most")
        elif (fragment := self._read(name, path)) is not None:
            return self.expanded(fragment, path, (*chain, name.value))
        return None

    def _read(self, name: Piece, path: str) -> Piece | None:
        try:
            text = self.folder.fragment(name.value)
        except Refused as error:
            self._refuse(name, path, f"“{name.value[:100]}” {error.refusals[0].reason}")
            return None
        try:
            found = read_pieces(text, name.value)
        except Refused as error:
            self.refusals += error.refusals
            return None
        if len(found) != 1 or not isinstance(found[0].value, dict):
            self._refuse(name, path, f"“{name.value}” must be one mapping")
            return None
        return found[0]

    def _refuse(self, piece: Piece, path: str, reason: str) -> None:
        self.refusals.append(Refusal(piece.place, f"{path}.{KEY}".lstrip("."), reason))


def _laid_under(fragment: Piece, over: Piece) -> Piece:
    if not isinstance(fragment.value, dict) or not isinstance(over.value, dict):
        return over
    joined = {
        key: _laid_under(fragment.value[key], value) if key in fragment.value else value for key, value in over.value.items()
    }
    return Piece({**{key: value for key, value in fragment.value.items() if key not in joined}, **joined}, over.place)
