"""`${NAME}` in a document: the value of an environment variable that the document declares.

It may stand in any text but those of `data_source`: SQL is never put together from pieces. A query is given a value by
`variables: {limit: "${CPU_LIMIT}"}` and `:limit`. `$${NAME}` is the text `${NAME}` itself; so is `${NAME}` in a document
that declares no names, and in a `data_source` that of a name not declared: it is a variable of the dashboard's. Names that
begin with two underscores are the placeholders of links.
"""

import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from typing import Any

from dashboards.as_code.pieces import Piece, Refusal

NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]{0,127}")
LONGEST_VALUE = 10_000
FIXED = "data_source"
ITSELF = "$${…} is the text itself"
_NAMES = re.compile(r"[^.\[\]]+")
_MENTION = re.compile(r"(\$?)\$\{([^}]*)\}")
_WRITTEN = re.compile(r"\$\$\{[^}]*\}")


@dataclass
class Environment:
    """What one document may take from the environment."""

    declared: Collection[str]
    values: Mapping[str, str]
    refusals: list[Refusal] = field(default_factory=list)

    def filled(self, piece: Piece, path: str = "") -> Piece:
        """The piece with values in the place of names. What has none is left, and among the refusals."""
        if isinstance(piece.value, dict):
            entries = {key: self.filled(value, f"{path}.{key}".lstrip(".")) for key, value in piece.value.items()}
            return Piece(entries, piece.place)
        if isinstance(piece.value, list):
            return Piece([self.filled(item, f"{path}[{place}]") for place, item in enumerate(piece.value)], piece.place)
        if isinstance(piece.value, str):
            return Piece(_MENTION.sub(lambda found: self._value(found, piece, path), piece.value), piece.place)
        return piece

    def _value(self, found: re.Match[str], piece: Piece, path: str) -> str:
        is_escaped, name = found.groups()
        if is_escaped:
            return found.group()[1:]
        in_source = FIXED in _NAMES.findall(path)
        if not self.declared or name.startswith("__") or (in_source and name not in self.declared):
            return found.group()
        if reason := self._problem(name, path):
            self.refusals.append(Refusal(piece.place, path, reason))
            return ""
        return self.values[name]

    def _problem(self, name: str, path: str) -> str:
        if FIXED in _NAMES.findall(path):
            return f"${{{name[:60]}}} may not stand in a data source: give it to the query as a variable ({ITSELF})"
        if name not in self.declared:
            return f"${{{name[:60]}}} is not declared: name it in environment ({ITSELF})"
        if name not in self.values:
            return f"the environment variable {name} is not set"
        if len(self.values[name]) > LONGEST_VALUE:
            return f"the environment variable {name} has more than {LONGEST_VALUE:,} characters"
        return ""


def escaped(tree: Any) -> Any:
    """A plain tree as it must be written, so that it is read back as it is."""
    if isinstance(tree, dict):
        return {key: escaped(value) for key, value in tree.items()}
    if isinstance(tree, list):
        return [escaped(value) for value in tree]
    return _WRITTEN.sub(lambda found: f"${found.group()}", tree) if isinstance(tree, str) else tree
