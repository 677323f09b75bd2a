"""A transformed table's rows, searched, sorted and cut into pages: no database knows them."""

from dashboards.panels.base import Ask, BadRequest
from dashboards.panels.transformations.rows import SortBy
from dashboards.panels.transformations.rows import sort as sorted_by
from dashboards.panels.transformations.tables import rows_at
from dashboards.panels.values import text_of
from datasources.base import Sort
from datasources.frame import Frame


def found_and_sorted(frame: Frame, ask: Ask, sort: Sort | None, *, search: str) -> Frame:
    """The rows in which some cell contains the text, in the order asked for. Raises BadRequest for a column there is not."""
    if search:
        wanted = search.casefold()
        rows = enumerate(frame.rows())
        frame = rows_at(
            frame, [place for place, row in rows if any(wanted in text_of(cell, ask.zone).casefold() for cell in row)]
        )
    if sort is None:
        return frame
    if sort.column not in frame.names:
        raise BadRequest(f"“{sort.column[:60]}” is not a column of this panel.")
    return sorted_by(frame, [SortBy(field=sort.column, order="desc" if sort.descending else "asc")])


def page_of(frame: Frame, page: int, size: int) -> Frame:
    start = (page - 1) * size
    return rows_at(frame, range(start, min(start + size, frame.row_count)))
