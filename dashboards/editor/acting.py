"""What a button of the form does to the document: rows are added, moved and removed, parts switched on and off."""

import re
from collections.abc import Callable, Mapping
from typing import Any

from dashboards.editor.pieces import Piece
from dashboards.editor.reading import ROOT, empty
from dashboards.editor.shapes import NOT_GIVEN, Shape
from dashboards.editor.ways import belongs, ways_of

_STEP = re.compile(r"\.([A-Za-z_]\w*)|\[([0-9]{1,4})\]|\{([0-9]{1,4})\}")
_Change = Callable[[Any, Any, Shape], None]


class NoSuchPlace(ValueError):
    """The document has no such place, or nothing of this kind is done there."""


def act(document: Piece, shape: Shape, do: str) -> None:
    """Do what a button says, `add:doc.display.thresholds`, to a document. Raises NoSuchPlace."""
    verb, _, name = do.partition(":")
    change = _DOING.get(verb)
    if change is None or not re.fullmatch(rf"{ROOT}(?:{_STEP.pattern})+", name):
        raise NoSuchPlace(do)
    try:
        inside, key, its = _place(document, shape, name.removeprefix(ROOT))
        change(inside, key, its)
    except (KeyError, IndexError, TypeError, AttributeError, StopIteration) as error:
        raise NoSuchPlace(do) from error


def _place(inside: Any, shape: Shape, name: str) -> tuple[Any, Any, Shape]:
    """What holds the place, by which key, and its shape. What stands above it, and is not there yet, is made."""
    steps = [(found[1], found[2] or found[3]) for found in _STEP.finditer(name)]
    key: Any = None
    for number, (step, index) in enumerate(steps):
        if number:
            inside = _within(inside, key, shape)
        key, shape = _step(inside, shape, step, index)
    return inside, key, shape


def _step(inside: Any, shape: Shape, step: str | None, index: str | None) -> tuple[Any, Shape]:
    if shape.kind == "union":
        shape = next(one for one in shape.alternatives if one.kind == ("object" if step else "rows"))
    if step:
        return step, shape.properties[step]
    if shape.item is None:
        raise KeyError(index)
    return (int(index or 0) if shape.kind == "rows" else list(inside)[int(index or 0)]), shape.item


def _within(inside: Any, key: Any, shape: Shape) -> Any:
    """The value at a key; an object, list or mapping that is not there yet is made of what holds without it."""
    if isinstance(inside, list) or inside.get(key) is not None:
        return inside[key]
    inside[key] = Piece({}) if shape.kind in {"object", "union"} else _begun(shape)
    return inside[key]


def _begun(shape: Shape) -> Any:
    usual = shape.default if shape.default not in (NOT_GIVEN, None) else None
    if shape.kind == "rows":
        return list(usual or ())
    return dict(usual or {}) if shape.kind == "entries" else empty(shape)


def _add(inside: Any, key: Any, shape: Shape) -> None:
    if shape.kind == "union":
        shape = next(one for one in shape.alternatives if one.kind == "rows")
    if shape.item is None:
        raise KeyError(key)
    rows = _within(inside, key, shape)
    if isinstance(rows, list):
        rows.append(empty(shape.item))
    else:
        rows.setdefault("", empty(shape.item))


def _remove(inside: Any, key: Any, shape: Shape) -> None:
    del inside[key]


def _move(by: int) -> _Change:
    def move(inside: Any, key: Any, shape: Shape) -> None:
        if isinstance(inside, Piece):
            raise KeyError(key)
        if isinstance(inside, list):
            inside.insert(max(key + by, 0), inside.pop(key))
            return
        names = list(inside)
        place = names.index(key)
        names.insert(max(place + by, 0), names.pop(place))
        ordered = {name: inside[name] for name in names}
        inside.clear()
        inside.update(ordered)

    return move


def _on(inside: Any, key: Any, shape: Shape) -> None:
    inside[key] = Piece({})


def _off(inside: Any, key: Any, shape: Shape) -> None:
    inside.pop(key, None)


def _take_way(inside: Any, key: Any, shape: Shape) -> None:
    """What was said in other ways is laid aside, and what was said in this one before is said again."""
    piece = _within(inside, key, shape)
    ways = ways_of(shape)
    way = next(one for one in ways if one.name == piece.way)
    aside: Mapping[str, Any] = {name: value for name, value in piece.items() if not belongs(name, way, ways)}
    for name in aside:
        del piece[name]
    back = {name: value for name, value in piece.kept.items() if name in way.names}
    piece.update(back)
    piece.kept = {**{name: value for name, value in piece.kept.items() if name not in back}, **aside}


def _stay(inside: Any, key: Any, shape: Shape) -> None:
    """A kind was chosen: the form that is drawn anew has its field."""


_DOING: dict[str, _Change] = {
    "add": _add,
    "remove": _remove,
    "up": _move(-1),
    "down": _move(1),
    "on": _on,
    "off": _off,
    "way": _take_way,
    "kind": _stay,
}
