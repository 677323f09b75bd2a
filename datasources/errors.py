"""What a source may answer instead of a Frame. The sentence is for people; the detail for editors and the log."""

from dataclasses import dataclass
from typing import ClassVar, Literal

_NEEDS = {
    "table": ("the table {}", "a table", "which this tenant's database does not have"),
    "column": ("the column {}", "a column", "which this tenant's database does not have"),
    "right": ("to read {}", "to read a table", "which this tenant's role may not"),
    "type": ("another type of {}", "columns of other types", "than this tenant's database has"),
}


@dataclass(frozen=True, slots=True)
class Lack:
    """What a database does not have for a query. `name` as editors know it: `orders.discount`; empty where not known."""

    kind: Literal["table", "column", "right", "type"]
    name: str = ""

    @property
    def sentence(self) -> str:
        """For editors: it names tables."""
        named, unnamed, why = _NEEDS[self.kind]
        what = named.format(self.name) if self.name else unnamed
        return f"This panel needs {what}{'' if self.kind == 'type' else ','} {why}."


class SourceError(Exception):
    """Base of all. `sentence` is safe for every viewer; `detail` may hold SQL or a server's words: editors only.

    `reason` is what went wrong in a word, for programs and counters.
    With a `lack` the query cannot work on this database as it is. `at`: where in the SQL its author wrote the mistake is,
    in characters from 0; None where that is not known.
    """

    status: ClassVar[int] = 500
    reason: ClassVar[str] = "failed"

    def __init__(self, sentence: str, *, detail: str = "", lack: Lack | None = None, at: int | None = None) -> None:
        super().__init__(sentence)
        self.sentence = sentence
        self.detail = detail
        self.lack = lack
        self.at = at

    @property
    def in_full(self) -> str:
        """Sentence and detail: for editors, the audit and the log."""
        return f"{self.sentence} {self.detail}".strip()


class QueryRefused(SourceError):
    """The query is not one PanelDash runs: not a plain SELECT, a name not known, a value not allowed."""

    status = 422
    reason = "refused"


class ValueMissing(QueryRefused):
    """A variable of the query was given no value: the asker's fault, not the query's."""

    reason = "asker"


class NoSuchOrder(QueryRefused):
    """The asker wants an order by a column that the answer does not have, or that has no order."""

    reason = "asker"


class QueryFailed(SourceError):
    """The database refused or broke the query: missing table, missing right, type error, division by zero."""

    status = 500


class QueryTimeout(SourceError):
    """The query took longer than it may, or waited too long for a lock."""

    status = 504
    reason = "timeout"


class QueryStopped(SourceError):
    """Whoever asked has left, and waits for no answer."""

    reason = "stopped"


class SourceUnavailable(SourceError):
    """The source cannot be reached now."""

    status = 503
    reason = "unreachable"

    def __init__(self, sentence: str, *, detail: str = "", retry_after_seconds: float = 10.0) -> None:
        super().__init__(sentence, detail=detail)
        self.retry_after_seconds = retry_after_seconds


class SourceBusy(SourceUnavailable):
    """The source has as many queries running as it may, and waiting for one to end took too long."""

    reason = "busy"


class BudgetSpent(SourceUnavailable):
    """The source has worked for as long as it may in this minute."""

    reason = "budget"


class SourceMissing(SourceError):
    """The tenant has no such source, or it is switched off, or is not for who asks: waiting does not help."""

    status = 422
    reason = "missing"
