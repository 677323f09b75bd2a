"""A panel that cannot be shown now: why, for those who look and those who edit it."""

import logging

from dashboards.panels.base import BadRequest
from datasources.errors import NoSuchOrder, QueryFailed, QueryRefused, SourceError, ValueMissing
from tenants.models import Role

log = logging.getLogger(__name__)

NOT_YET = "This panel cannot work on this tenant's data yet."


class PanelUnavailable(Exception):
    """A panel that cannot be shown now. `sentence` is for viewers, `detail` for editors, `status` as CONTRACT.md has it.

    `for_editors` says in words what the tenant's database lacks, where that is why. `took_ms` is how long it took to find out.
    """

    took_ms = 0.0

    def __init__(
        self, sentence: str, *, status: int, detail: str = "", retry_after_seconds: float | None = None, for_editors: str = ""
    ) -> None:
        super().__init__(sentence)
        self.sentence, self.status, self.detail = sentence, status, detail
        self.retry_after_seconds = retry_after_seconds
        self.for_editors = for_editors

    @property
    def in_full(self) -> str:
        """Sentence and detail: for editors and the audit."""
        return f"{self.sentence} {self.detail}".strip()

    def told_to(self, role: Role) -> str:
        """The sentence for somebody of this role."""
        return self.for_editors if self.for_editors and role.includes(Role.EDITOR) else self.sentence


def unavailable(error: SourceError) -> PanelUnavailable | BadRequest:
    """A source's error as the panel's. A refused query is the definition's fault, not the viewer's: it failed.

    But for a value the viewer did not give, and an order there is not.
    """
    if isinstance(error, NoSuchOrder):
        return BadRequest(error.sentence)
    log.info("panel unavailable", extra={"sentence": error.sentence, "detail": error.detail})
    is_refused = isinstance(error, QueryRefused) and not isinstance(error, ValueMissing)
    status = QueryFailed.status if is_refused else error.status
    if error.lack is not None:
        return PanelUnavailable(NOT_YET, status=status, detail=error.in_full, for_editors=error.lack.sentence)
    retry = getattr(error, "retry_after_seconds", None)
    return PanelUnavailable(error.sentence, status=status, detail=error.detail, retry_after_seconds=retry)
