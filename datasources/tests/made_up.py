"""What a hostile or a very old writer may have left in the store: a whole, rightly signed thing with something else in it."""

import copy
from typing import Any

import numpy as np
from hypothesis import strategies as some

from datasources.packing import Form

leaves = some.one_of(
    some.none(),
    some.booleans(),
    some.integers(-(2**62), 2**62),
    some.integers(-3, 12),
    some.floats(),
    some.text("aé0\x00", max_size=4),
)
trees = some.recursive(
    leaves, lambda inner: some.lists(inner, max_size=3) | some.dictionaries(some.text("ab", max_size=2), inner)
)


@some.composite
def made_up(draw: some.DrawFn, form: Form, data: bytes) -> bytes:
    """The thing with one piece of its description, wherever it stands, replaced or gone; its arrays as they were or changed."""
    found = form.unpack(data, lambda described, arrays: (described, arrays.take(len(arrays._data), np.uint8)))
    assert found is not None
    described, numbers = copy.deepcopy(found[0]), found[1].copy()
    holder, name = draw(some.sampled_from(list(_places(described))))
    if draw(some.booleans()) and isinstance(holder, dict):
        del holder[name]
    else:
        holder[name] = draw(trees)
    if len(numbers) and draw(some.booleans()):
        numbers[draw(some.integers(0, len(numbers) - 1))] ^= draw(some.integers(1, 255))
    return form.pack(described, [numbers], moment=form.moment_of(data))


def _places(tree: Any) -> list[tuple[Any, Any]]:
    """Every place in a tree of lists and mappings, as what holds it and its name there."""
    names = list(tree) if isinstance(tree, dict) else list(range(len(tree))) if isinstance(tree, list) else []
    return [(tree, name) for name in names] + [place for name in names for place in _places(tree[name])]
