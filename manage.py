#!/usr/bin/env python
"""Django's command line. Without DATABASE_URL it has the embedded PostgreSQL running while the command runs."""

import contextlib
import os
import sys
from collections.abc import Iterator

from django.core.exceptions import ImproperlyConfigured

from paneldash.databases import names_a_server
from paneldash.embedded import EmbeddedError
from paneldash.environment import ROOT, read_file
from paneldash.home import default_home
from paneldash.local import central_database, fill_in_settings, has_local_settings


@contextlib.contextmanager
def closing_pools() -> Iterator[None]:
    from paneldash.central.base import close_central_pools

    try:
        yield
    finally:
        close_central_pools()


def main() -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "paneldash.settings")
    from django.core.management import execute_from_command_line

    read_file()
    home = default_home(ROOT)
    if not names_a_server() or has_local_settings(home):
        fill_in_settings(home)
    try:
        with central_database(home), closing_pools():
            execute_from_command_line(sys.argv)
    except EmbeddedError as error:
        sys.exit(f"PostgreSQL: {error}")


if __name__ == "__main__":
    try:
        main()
    except ImproperlyConfigured as wrong_setting:
        sys.exit(str(wrong_setting))
