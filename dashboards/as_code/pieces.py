"""A file's values with the lines they stand on, so that whatever is wrong with one can be shown where it is."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import yaml

from dashboards.panels.reading import Loader

MERGE = "tag:yaml.org,2002:merge"
_STEP = re.compile(r"\[(\d+)\]|([^.\[\]]+)")


@dataclass(frozen=True, slots=True, order=True)
class Place:
    """`file` as seen from the folder that is read; the first line is 1."""

    file: str
    line: int

    def __str__(self) -> str:
        return f"{self.file}:{self.line}"


@dataclass(frozen=True, slots=True, order=True)
class Refusal:
    """Why something is not taken: where it stands, its path in the document, and the reason."""

    place: Place
    path: str
    reason: str

    def __str__(self) -> str:
        return f"{self.place}: {self.path}: {self.reason}" if self.path else f"{self.place}: {self.reason}"


class Refused(Exception):
    """All that is wrong, in the order of the files."""

    def __init__(self, *refusals: Refusal) -> None:
        self.refusals = sorted(refusals)
        super().__init__("\n".join(map(str, self.refusals)))


@dataclass(frozen=True, slots=True)
class Piece:
    """A value where it stands: a scalar, Pieces by key, or a list of Pieces."""

    value: Any
    place: Place

    def plain(self) -> Any:
        if isinstance(self.value, dict):
            return {key: piece.plain() for key, piece in self.value.items()}
        if isinstance(self.value, list):
            return [piece.plain() for piece in self.value]
        return self.value

    def place_of(self, path: str) -> Place:
        """Where the value at `display.thresholds[1].value` stands, or the nearest there is above it."""
        found = self
        for number, name in _STEP.findall(path):
            step = found._step(number, name)
            if step is None:
                break
            found = step
        return found.place

    def _step(self, number: str, name: str) -> "Piece | None":
        if number and isinstance(self.value, list):
            return self.value[int(number)] if int(number) < len(self.value) else None
        if isinstance(self.value, dict):
            return next((piece for key, piece in self.value.items() if str(key) == (name or number)), None)
        return None


def read_pieces(text: str, file: str, *, most: int = Loader.most, most_of_one: int = Loader.most_of_one) -> list[Piece]:
    """The documents of one file, those without content left out; `most`: keys and values of all of them, and of one.

    Raises Refused for what is not plain YAML.
    """
    _check_characters(text, file)
    loader = Loader(text)
    loader.most, loader.most_of_one = most, most_of_one
    try:
        found = []
        while loader.check_node():
            found.append(_piece(loader, loader.get_node(), file))
    except (yaml.YAMLError, ValueError) as error:
        raise Refused(Refusal(Place(file, _line_of(error)), "", f"not YAML: {_problem_of(error)}")) from error
    finally:
        loader.dispose()
    return [piece for piece in found if piece.value is not None]


def _check_characters(text: str, file: str) -> None:
    """PyYAML would say of a character only how far into the text it stands."""
    if (found := yaml.reader.Reader.NON_PRINTABLE.search(text)) is not None:
        line = text.count("\n", 0, found.start()) + 1
        raise Refused(Refusal(Place(file, line), "", f"the character U+{ord(found.group()):04X} is not allowed in YAML"))


def _piece(loader: Loader, node: Any, file: str) -> Piece:
    place = Place(file, node.start_mark.line + 1)
    if isinstance(node, yaml.MappingNode):
        return Piece(dict(_entries(loader, node, file)), place)
    if isinstance(node, yaml.SequenceNode):
        return Piece([_piece(loader, item, file) for item in node.value], place)
    try:
        return Piece(loader.construct_object(node), place)
    except ValueError as error:
        raise yaml.MarkedYAMLError(problem=str(error), problem_mark=node.start_mark) from error


def _entries(loader: Loader, node: yaml.MappingNode, file: str) -> Iterator[tuple[Any, Piece]]:
    seen: dict[str, int] = {}
    for key, value in node.value:
        if not isinstance(key, yaml.ScalarNode) or key.tag == MERGE:
            problem = "“<<” is not for this; see include" if isinstance(key, yaml.ScalarNode) else "a key must be one word"
            raise yaml.MarkedYAMLError(problem=problem, problem_mark=key.start_mark)
        line = key.start_mark.line + 1
        if key.value in seen:
            problem = f"“{key.value[:60]}” stands twice, first on line {seen[key.value]}"
            raise yaml.MarkedYAMLError(problem=problem, problem_mark=key.start_mark)
        seen[key.value] = line
        yield _piece(loader, key, file).value, _piece(loader, value, file)


def _line_of(error: Exception) -> int:
    mark = getattr(error, "problem_mark", None) or getattr(error, "context_mark", None)
    return mark.line + 1 if mark is not None else 1


def _problem_of(error: Exception) -> str:
    return str(getattr(error, "problem", None) or error)
