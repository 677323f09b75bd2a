"""A document as the nodes of a form, and what is wrong with it at the nodes it belongs to."""

import json
from collections.abc import Mapping, Sequence
from typing import Any

from dashboards.editor.node import Node
from dashboards.editor.pieces import Piece
from dashboards.editor.reading import GIVEN, NULL, ROOT, empty
from dashboards.editor.shapes import NOT_GIVEN, Shape
from dashboards.editor.ways import belongs, way_of, ways_of
from dashboards.editor.words import KINDS, OF_MODEL, VALUES, label_of, sentence
from dashboards.panels.reading import DocumentError

LARGEST_WHOLE = 10**15
MOST_NODES = 900  # each has up to two fields, and settings.DATA_UPLOAD_MAX_NUMBER_FIELDS are taken


def form_of(document: Mapping[str, Any], shape: Shape, errors: Sequence[DocumentError] = ()) -> tuple[Node, list[DocumentError]]:
    """The form of a document, and the errors that have no place in it. Each stands as near to its place as there is a field."""
    root = _node(shape, document, name=ROOT, path="", key="")
    _thin(root)
    by_path = {node.path: node for node in root.walk()}
    homeless = []
    for error in errors:
        node = by_path.get(_nearest(error.path, by_path))
        if node is None or node is root:
            homeless.append(error)
        elif error.message not in node.errors:
            node.errors.append(error.message)
    return root, homeless


def _thin(root: Node) -> None:
    """A form has a bounded number of fields: of a longer one the longest lists are written as JSON, row by row."""
    while len(root.walk()) > MOST_NODES:
        long = max((node for node in root.walk() if node.widget in {"rows", "entries"}), key=lambda node: len(node.walk()))
        if all(row.widget == "raw" for row in long.children):
            return
        for row in long.children:
            row.children, row.mark = [], ""
            _as_json(row)


def _as_json(node: Node) -> None:
    node.widget, node.text = "raw", json.dumps(node.value, ensure_ascii=False, default=str)


def _nearest(path: str, known: Mapping[str, Node]) -> str:
    while path and path not in known:
        path = path[: max(path.rfind("."), path.rfind("["), 0)]
    return path


def _node(shape: Shape, value: Any, *, name: str, path: str, key: str, model: str = "") -> Node:
    is_said = value is not NOT_GIVEN
    node = Node(
        name=name, path=path, key=key, model=model, shape=shape, label=label_of(key, model), about=sentence(shape.about),
        widget=shape.kind, value=value, is_said=is_said, mark=_mark(shape, value),
    )  # fmt: skip
    if is_said and value is not None and not fits(shape, value):
        _as_json(node)
        return node
    shown = shape.default if value is NOT_GIVEN else value
    if shown is NOT_GIVEN:
        shown = None
    _FILL.get(shape.kind, _fill_text)(node, shown)
    return node


def fits(shape: Shape, value: Any) -> bool:
    """Whether a value can be shown in the field of its shape, right or wrong."""
    match shape.kind:
        case "object" | "entries":
            return isinstance(value, Mapping)
        case "rows":
            return isinstance(value, list)
        case "boolean":
            return isinstance(value, bool)
        case "number":
            return isinstance(value, str | int | float) and not isinstance(value, bool)
        case "union":
            return any(fits(one, value) for one in shape.alternatives)
        case "choice":
            return isinstance(value, str) or value in shape.options
    return isinstance(value, str)


def _mark(shape: Shape, value: Any) -> str:
    if value is None:
        return NULL
    if value is NOT_GIVEN:
        return ""
    is_switched_on = shape.kind == "object" and shape.is_nullable
    is_empty = value in ("", [], {}) and not isinstance(value, bool)
    is_usual = (
        shape.default is not NOT_GIVEN and value == shape.default and isinstance(value, bool) == isinstance(shape.default, bool)
    )
    return GIVEN if is_switched_on or is_empty or is_usual else ""


def _fill_text(node: Node, value: Any) -> None:
    node.text = "" if value is None else written(value)


def written(value: Any) -> str:
    """A value as the text of a field: 80.0 is 80."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float) and value.is_integer() and abs(value) < LARGEST_WHOLE:
        return str(int(value))
    return str(value)


def _fill_choice(node: Node, value: Any) -> None:
    node.text = "" if value is None else written(value)
    options = [written(option) for option in node.shape.options]
    if node.text and node.text not in options:
        options.append(node.text)
    has_none = value is None or node.shape.is_nullable
    node.options = ([("", "Not set" if node.shape.is_nullable else "Choose")] if has_none else []) + [
        (option, option.replace("_", " ")) for option in options
    ]


def _fill_object(node: Node, value: Any) -> None:
    shape = node.shape
    node.is_on = value is not None or not shape.is_nullable
    if not node.is_on:
        return
    said = Piece.of(value if node.is_said and value is not None else {})
    node.ways = ways_of(shape)
    way = way_of(dict(said), said.way, node.ways) if node.ways else None
    node.way = way.name if way else ""
    node.kept = json.dumps(said.kept, ensure_ascii=False, default=str) if said.kept else ""
    for key, one in shape.properties.items():
        if way is not None and key not in said and not belongs(key, way, node.ways):
            continue
        path = f"{node.path}.{key}".removeprefix(".")
        child = _node(one, said.get(key, NOT_GIVEN), name=f"{node.name}.{key}", path=path, key=key, model=shape.model)
        if one.kind == "union":
            _choose_kind(child, said.get(key, NOT_GIVEN), said.kinds.get(key))
        node.children.append(child)
    more = {key: plain for key, plain in said.items() if key not in shape.properties}
    node.more = json.dumps(more, ensure_ascii=False, default=str) if more else ""


def _fill_rows(node: Node, value: Any) -> None:
    item = node.shape.item
    assert item is not None
    node.children = [
        _node(item, one, name=f"{node.name}[{place}]", path=f"{node.path}[{place}]", key=node.key)
        for place, one in enumerate(value or ())
    ]
    for place, (child, one) in enumerate(zip(node.children, value or (), strict=True), 1):
        child.label = f"{node.one.capitalize()} {place}"
        if item.kind == "union":
            _choose_kind(child, one, None)


def _fill_entries(node: Node, value: Any) -> None:
    item = node.shape.item
    assert item is not None
    for place, (key, one) in enumerate((value or {}).items()):
        child = _node(item, one, name=f"{node.name}{{{place}}}", path=f"{node.path}.{key}", key=node.key)
        child.entry, child.label = str(key), VALUES.get(node.key, node.one.capitalize())
        if item.kind == "union":
            _choose_kind(child, one, None)
        node.children.append(child)


def _fill_union(node: Node, value: Any) -> None:
    """Its kinds; that of the value is chosen by `_choose_kind`, which knows what a person chose before there was one."""
    kinds = [OF_MODEL.get(one.model) or KINDS.get(one.kind, one.kind) for one in node.shape.alternatives]
    node.options = [(str(place), kind) for place, kind in enumerate(kinds)]
    if node.shape.is_nullable:
        node.options.insert(0, ("", "Not set"))


def _choose_kind(node: Node, value: Any, chosen: int | None) -> None:
    alternatives = node.shape.alternatives
    if node.widget == "raw":
        return
    if chosen is not None and chosen >= len(alternatives):
        chosen = None
    if value is not NOT_GIVEN and value is not None:
        fitting = (place for place, one in enumerate(alternatives) if _is_of(one, value))
        place = next(fitting, 0) if chosen is None or not fits(alternatives[chosen], value) else chosen
    elif chosen is not None:
        place, value = chosen, NOT_GIVEN
    elif node.shape.is_nullable:
        return
    else:
        place = 0
    node.kind = str(place)
    shown = value if value is not NOT_GIVEN else (empty(alternatives[place]) if node.shape.is_nullable else NOT_GIVEN)
    child = _node(alternatives[place], shown, name=node.name, path=node.path, key=node.key)
    child.label, child.mark = node.label, ""  # the union's own mark is the value's
    node.children = [child]


def _is_of(shape: Shape, value: Any) -> bool:
    """A text that is a number's place filled in wrongly is a text."""
    return fits(shape, value) and not (shape.kind == "number" and isinstance(value, str))


_FILL = {
    "object": _fill_object,
    "rows": _fill_rows,
    "entries": _fill_entries,
    "choice": _fill_choice,
    "union": _fill_union,
    "nothing": lambda node, value: None,
}
