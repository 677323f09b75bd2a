"""Query times and errors by tenant and panel: for who has the token alone, and bounded."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from django.test import Client

from dashboards.models import Dashboard, Panel, Placement
from datasources.load import figures
from datasources.load.figures import OTHERS, Names
from paneldash import checks
from paneldash.tests.test_checks import STRONG, ids
from paneldash.tests.test_metrics import value

BEARER = {"Authorization": f"Bearer {STRONG}"}


@pytest.fixture
def told(settings: Any) -> Iterator[None]:
    settings.METRICS_TOKEN = STRONG
    yield
    for figure in (
        figures.TENANT_SECONDS,
        figures.TENANT_ERRORS,
        figures.PANEL_QUERIES,
        figures.PANEL_SECONDS,
        figures.PANEL_ERRORS,
    ):
        figure.clear()


def board(acme: Any, **sql: str) -> None:
    """Panels by slug, on Acme's dashboard `board`."""
    own = {"scope": "tenant", "tenant": acme}
    dashboard = Dashboard.objects.create(slug="board", name="Board", **own)
    for slug, text in sql.items():
        document = {"type": "kpi", "title": slug, "data_source": {"sql": text}}
        Panel.objects.create(slug=slug, title=slug, panel_type="kpi", document=document, **own)
        Placement.objects.create(dashboard=dashboard, panel_slug=slug)


@pytest.fixture
def look(client: Client, acme: Any, bob: Any) -> Callable[[str], None]:
    board(acme, well="SELECT 1 AS value", broken="SELECT 1/0 AS value", lacking="SELECT :x AS value")
    client.force_login(bob)
    return lambda slug: client.get(f"/t/acme/d/board/panels/{slug}/")


def metrics(client: Client) -> str:
    return client.get("/metrics", headers=BEARER).content.decode()


def number(text: str, line: str) -> float:
    return value(text, line) if f"\n{line}" in text else 0.0


@pytest.mark.parametrize("given", [{}, {"Authorization": STRONG}, {"Authorization": "Bearer x"}, {"Authorization": "Bearer é"}])
def test_whoever_has_not_the_token_is_told_nothing(client: Client, told: None, db: None, given: dict[str, str]) -> None:
    answer = client.get("/metrics", headers=given)
    assert (answer.status_code, answer["WWW-Authenticate"]) == (401, "Bearer")
    assert b"paneldash" not in answer.content


def test_a_query_is_counted_for_its_tenant_and_its_panel(client: Client, told: None, look: Callable[[str], None]) -> None:
    lines = ('paneldash_tenant_query_seconds_count{tenant="acme"}', 'paneldash_panel_queries_total{panel="well",tenant="acme"}')
    before = metrics(client)
    look("well")
    after = metrics(client)
    assert [number(after, line) - number(before, line) for line in lines] == [1, 1]
    assert number(after, 'paneldash_panel_query_seconds_total{panel="well",tenant="acme"}') > 0


def test_an_error_is_counted_by_its_reason(client: Client, told: None, look: Callable[[str], None]) -> None:
    lines = (
        'paneldash_tenant_query_errors_total{error="failed",tenant="acme"}',
        'paneldash_panel_errors_total{panel="broken",tenant="acme"}',
    )
    before = metrics(client)
    look("broken")
    after = metrics(client)
    assert [number(after, line) - number(before, line) for line in lines] == [1, 1]


def test_what_the_asker_left_out_is_no_error_of_the_panel(client: Client, told: None, look: Callable[[str], None]) -> None:
    look("lacking")
    assert 'panel="lacking"' not in metrics(client)


def test_without_a_token_nothing_is_counted_by_name(client: Client, look: Callable[[str], None]) -> None:
    look("well")
    look("broken")
    answer = client.get("/metrics")
    assert answer.status_code == 200
    assert b'tenant="' not in answer.content


def test_so_many_names_have_figures_of_their_own(settings: Any) -> None:
    settings.METRICS_PANELS = 2
    names = Names("METRICS_PANELS")
    given = [("a", "x"), ("a", "y"), ("b", "x"), ("a", "x")]
    assert [names.label(*name) for name in given] == [("a", "x"), ("a", "y"), (OTHERS, OTHERS), ("a", "x")]


@pytest.mark.parametrize(("token", "found"), [("", []), (STRONG, []), ("short", ["paneldash.E010"])])
def test_a_weak_token_is_refused(settings: Any, token: str, found: list[str]) -> None:
    settings.METRICS_TOKEN = token
    assert ids(checks.check_metrics_token(None)) == found
