"""`manage.py collect`: keep adding real measurements to the demo tenants until stopped."""

import signal
from typing import Any

from django.core.management.base import BaseCommand

from demo.collector import collect


class Command(BaseCommand):
    help = "Keep adding this machine's measurements, and new demo data, to the demo tenants until stopped."

    def handle(self, *args: Any, **options: Any) -> None:
        stopped: list[int] = []
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, lambda received, _frame: stopped.append(received))
        collect(should_stop=lambda: bool(stopped), say=self.stderr.write)
