"""From text to a plain tree: YAML or JSON within bounds, and without what no model should have to meet."""

import json
import math
import sys
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import yaml

LONGEST_TEXT = 100_000
DEEPEST = 12
MOST_NODES = 5_000
WIDEST = 63  # bits: what is stored is read where a whole number has so many at most
TOO_MANY = f"a document has at most {MOST_NODES:,} values"
TOO_LARGE = "a number is too large"
FORBIDDEN_KEYS = frozenset({"__proto__", "constructor", "prototype"})


@dataclass(frozen=True, slots=True)
class DocumentError:
    """`path` as an editor reads it: `display.thresholds[1].value`."""

    path: str
    message: str

    def __str__(self) -> str:
        return f"{self.path}: {self.message}" if self.path else self.message


class DocumentInvalid(ValueError):
    def __init__(self, *errors: DocumentError) -> None:
        super().__init__("; ".join(map(str, errors)))
        self.errors = list(errors)


class Loader(yaml.SafeLoader):
    """SafeLoader that refuses aliases (a bomb needs nothing else), depth, size, and a key that stands twice.

    `most` is how many keys and values all documents of the text may have together, `most_of_one` each of them.
    """

    depth = 0
    most, most_of_one = sys.maxsize, 2 * MOST_NODES + 1
    in_document = in_all = 0

    def compose_node(self, parent: yaml.Node | None, index: Any) -> yaml.Node | None:
        if self.check_event(yaml.AliasEvent):
            raise _unreadable("YAML aliases (*name) are not allowed", self.peek_event())
        if getattr(self.peek_event(), "tag", None) is not None:
            raise _unreadable("YAML tags (!!name) are not allowed", self.peek_event())
        if self.depth > DEEPEST:
            raise _unreadable("nested too deep", self.peek_event())
        self._count()
        self.depth += 1
        node = super().compose_node(parent, index)
        self.depth -= 1
        return node

    def _count(self) -> None:
        """While it is read: 90,000 values take 2.5 s."""
        self.in_document = self.in_document + 1 if self.depth else 1
        self.in_all += 1
        if self.in_document > self.most_of_one:
            raise _unreadable(TOO_MANY, self.peek_event())
        if self.in_all > self.most:
            raise _unreadable(f"more than {self.most:,} keys and values in all", self.peek_event())

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Any, Any]:
        seen: set[str] = set()
        for key in (key for key, _ in node.value if isinstance(key, yaml.ScalarNode)):
            if key.value in seen:
                raise yaml.MarkedYAMLError(problem=f"“{key.value}” stands twice", problem_mark=key.start_mark)
            seen.add(key.value)
        return super().construct_mapping(node, deep=deep)

    def construct_whole(self, node: yaml.ScalarNode) -> int:
        """0x… may have digits that nobody could write out again."""
        number = super().construct_yaml_int(node)
        if number.bit_length() > WIDEST:
            raise yaml.MarkedYAMLError(problem=TOO_LARGE, problem_mark=node.start_mark)
        return number


Loader.add_constructor("tag:yaml.org,2002:int", Loader.construct_whole)


def read_text(text: str) -> Any:
    """The tree that a text in YAML (JSON is a part of it) describes. Raises DocumentInvalid."""
    if len(text) > LONGEST_TEXT:
        raise DocumentInvalid(DocumentError("", f"a document has at most {LONGEST_TEXT:,} characters"))
    try:
        return _read_json(text) or yaml.load(text, Loader=Loader)  # noqa: S506 - a SafeLoader
    except (yaml.YAMLError, ValueError) as error:
        mark = getattr(error, "problem_mark", None)
        where = f"line {mark.line + 1}, column {mark.column + 1}" if mark else ""
        problem = getattr(error, "problem", None) or getattr(error, "reason", None) or error
        raise DocumentInvalid(DocumentError(where, f"not YAML or JSON: {problem}")) from error


def _read_json(text: str) -> Any:
    """JSON's own reader knows what YAML's does not: tabs, `1e3`, a pair of surrogates. None for what is not JSON."""
    if not text.lstrip().startswith("{"):
        return None
    try:
        return json.loads(text, object_pairs_hook=once_each)
    except json.JSONDecodeError:
        return None
    except RecursionError:
        raise DocumentInvalid(DocumentError("", "nested too deep")) from None


def once_each(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    tree = dict(pairs)
    if len(tree) < len(pairs):
        twice = Counter(key for key, _ in pairs).most_common(1)[0][0]
        raise DocumentInvalid(DocumentError("", f"“{twice}” stands twice"))
    return tree


def check_tree(tree: Any) -> None:
    """Raise DocumentInvalid for depth, size, keys and characters that may not be."""
    waiting: list[tuple[str, Any, int]] = [("", tree, 0)]
    for number, (path, value, depth) in enumerate(waiting):
        if problem := _problem(value, depth, number):
            raise DocumentInvalid(DocumentError(path, problem))
        if isinstance(value, Mapping):
            waiting += [(f"{path}.{key}".lstrip("."), child, depth + 1) for key, child in value.items()]
        elif isinstance(value, list):
            waiting += [(f"{path}[{place}]", child, depth + 1) for place, child in enumerate(value)]


def _problem(value: Any, depth: int, number: int) -> str | None:
    if depth > DEEPEST:
        return "nested too deep"
    if number > MOST_NODES:
        return TOO_MANY
    if isinstance(value, Mapping):
        return _problem_of_keys(value)
    if isinstance(value, int) and value.bit_length() > WIDEST:
        return TOO_LARGE
    if isinstance(value, float) and not math.isfinite(value):
        return "a number must be finite"
    if isinstance(value, str) and _has_broken(value):
        return "control characters and broken ones are not allowed"
    return None


def _problem_of_keys(value: Mapping[Any, Any]) -> str | None:
    if any(isinstance(key, int) and key.bit_length() > WIDEST for key in value):
        return TOO_LARGE
    names = {str(key) for key in value}
    if bad := FORBIDDEN_KEYS & names:
        return f"a key may not be {', '.join(sorted(bad))}"
    return "control characters and broken ones are not allowed in a key" if any(map(_has_broken, names)) else None


def _has_broken(text: str) -> bool:
    return any((sign < " " and sign not in "\n\t\r") or "\ud800" <= sign <= "\udfff" for sign in text)


def _unreadable(problem: str, event: Any) -> yaml.MarkedYAMLError:
    return yaml.MarkedYAMLError(problem=problem, problem_mark=event.start_mark)
