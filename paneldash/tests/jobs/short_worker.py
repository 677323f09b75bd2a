"""A worker with jobs to try it with, which notices sooner that another is dead."""

import os
import sys
import time

import django
from django.db import connection
from procrastinate.contrib.django import app

SECOND = "* * * * * *"


@app.task(name="try.note", queue="try")
def note(number: int, seconds: float = 0.0) -> None:
    """Writes down who ran it: when it began, and when it ended."""
    _write("begun", number)
    time.sleep(seconds)
    _write("ended", number)


@app.periodic(cron=SECOND)
@app.task(name="try.tick", queue="try")
def tick(timestamp: int) -> None:
    _write("tick", timestamp)


@app.task(name="try.fail", queue="try")
def fail(words: str) -> None:
    raise ValueError(words)


@app.task(name="try.tell", queue="try")
def tell() -> None:
    from audit.models import Action
    from audit.recording import Thing, Told, record

    record(Told(Action.CHANGE, thing=Thing("try")))


def _write(what: str, number: int) -> None:
    with connection.cursor() as cursor:
        cursor.execute("INSERT INTO tried (what, number, pid) VALUES (%s, %s, %s)", [what, number, os.getpid()])


def main() -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "paneldash.settings")
    django.setup()
    from paneldash import worker
    from paneldash.management.commands.worker import Command

    worker.HEARTBEAT_SECONDS, worker.SILENT_SECONDS, worker.POLL_SECONDS = 0.3, 1.5, 0.5
    if "--no-ticks" in sys.argv:
        del app.periodic_registry.periodic_tasks["try.tick", ""]
    Command().handle()


if __name__ == "__main__":
    main()
