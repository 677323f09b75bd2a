"""`manage.py worker`: run jobs until stopped. Any number of them, on any number of hosts."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError

from paneldash.pools import close_pools
from paneldash.worker import CannotGoOn, run_worker


class Command(BaseCommand):
    help = "Run the jobs in the central database until stopped: by the clock, and those that wait. Start as many as you like."

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            run_worker()
        except CannotGoOn as error:
            raise CommandError(f"The worker cannot go on: {error}") from error
        finally:
            close_pools()
