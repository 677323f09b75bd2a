"""What a source may answer instead of a Frame. The sentence is for people; the detail for editors and the log."""

from typing import ClassVar


class SourceError(Exception):
    """Base of all. `sentence` is safe for every viewer; `detail` may hold SQL or a server's words: editors only.

    `reason` is what went wrong in a word, for programs and counters.
    """

    status: ClassVar[int] = 500
    reason: ClassVar[str] = "failed"

    def __init__(self, sentence: str, *, detail: str = "") -> None:
        super().__init__(sentence)
        self.sentence = sentence
        self.detail = detail


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
