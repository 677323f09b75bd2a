"""When a token was last used: written at most once a minute, while nobody waits for it."""

import logging
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

from django.db import DatabaseError, connection
from django.db.models import QuerySet
from django.utils import timezone

from tenants.forks import begin_empty
from tenants.models import ApiToken
from tenants.seldom import Seldom
from tenants.signals import token_first_used

WRITTEN_EVERY_SECONDS = 60.0

log = logging.getLogger(__name__)


class Uses:
    """One thread writes. It is started with the first use."""

    def __init__(self) -> None:
        begin_empty(self._start_empty)

    def _start_empty(self) -> None:
        self._noted = Seldom(every_seconds=WRITTEN_EVERY_SECONDS)
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="token-use")

    def note(self, token: ApiToken) -> None:
        if self._noted.is_due(token.pk):
            self._thread.submit(_write_and_close, token)

    def done(self) -> None:
        """Wait until all is written that was noted."""
        self._thread.submit(lambda: None).result()


def write_use(token: ApiToken) -> None:
    """Other processes see the same token used: the row itself says whether its minute is over.

    By a plain query set: nothing that is known rests on when a token was used.
    """
    tokens: QuerySet[ApiToken] = QuerySet(ApiToken)
    row, now = tokens.filter(pk=token.pk), timezone.now()
    if row.filter(last_used_at__isnull=True).update(last_used_at=now):
        token_first_used.send(ApiToken, token=token)
    else:
        row.filter(last_used_at__lt=now - timedelta(seconds=WRITTEN_EVERY_SECONDS)).update(last_used_at=now)


def _write_and_close(token: ApiToken) -> None:
    try:
        write_use(token)
    except DatabaseError as error:
        log.warning("a use of a token was not written: %s", type(error).__name__)
    except Exception:  # the thread's outermost call: its future is asked by nobody
        log.exception("a use of a token was not written")
    finally:
        connection.close()


uses = Uses()


def note_use(token: ApiToken) -> None:
    uses.note(token)
