"""A worker of its own for the tests: `python -m datasources.tests.results.player acme "SELECT …" 1772366400`."""

import sys
from datetime import UTC, datetime

import django

django.setup()

from datasources.base import SqlQuery  # noqa: E402
from datasources.errors import SourceError  # noqa: E402
from datasources.frame import rows_of  # noqa: E402
from datasources.postgres import PostgresSource  # noqa: E402
from datasources.results import fetch  # noqa: E402
from tenants.models import Tenant  # noqa: E402


def ask(slug: str, text: str, not_before: str) -> str:
    """How the result was come by and what it is; or the error."""
    tenant = Tenant.objects.get(slug=slug)
    try:
        moment = datetime.fromtimestamp(float(not_before), UTC)
        result = fetch(PostgresSource(tenant), {"q": SqlQuery(text=text)}, not_before=moment)
    except SourceError as error:
        return f"{type(error).__name__} {error.sentence}"
    return f"{result.how} {next(rows_of(result.entry.frames, 'q').rows())}"


if __name__ == "__main__":
    print("ready", flush=True)
    sys.stdin.readline()
    print(ask(*sys.argv[1:]), flush=True)
    sys.stdin.readline()
