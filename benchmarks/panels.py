"""An uncached panel over HTTP, beside the bare driver that runs the same SQL."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime
from functools import partial

from psycopg import RawCursor

from benchmarks.client import Client
from benchmarks.report import Figure, Report
from benchmarks.scene import HOURS, SHOWN, SOURCES, path
from benchmarks.timing import Timing, in_turns
from dashboards.models import Panel
from dashboards.panels.base import Ask
from dashboards.read import read_panel
from datasources.compile import compile_query
from datasources.statement import Statement
from datasources.timerange import parse_time_range
from tenants.connections import connect
from tenants.models import Tenant

ROUNDS = 25
SHORT_MS, MOST_TIMES, MOST_TIMES_OF_Q2, MOST_MORE_MS, MOST_KPI_MS = 10.0, 1.25, 1.15, 4.0, 6.0


def measure(port: int, session_key: str, now: datetime, report: Report) -> None:
    report.heading(f"An uncached panel over HTTP, and the bare driver with the same SQL in turns: ms, medians of {ROUNDS} rounds")
    with Client(port, session_key, insists=True) as client, bare_driver() as driver:
        works: dict[str, Callable[[], object]] = {"awake": _fetch(client, "/live")}  # after each round's pause
        for slug in SOURCES:
            works[f"{slug} bare"] = partial(driver, slug, now)
            works[f"{slug} panel"] = _fetch(client, path(slug, now))
        times = in_turns(works, rounds=ROUNDS, by_the_second=True)
        for slug in SOURCES:
            report.add(_compared(slug, times[f"{slug} bare"], times[f"{slug} panel"]))
        floor, whole = times["kpi bare"].median, times["kpi panel"]
        report.add(Figure("panels", "KPI fragment, all in all", whole.median, "ms", floor, MOST_KPI_MS, whole.spread))
        times = in_turns({"nothing": _fetch(client, "/live"), "page": _fetch(client, "/t/tenant-000/")}, rounds=ROUNDS)
        page, nothing = times["page"], times["nothing"]
        report.add(
            Figure("panels", "a tenant's page, beside an empty answer", page.median, "ms", nothing.median, spread=page.spread)
        )


@contextmanager
def bare_driver() -> Iterator[Callable[[str, datetime], None]]:
    """Runs what a panel runs, by the driver alone."""
    connection = connect(Tenant.objects.get(slug="tenant-000"))
    connection.prepare_threshold = 5  # the driver's own default: the floor is the best it can do
    known: dict[tuple[str, datetime], list[Statement]] = {}

    def run(slug: str, stop: datetime) -> None:
        """Compiled once: compiling is PanelDash's part."""
        if (slug, stop) not in known:
            known[slug, stop] = _statements(slug, stop)
        prepare = False if slug == "index" else None  # PostgreSQL's plan for any range takes twice the time there
        for statement in known[slug, stop]:
            RawCursor(connection).execute(statement.sql, statement.parameters, binary=True, prepare=prepare).fetchall()

    try:
        yield run
    finally:
        connection.close()


def _compared(slug: str, bare: Timing, panel: Timing) -> Figure:
    """Long queries have a ratio to keep, short ones a few milliseconds."""
    times = MOST_TIMES_OF_Q2 if slug == "index" else MOST_TIMES
    most = bare.median * times if bare.median >= SHORT_MS else bare.median + MOST_MORE_MS
    return Figure("panels", SHOWN[slug], panel.median, "ms", bare.median, most, panel.spread)


def _statements(slug: str, now: datetime) -> list[Statement]:
    """What the panel runs, compiled by the product itself."""
    tenant = Tenant.objects.get(slug="tenant-000")
    read = read_panel(Panel.objects.get(slug=slug))
    start = f"{(now.timestamp() - HOURS[slug] * 3_600) * 1_000:.0f}"
    ask = Ask(time_range=parse_time_range(start, f"{now.timestamp() * 1_000:.0f}"), now=now)
    return [compile_query(query, tenant) for query in read.kind.queries(read.document, ask).values()]


def _fetch(client: Client, address: str) -> Callable[[], object]:
    return lambda: client.get(address)
