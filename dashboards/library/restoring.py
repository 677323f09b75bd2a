"""Going back to an earlier version: a change as any other, which can be undone in the same way."""

from typing import TypeVar

from dashboards.changing import save_change
from dashboards.checks import check_dashboard, check_queries
from dashboards.document import put, read_dashboard
from dashboards.library.history import version_at
from dashboards.models import Dashboard, Panel
from dashboards.panels.document import DocumentInvalid, read_document
from tenants.models import User

Row = TypeVar("Row", bound=Panel | Dashboard)


class NotKept(Exception):
    """There is no such version, or not any more."""


def restore(row: Row, number: int, *, by: User, seen: int | None) -> Row:
    """Make the document of an earlier version the next one. With whom it is shared, and its state, stay as they are.

    The document is judged as a new one would be; but a dashboard may name panels that have gone since.
    Raises NotKept, DocumentInvalid, Overtaken, Gone.
    """

    def change(stored: Row) -> None:
        kept = version_at(stored, number)
        if kept is None:
            raise NotKept
        _change(stored, kept.document)

    return save_change(row, change, by=by, through=f"restoring version {number}", seen=seen)


def _change(stored: Panel | Dashboard, raw: object) -> None:
    if isinstance(stored, Dashboard):
        board = read_dashboard(raw)
        if errors := check_dashboard(board, is_shared=stored.is_shared):
            raise DocumentInvalid(*errors)
        put(stored, board)
        return
    document = read_document(raw)
    if errors := check_queries(document, is_shared=stored.is_shared):
        raise DocumentInvalid(*errors)
    stored.take(document)
