"""Hearing of what other processes change: a thread with a connection of its own waits for PostgreSQL's NOTIFY."""

import logging
import threading
import time
from collections.abc import Callable

import psycopg
from procrastinate.contrib.django.utils import connector_params

from tenants.known import forget_all
from tenants.telling import CHANNEL, is_me

AGAIN_SECONDS = 5.0
PAUSE_SECONDS = 0.02  # a burst of changes is forgotten fifty times a second, not a thousand times

log = logging.getLogger(__name__)


def listen() -> None:
    """Forget from now on what others change, as soon as they have."""
    threading.Thread(target=_keep_listening, name="hearing", daemon=True).start()


def hear(connection: psycopg.Connection, *, forget: Callable[[], None] = forget_all) -> None:
    """Forget whatever has changed until the connection is lost. Raises psycopg.Error then."""
    connection.execute(f"LISTEN {CHANNEL}")
    forget()  # what changed while nobody listened
    while True:
        if not all(is_me(notice.payload) for notice in connection.notifies(stop_after=1)):
            forget()
        time.sleep(PAUSE_SECONDS)


def _keep_listening() -> None:
    while True:
        try:
            with psycopg.connect(**connector_params("default"), autocommit=True) as connection:
                hear(connection)
        except psycopg.Error as error:
            log.warning("changes of other processes are not heard of at once: %s", type(error).__name__)
        time.sleep(AGAIN_SECONDS)
