"""Panels and rows that stand on a page once for each value of a variable: where each of them stands."""

import hashlib
from collections.abc import Collection, Iterable, Mapping, Sequence
from copy import copy
from dataclasses import dataclass, field

from dashboards.document import COLUMNS
from dashboards.models import MOST_REPEATED, Placement

MOST_ON_A_PAGE = 500  # panels, once there are as many every one that is repeated stands there once
Values = Mapping[str, Sequence[str]]


@dataclass(slots=True)
class Repeated:
    """Placements as a page has them. `cut` says of those with too many values how many are shown, and of how many."""

    places: list[Placement] = field(default_factory=list)
    cut: dict[str, tuple[int, int]] = field(default_factory=dict)

    @property
    def room(self) -> int:
        """For how many more there is."""
        return MOST_ON_A_PAGE - len(self.places)


def repeat(places: Iterable[Placement], headings: Collection[str], values: Values) -> Repeated:
    """Each placement once for each value of the variable that repeats it, what lies below moved down.

    A heading is repeated with all that stands below it, as far as the next one. `headings` are ids of panels. A variable
    that has no values here repeats nothing.
    """
    done = Repeated()
    down = 0
    for block in _blocks(places, headings):
        first = block[0]
        chosen = _values(first, values, done, room=done.room // len(block)) if first.panel_slug in headings else None
        if chosen is not None and not chosen:
            continue  # nothing is chosen: no row
        height = _bottom(block) - first.row
        for number, value in enumerate(chosen or [None]):
            own = {} if value is None else {first.repeat_variable: value}
            down += height if number else 0
            placed, more = _panels(block, headings, values, own, done)
            for place in placed:
                place.row += down
            done.places += placed
            down += more
    done.places.sort(key=lambda place: (place.row, place.col))
    return done


def key_of(slug: str, own: Mapping[str, str]) -> str:
    """What a panel is called on its page: one that is repeated has a name for its values, which no panel's id can be."""
    if not own:
        return slug
    return f"{slug}-R{hashlib.blake2b(repr(sorted(own.items())).encode(), digest_size=5).hexdigest()}"


def _blocks(places: Iterable[Placement], headings: Collection[str]) -> list[list[Placement]]:
    """Each heading with what stands below it; what stands above the first one by itself."""
    blocks: list[list[Placement]] = []
    for place in places:
        if not blocks or place.panel_slug in headings:
            blocks.append([])
        blocks[-1].append(place)
    return blocks


def _panels(
    block: Sequence[Placement], headings: Collection[str], values: Values, own: Mapping[str, str], done: Repeated
) -> tuple[list[Placement], int]:
    """The panels of a block with their repetitions, and by how many rows these make it higher."""
    down = dict.fromkeys(range(len(block)), 0)
    placed: list[Placement] = []
    for number, place in enumerate(block):
        row = place.row + down[number]
        repeats = place.repeat_variable not in own and place.panel_slug not in headings
        chosen = _values(place, values, done, room=done.room - len(placed)) if repeats else None
        if chosen is None:
            placed.append(_copy(place, row, place.col, own))
            continue
        width = _free_width(place, block) if place.repeat_direction == Placement.Direction.RIGHT else place.width
        beside = max(1, width // place.width)
        for at, value in enumerate(chosen):
            line, column = divmod(at, beside)
            its = {**own, place.repeat_variable: value}
            placed.append(_copy(place, row + line * place.height, place.col + column * place.width, its))
        more = (max(1, -(-len(chosen) // beside)) - 1) * place.height
        for other, one in enumerate(block):
            if one.row >= place.row + place.height:
                down[other] = max(down[other], down[number] + more)
    return placed, max(0, _bottom(placed) - _bottom(block))


def _bottom(block: Sequence[Placement]) -> int:
    return max((place.row + place.height for place in block), default=0)


def _values(place: Placement, values: Values, done: Repeated, *, room: int) -> Sequence[str] | None:
    """Those to repeat it for; None where it is not repeated."""
    found = values.get(place.repeat_variable) if place.repeat_variable else None
    if found is None:
        return None
    most = min(place.repeat_max or MOST_REPEATED, MOST_REPEATED, max(1, room))
    if len(found) > most:
        done.cut[place.panel_slug] = (most, len(found))
    return found[:most]


def _free_width(place: Placement, block: Sequence[Placement]) -> int:
    """The columns from a panel's own to the next panel beside it, or the edge."""
    below = place.row + place.height
    beside = [one.col for one in block if one.col > place.col and one.row < below and place.row < one.row + one.height]
    return min([*beside, COLUMNS]) - place.col


def _copy(place: Placement, row: int, col: int, own: Mapping[str, str]) -> Placement:
    placed = copy(place)
    placed.row, placed.col, placed.own = row, col, own
    return placed
