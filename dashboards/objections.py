"""What the guard has against a text of a document, told to its author and to the audit."""

from collections.abc import Iterable
from dataclasses import dataclass

from audit.statements import record_refused_sql
from dashboards.panels.reading import DocumentError


@dataclass(frozen=True, slots=True)
class Objection:
    """`error` says where and why; `sql` is what was refused, empty where that is no SQL."""

    error: DocumentError
    sql: str


def told(objections: Iterable[Objection]) -> list[DocumentError]:
    """The errors, each of which the audit is told with its place."""
    errors = []
    for objection in objections:
        if objection.sql:
            record_refused_sql(None, objection.sql, str(objection.error))
        errors.append(objection.error)
    return errors
