"""Telling the other processes, of all hosts, that something has changed on which what they know may rest."""

import logging
import secrets
from collections.abc import Collection

from django.db import DatabaseError, connection, transaction

from tenants.forks import begin_empty

CHANNEL = "paneldash_changed"
# Columns on which nothing rests that is known: they change with every sign-in, call and check.
QUIET = frozenset({"last_login", "last_used_at", "tested_at", "test_verdict", "test_summary"})

log = logging.getLogger(__name__)
_me = ""


def _start_empty() -> None:
    global _me
    _me = secrets.token_hex(8)


begin_empty(_start_empty)


def is_me(teller: str) -> bool:
    """Whether this process said it, which has forgotten already."""
    return teller == _me


def tell_others(changed: Collection[str] | None = None) -> None:
    """Once they can see the change; once a transaction, whatever it changes. `changed` are the columns, where that is known."""
    if changed is not None and QUIET.issuperset(changed):
        return
    if not any(waiting[1] is _tell for waiting in connection.run_on_commit):
        transaction.on_commit(_tell)


def _tell() -> None:
    """What is committed stays so: where nobody can be told, the others ask again before five seconds are over."""
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_notify(%s, %s)", [CHANNEL, _me])
    except DatabaseError:
        log.warning("other processes were not told of a change", exc_info=True)
