"""A document written as YAML: in the order of its model, a text of several lines as such."""

from typing import Any

import yaml

LARGEST_WHOLE = 1e15  # a larger one may have lost digits already
ODD_BREAKS = "\r\x85\u2028\u2029"


class Dumper(yaml.SafeDumper):
    """Never `*name`, which no document may hold."""

    def ignore_aliases(self, data: Any) -> bool:
        return True


def whole(tree: Any) -> Any:
    """A tree of plain values with whole numbers written as such: 80, as the form says, where the database keeps 80.0."""
    if isinstance(tree, dict):
        return {name: whole(value) for name, value in tree.items()}
    if isinstance(tree, list):
        return [whole(value) for value in tree]
    is_whole = isinstance(tree, float) and abs(tree) < LARGEST_WHOLE and tree == int(tree)
    return int(tree) if is_whole else tree


def as_text(tree: Any) -> str:
    return yaml.dump(whole(tree), Dumper=Dumper, sort_keys=False, allow_unicode=True, width=100)


def _text(dumper: yaml.SafeDumper, text: str) -> yaml.ScalarNode:
    """SQL reads best line by line. Where YAML cannot write it so, PyYAML quotes it."""
    return dumper.represent_scalar("tag:yaml.org,2002:str", text, style=_style(text))


def _style(text: str) -> str | None:
    if any(sign in text for sign in ODD_BREAKS):
        return '"'  # in any other style PyYAML reads them back as spaces
    has_lines = "\n" in text and not any(line != line.rstrip() for line in text.split("\n")) and not text[0].isspace()
    return "|" if has_lines else None


Dumper.add_representer(str, _text)
