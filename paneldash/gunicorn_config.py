"""How gunicorn serves PanelDash: `gunicorn --config paneldash/gunicorn_config.py paneldash.wsgi`."""

import gc
import logging
import os
import signal
from contextlib import suppress
from pathlib import Path
from typing import Any

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "paneldash.settings")

from django.conf import settings
from django.db import DatabaseError

from paneldash import slots
from paneldash.logs import configure, log_configuration

slots.count_by_slot()

bind = f"{settings.HOST}:{settings.PORT}"
worker_class = "paneldash.web_worker.WebWorker"
workers = settings.WEB_CONCURRENCY
threads = settings.WEB_THREADS
timeout = 60
graceful_timeout = 30  # longer than any page may take
keepalive = 75  # longer than a proxy keeps an idle connection, so that the proxy closes it
max_requests = 100_000
max_requests_jitter = 10_000
limit_request_line = 8_190
preload_app = not settings.DEBUG
worker_tmp_dir = "/dev/shm" if Path("/dev/shm").is_dir() else None  # noqa: S108  only its heartbeat
control_socket_disable = True
errorlog = None  # through our own log, see on_starting


def on_starting(_server: Any) -> None:
    """One log for all: gunicorn's lines go where everybody's go."""
    configure(settings.LOGGING)
    logging.getLogger("gunicorn.error").propagate = True
    log_configuration()


def when_ready(_server: Any) -> None:
    """What is loaded by now is shared by all workers; the garbage collector would touch, and so copy, all of it."""
    gc.collect()
    gc.freeze()


def pre_fork(server: Any, worker: Any) -> None:
    worker.slot = slots.free_slot(other.slot for other in server.WORKERS.values())


def post_fork(_server: Any, worker: Any) -> None:
    signal.signal(signal.SIGTERM, signal.SIG_DFL)  # until it serves: its parent's handler would only remember it, and nobody asks
    slots.take(worker.slot)
    if preload_app and settings.WORKER_LISTENS:
        from tenants.hearing import listen

        listen()


def worker_exit(_server: Any, _worker: Any) -> None:
    """Send what was counted last; close connections in order, so that no server is left with a query nobody waits for."""
    from audit.waiting import queue
    from datasources.load import load
    from datasources.store import StoreDown
    from paneldash.pools import close_pools

    with suppress(StoreDown):
        load.send()
    try:
        queue.send()
    except DatabaseError:
        logging.getLogger("gunicorn.error").exception("audit events were not written")
    close_pools()


def child_exit(_server: Any, worker: Any) -> None:
    if os.environ.get("PROMETHEUS_MULTIPROC_DIR"):
        from prometheus_client.multiprocess import mark_process_dead

        mark_process_dead(slots.name_of(worker.slot))
