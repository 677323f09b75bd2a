"""Every template's documents are valid, and each panel draws data where there is what it says that it needs."""

import re
import threading
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import prometheus_client
import pytest
from django.test import Client

from dashboards.as_code.definitions import Reader
from dashboards.as_code.folder import Folder
from dashboards.as_code.pieces import read_pieces
from dashboards.models import Panel
from dashboards.panels.base import Ask
from dashboards.panels.document import DocumentInvalid
from dashboards.refresh import refresh_panel
from dashboards.template_library.built_in import FOLDER, built_in
from dashboards.template_library.making import Wanted, make
from dashboards.template_library.presence import presence
from dashboards.template_library.template import GAP, Template, filled, texts_in
from datasources.tests.prometheus.real import RealPrometheus
from datasources.timerange import TimeRange
from tenants.models import Tenant, User

ALL = list(built_in().values())
DASHBOARDS = [one for one in ALL if one.kind == "dashboard"]
EXPORTED = Path(__file__).parent / "exported.txt"

TABLES = """
CREATE TABLE training_runs (run_id text PRIMARY KEY, model text, started_at timestamptz, finished_at timestamptz, state text, gpus int);
CREATE TABLE training_steps (run_id text, at timestamptz, step bigint, loss float8, validation_loss float8,
                             learning_rate float8, tokens bigint, gpu_percent float8);
CREATE TABLE pipeline_runs (run_id text, pipeline text, started_at timestamptz, finished_at timestamptz, state text,
                            rows_read bigint, rows_written bigint, error text);
INSERT INTO training_runs SELECT 'run-' || n, 'small', now() - interval '5 h', NULL, 'running', 8 FROM generate_series(1, 3) n;
INSERT INTO training_steps SELECT 'run-' || n, now() - make_interval(mins => m), 300 - m, 2.0 + m / 300.0, 2.1, 0.0003, 9000, 88
FROM generate_series(1, 3) n, generate_series(1, 300, 10) m;
INSERT INTO pipeline_runs SELECT 'run-' || n, 'orders', now() - make_interval(mins => n * 20), now() - make_interval(mins => n * 20 - 3),
CASE WHEN n % 5 = 0 THEN 'failed' ELSE 'done' END, 1000, 900, 'out of memory' FROM generate_series(1, 15) n;
"""


class Exporter(BaseHTTPRequestHandler):
    """The exporters' texts, whose counters grow with each look, and PanelDash's own figures."""

    looks = 0

    def do_GET(self) -> None:
        Exporter.looks += 1
        text = re.sub(r"\bN\b", str(Exporter.looks), EXPORTED.read_text())
        lines = [line if line.startswith("#") else _grown(line) for line in text.splitlines()]
        self.send_response(200)
        self.end_headers()
        self.wfile.write("\n".join([*lines, ""]).encode() + prometheus_client.generate_latest())

    def log_message(self, *_: Any) -> None:
        """Nothing."""


def _grown(line: str) -> str:
    """`3*N` of a line is three more at each look."""
    name, _, value = line.rpartition(" ")
    factor, star, looks = value.partition("*")
    return f"{name} {int(factor) * int(looks)}" if star else line


@pytest.fixture(scope="module")
def exporters(prometheus: RealPrometheus) -> Iterator[RealPrometheus]:
    server = ThreadingHTTPServer(("127.0.0.1", prometheus.our_port), Exporter)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    prometheus.wait_for_targets()
    prometheus.wait_for("count_over_time(model_queue_length[1m]) > 2", answers=1)
    yield prometheus
    server.shutdown()
    server.server_close()
    thread.join()


@pytest.fixture(scope="module")
def scratch(tenant_database: Callable[..., dict]) -> dict:
    return tenant_database("templates", TABLES)


@pytest.mark.parametrize("file", sorted(FOLDER.glob("*.yaml")), ids=lambda file: file.stem)
def test_documents_are_such_as_files_may_hold(file: Path, tmp_path: Path) -> None:
    """Read as `panels apply` reads them, with their defaults."""
    pieces = read_pieces(file.read_text(), file.name)
    about = pieces[0].plain()["template"]
    values = {one["name"]: one["default"] for one in about.get("placeholders", [])}
    refusals: list[Any] = []
    for piece in read_pieces(filled(file.read_text(), values), file.name)[1:]:
        reader = Reader(Folder(tmp_path), piece, refusals, {}, is_shared=about.get("platform", False))
        assert reader.definition(file_id="") is not None, refusals
    assert not refusals


@pytest.mark.parametrize("template", ALL, ids=lambda one: one.id)
def test_what_is_named_is_what_is_asked_for(template: Template) -> None:
    """No gap without a placeholder, no need that no panel has; a dashboard places its panels and no others."""
    texts = texts_in([document for _, document in template.panels]) + texts_in(template.dashboard or {})
    assert set(GAP.findall(texts)) <= {one.name for one in template.placeholders}
    for need in template.needs:
        assert need.name in texts, need.name
    if template.dashboard is not None:
        assert {one["id"] for one in template.dashboard["panels"]} == {slug for slug, _ in template.panels}


def _drawn(tenant: Tenant, panel: Panel, *, minutes: int) -> Any:
    now = datetime.now(UTC)
    done = refresh_panel(tenant, panel, Ask(time_range=TimeRange(now - timedelta(minutes=minutes), now), now=now))
    return done.context(), done


def _is_empty(context: Any, done: Any) -> bool:
    return bool(context.get("is_empty")) or not sum(frame.row_count for frame in done.frames.values())


def _quiet(tenant: Tenant, panels: Any, *, minutes: int = 1, patience_seconds: float = 0.0) -> list[str]:
    """Those that draw nothing. A rate needs two looks in a row, and on a busy machine one comes late: it is asked again."""
    deadline = time.monotonic() + patience_seconds
    while True:
        quiet = [panel for panel in panels if _is_empty(*_drawn(tenant, panel, minutes=minutes))]
        if not quiet or time.monotonic() > deadline:
            return [panel.slug for panel in quiet]
        time.sleep(0.3)
        panels = quiet


PROMQL = [one for one in DASHBOARDS if one.language == "promql"]


@pytest.mark.parametrize("template", PROMQL, ids=lambda one: one.id)
def test_every_panel_in_promql_draws_what_is_really_scraped(
    template: Template, exporters: RealPrometheus, make_prometheus: Callable[..., Any], acme: Tenant, ada: User
) -> None:
    """Node: a real node exporter. The others: texts with the metrics that are documented, scraped like any."""
    make_prometheus(tenant=acme, scrape_interval="1s")
    values = {"job": ".+"} if template.id != "node" else {}
    found = presence(template, acme, "tenant", template.values(values))
    assert [one.need.name for one in found.needs if not one.is_there] == []
    made = make(template, Wanted(acme, values=values), by=ada)
    assert made.dashboard is not None
    assert made.dashboard.state == "draft"
    assert _quiet(acme, made.panels, patience_seconds=20) == []


def test_our_own_figures_fit_the_http_template(
    exporters: RealPrometheus, make_prometheus: Callable[..., Any], acme: Tenant, ada: User, client: Client
) -> None:
    client.get("/live")
    exporters.wait_for('sum(count_over_time(paneldash_requests_total{view="live"}[1m])) > 2', answers=1)
    make_prometheus(tenant=acme, scrape_interval="1s")
    values = {"requests": "paneldash_requests_total", "status": "status", "seconds": "paneldash_request_seconds", "route": "view"}
    made = make(built_in()["http"], Wanted(acme, values=values), by=ada)
    grows = 'sum(rate(paneldash_requests_total{view="live"}[5s])) > 0'
    exporters.wait_for(grows, answers=1, meanwhile=lambda: client.get("/live"))
    assert _quiet(acme, made.panels, patience_seconds=20) == []
    routes = next(panel for panel in made.panels if panel.slug == "http-routes")
    rows = _drawn(acme, routes, minutes=1)[1].answer().data["rows"]
    assert len({row["view"] for row in rows}) == len(rows)  # one a route, with both columns
    assert all(row["rate"] is not None for row in rows)


@pytest.mark.parametrize("template", [one for one in DASHBOARDS if one.language == "sql"], ids=lambda one: one.id)
def test_every_panel_in_sql_draws_tables_made_as_documented(
    template: Template, scratch: dict, make_tenant: Callable[..., Tenant], root: User
) -> None:
    tenant = make_tenant("scratch", scratch)
    assert presence(template, tenant, "tenant", template.values({})).is_whole
    made = make(template, Wanted(tenant), by=root)
    assert _quiet(tenant, made.panels, minutes=360) == []


def test_the_tables_have_the_columns_that_are_documented() -> None:
    for template in DASHBOARDS:
        for need in template.needed(template.values({})):
            if need.kind == "table":
                made = re.search(rf"CREATE TABLE {need.name} \((.*?)\);", TABLES, re.DOTALL)
                assert made is not None
                assert [name for name, _ in need.columns] == re.findall(r"(?:^|,)\s*(\w+) ", made[1])


def test_what_a_tenant_lacks_is_named(acme: Tenant) -> None:
    template = built_in()["training-job"]
    (runs, steps) = presence(template, acme, "tenant", template.values({"steps": "no_such_steps"})).needs
    assert (runs.need.name, runs.is_there) == ("training_runs", False)
    assert (steps.need.name, steps.is_there) == ("no_such_steps", False)
    assert "no data source for PromQL" in presence(built_in()["node"], acme, "tenant", {"job": "x"}).problem


def test_a_columns_lack_is_named(make_tenant: Any, scratch: dict) -> None:
    template = built_in()["data-pipeline"]
    found = presence(template, make_tenant("scratch", scratch), "tenant", {"runs": "training_runs"})
    assert "pipeline" in found.needs[0].lacking


@pytest.mark.parametrize("value", ['x"', "x; DROP TABLE y", "x'", "a.b.c", "${x}", "x\\", "A b"])
def test_a_gap_takes_nothing_that_ends_the_text_around_it(value: str) -> None:
    with pytest.raises(DocumentInvalid):
        built_in()["training-job"].values({"steps": value})


def test_a_pattern_has_no_quotes() -> None:
    with pytest.raises(DocumentInvalid):
        built_in()["node"].values({"job": 'a"} or vector(1)'})
