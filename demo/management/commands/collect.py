"""`manage.py collect`: keep adding real measurements to the demo tenants until stopped."""

import signal
from threading import Event
from typing import Any

from django.core.management.base import BaseCommand

from demo.collector import collect


class Command(BaseCommand):
    help = "Keep adding this machine's measurements, and new demo data, to the demo tenants until stopped."

    def handle(self, *args: Any, **options: Any) -> None:
        stopped = Event()
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, lambda *_: stopped.set())
        collect(stopped=stopped, say=self.stderr.write)
