"""A transformed table's rows, searched, sorted and cut into pages: no database knows them."""

from dashboards.panels.base import Ask, BadRequest, WrongShape
from dashboards.panels.transformations.clock import Clock
from dashboards.panels.transformations.rows import SortBy
from dashboards.panels.transformations.rows import sort as sorted_by
from dashboards.panels.transformations.tables import CannotTransform, rows_at
from dashboards.panels.values import text_of
from datasources.base import Sort
from datasources.frame import Frame


def found_and_sorted(frame: Frame, ask: Ask, sort: Sort | None, *, search: str) -> Frame:
    """The rows in which some cell contains the text, in the order asked for.

    Raises BadRequest for a column there is not, WrongShape where that takes too long.
    """
    if sort is not None and sort.column not in frame.names:
        raise BadRequest(f"“{sort.column[:60]}” is not a column of this panel.")
    clock = Clock()
    try:
        found = _with_text(frame, search.casefold(), ask, clock) if search else frame
        if sort is None:
            return found
        return sorted_by(found, [SortBy(field=sort.column, order="desc" if sort.descending else "asc")], clock)
    except CannotTransform as error:
        raise WrongShape(f"{error}.") from error


def _with_text(frame: Frame, wanted: str, ask: Ask, clock: Clock) -> Frame:
    rows = clock.watch(enumerate(frame.rows()))
    return rows_at(frame, [place for place, row in rows if any(wanted in text_of(cell, ask.zone).casefold() for cell in row)])


def page_of(frame: Frame, page: int, size: int) -> Frame:
    start = (page - 1) * size
    return rows_at(frame, range(start, min(start + size, frame.row_count)))
