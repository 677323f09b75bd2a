"""Each way in which a panel cannot work on a tenant's database, found on a real one without running anything."""

import io
import json
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.core.management import call_command
from django.core.management.base import CommandError
from django.utils import timezone

from dashboards.checking.checking import check_all
from dashboards.checking.panels import read_panels
from dashboards.management.checking import _bar
from dashboards.models import Check, CheckRun, Dashboard, Panel, Placement
from dashboards.tests.checking.conftest import make_panel
from tenants import connections
from tenants.models import Tenant

FOUND = {
    "fine": ("fine", ""),
    "table_by_sql": ("missing_table", "logs"),
    "table_by_name": ("missing_table", "logs"),
    "column_by_sql": ("missing_column", "orders.discount"),
    "column_by_name": ("missing_column", "orders.discount"),
    "type_by_sql": ("wrong_type", ""),
    "type_by_value": ("wrong_type", ""),
    "type_of_points": ("wrong_type", ""),
    "not_permitted": ("not_permitted", "payments"),
    "too_slow": ("too_slow", ""),
}


def stored(tenant: Tenant) -> dict[str, tuple[str, str]]:
    rows = Check.objects.filter(tenant=tenant).values_list("panel__slug", "outcome", "name")
    return {slug: (outcome, name) for slug, outcome, name in rows}


def test_every_outcome_is_told_apart(shops: Any, panels: dict[str, Panel]) -> None:
    whole, lacking = shops
    report = check_all()
    assert not report.is_fine
    assert stored(lacking) == FOUND
    assert {slug for slug, (outcome, _) in stored(whole).items() if outcome != "fine"} == {"too_slow"}


def test_nothing_is_run(shops: Any, panels: dict[str, Panel]) -> None:
    """Neither a division by zero nor a value that is no number is met: nobody looked at a row."""
    make_panel("zero", {"type": "kpi", "data_source": {"sql": "SELECT 1 / (id - id) AS value FROM orders"}})
    check_all()
    assert stored(shops[0])["zero"] == ("fine", "")


def test_the_words_are_those_of_the_database(shops: Any, panels: dict[str, Panel]) -> None:
    check_all()
    by_sql = Check.objects.get(tenant=shops[1], panel__slug="column_by_sql")
    assert by_sql.detail == "A column this panel needs is not in this tenant's database. column o.discount does not exist"
    slow = Check.objects.get(tenant=shops[1], panel__slug="too_slow")
    assert slow.detail.startswith("The estimated cost is ")


def test_a_definition_that_is_refused_cannot_run(shops: Any) -> None:
    make_panel("catalog", {"type": "kpi", "data_source": {"sql": "SELECT count(*) AS value FROM pg_authid"}})
    Panel.objects.create(slug="damaged", title="x", panel_type="kpi", document={"type": "speech"})
    check_all()
    assert {outcome for outcome, _ in stored(shops[0]).values()} == {"fails"}


def test_since_is_kept_as_long_as_it_is_so(shops: Any, panels: dict[str, Panel]) -> None:
    check_all()
    long_ago = timezone.now() - timedelta(days=7)
    Check.objects.update(since=long_ago, checked_at=long_ago)
    document = {"type": "table", "title": "x", "data_source": {"sql": "SELECT id FROM orders"}}
    Panel.objects.filter(slug="table_by_sql").update(document=document)
    check_all()
    changed = Check.objects.get(tenant=shops[1], panel__slug="table_by_sql")
    assert changed.outcome == "fine"
    assert changed.since > long_ago
    kept = Check.objects.get(tenant=shops[1], panel__slug="table_by_name")
    assert kept.since == long_ago
    assert kept.checked_at > long_ago


def test_a_tenant_that_is_away_keeps_what_was_found(shops: Any, panels: dict[str, Panel]) -> None:
    check_all()
    before = stored(shops[1])
    Tenant.objects.filter(slug="lacking").update(host="/nowhere", connection_version=20)
    report = check_all()
    assert [one.tenant.slug for one in report.tenants if one.unreachable] == ["lacking"]
    assert stored(shops[1]) == before
    assert not Check.objects.filter(tenant=shops[1], away_since=None).exists()
    assert not Check.objects.filter(tenant=shops[0], away_since__isnull=False).exists()
    Tenant.objects.filter(slug="lacking").update(host=shops[1].host, connection_version=30)
    check_all()
    assert not Check.objects.filter(away_since__isnull=False).exists()


def test_a_tenant_that_never_answered_is_not_known(shops: Any, panels: dict[str, Panel]) -> None:
    Tenant.objects.filter(slug="lacking").update(host="/nowhere", connection_version=20)
    check_all()
    assert set(stored(shops[1]).values()) == {("unknown", "")}


def test_each_tenant_is_checked_with_the_panels_it_has(shops: Any) -> None:
    whole, lacking = shops
    shared = make_panel("answer", {"type": "kpi", "data_source": {"sql": "SELECT 1 AS value"}})
    own = make_panel("answer", {"type": "kpi", "data_source": {"sql": "SELECT 2 AS value"}}, scope="tenant", tenant=whole)
    chosen = make_panel("chosen", {"type": "kpi", "data_source": {"sql": "SELECT 3 AS value"}}, scope="chosen")
    chosen.shared_with.add(lacking)
    panels = read_panels()
    for tenant in shops:
        assert panels.of(tenant) == list(Panel.objects.nearest(tenant))
    check_all()
    assert set(Check.objects.values_list("panel", "tenant")) == {
        (own.pk, whole.pk), (shared.pk, lacking.pk), (chosen.pk, lacking.pk),
    }  # fmt: skip
    chosen.shared_with.clear()
    check_all()
    assert not Check.objects.filter(panel=chosen).exists()


def test_disabled_tenants_are_left_out(shops: Any, panels: dict[str, Panel]) -> None:
    check_all()
    Tenant.objects.filter(slug="lacking").update(is_active=False)
    check_all()
    assert set(Check.objects.values_list("tenant__slug", flat=True)) == {"whole"}


def test_the_widest_range_a_panel_is_shown_in_is_planned(db: None) -> None:
    panel = make_panel("fine", {"type": "kpi", "data_source": {"sql": "SELECT 1 AS value"}})
    assert read_panels().range_of(panel) == "6h"
    for slug, length in (("day", "1d"), ("month", "30d"), ("hours", "12h")):
        Placement.objects.create(dashboard=Dashboard.objects.create(slug=slug, name=slug, time_range=length), panel_slug="fine")
    assert read_panels().range_of(panel) == "30d"


def test_a_run_is_noted(shops: Any, panels: dict[str, Panel]) -> None:
    check_all(by="ada@example.com")
    run = CheckRun.objects.get()
    assert (run.asked_by, run.tenants, run.done, run.unreachable) == ("ada@example.com", 2, 2, 0)
    assert run.finished_at is not None


def test_no_connection_is_left_open(shops: Any, panels: dict[str, Panel]) -> None:
    check_all()
    assert connections.pool_figures()["open"] == 0


def test_never_more_connections_than_configured(
    shops: Any, panels: dict[str, Panel], databases: Any, make_tenant: Callable[..., Tenant], settings: Any, monkeypatch: Any
) -> None:
    """Eight tenants at most two at a time."""
    for number in range(6):
        make_tenant(f"more{number}", databases[0])
    settings.TENANT_POOL_TOTAL = 2
    most: list[int] = []
    connect = connections.connect
    monkeypatch.setattr(
        connections, "connect", lambda tenant: most.append(connections.pool_figures()["in_use"]) or connect(tenant)
    )
    check_all()
    assert len(most) == 8  # one a tenant, whatever fails on it
    assert max(most) <= 2


def check(*arguments: str) -> tuple[str, int]:
    output = io.StringIO()
    try:
        call_command("panels", "check", *arguments, stdout=output)
    except SystemExit as end:
        return output.getvalue(), int(str(end.code))
    return output.getvalue(), 0


def test_the_command_prints_what_is_wrong_and_ends_with_one(shops: Any, panels: dict[str, Panel]) -> None:
    said, status = check()
    assert status == 1
    since = Check.objects.get(panel__slug="column_by_sql", tenant__slug="lacking").since
    assert f"column_by_sql{' ' * 27} runs on 1 of 2 tenants" in said
    assert f"  missing_column  column orders.discount is missing at lacking since {since:%-d %b %Y}" in said
    assert "10 panels on 2 tenants in " in said
    said, status = check("--tenant", "whole", "--panel", "fine")
    assert status == 0
    assert "\n1 panel on 1 tenant in " in said


def test_a_shared_panel_that_asks_by_a_dashboards_tenant_is_warned_of(shops: Any) -> None:
    loose, safe = ({"type": "kpi", "data_source": {"promql": f"up{{customer='${name}'}}"}} for name in ("customer", "__tenant"))
    for slug, document in (("loose", loose), ("safe", safe)):
        make_panel(slug, document)
    make_panel("loose", loose, scope="tenant", tenant=shops[1])
    customer = {"name": "customer", "kind": "tenant", "attribute": "slug"}
    for tenant in shops:
        board = Dashboard.objects.create(
            slug=f"of-{tenant.slug}", name="Board", scope="tenant", tenant=tenant, variables=[customer]
        )
        for slug in ("loose", "safe"):
            Placement.objects.create(dashboard=board, panel_slug=slug)
    told = "panel loose: $customer stands for the tenant on the dashboard of-whole alone; $__tenant is the id of the tenant who looks"
    said = check()[0].splitlines()
    assert [line for line in said if line.startswith("! panel")] == [f"! {told}, always"]
    assert json.loads(check("--json")[0])["warnings"] == [f"{told}, always"]


def test_an_unreachable_tenant_is_named_and_ends_with_one(shops: Any) -> None:
    make_panel("fine", {"type": "kpi", "data_source": {"sql": "SELECT 1 AS value"}})
    Tenant.objects.filter(slug="lacking").update(host="/nowhere")
    said, status = check()
    assert "! lacking cannot be reached: " in said
    assert status == 1


def test_programs_get_json(shops: Any, panels: dict[str, Panel]) -> None:
    said = json.loads(check("--json", "--tenant", "lacking")[0])
    assert (said["count"], said["unreachable"]) == (10, {})
    [one] = [item for item in said["items"] if item["panel_id"] == "column_by_sql"]
    assert (one["tenant_id"], one["outcome"], one["name"]) == ("lacking", "missing_column", "orders.discount")


@pytest.mark.parametrize("arguments", [["--tenant", "nobody"], ["--panel", "nothing"]])
def test_unknown_names_are_clear_errors(db: None, arguments: list[str]) -> None:
    with pytest.raises(CommandError, match="There is no"):
        check(*arguments)


def test_a_panel_or_tenant_that_goes_while_it_is_checked_leaves_no_check(shops: Any, panels: dict[str, Panel]) -> None:
    whole, lacking = shops
    seen: list[int] = []

    def told(done: int, _all: int) -> None:
        """After the first tenant, in the middle of the second one's."""
        seen.append(done)
        Panel.objects.filter(slug="fine").delete()
        Tenant.objects.filter(pk__in=[whole.pk, lacking.pk]).exclude(checks__isnull=False).delete()

    check_all(at_once=1, told=told)
    assert seen == [1, 2]
    assert not Check.objects.filter(panel__slug="fine").exists()
    assert Tenant.objects.count() == 1
    assert Check.objects.count() == 9


def test_the_worker_checks_every_night(shops: Any, panels: dict[str, Panel]) -> None:
    from dashboards.tasks import check_panels

    check_panels()
    assert stored(shops[1]) == FOUND
    assert CheckRun.objects.get().asked_by == "the nightly check"


def test_the_bar_says_how_far_it_is(capsys: pytest.CaptureFixture[str]) -> None:
    for done in (1, 2):
        _bar(done, 2)
    assert capsys.readouterr().err == f"\r[{'#' * 20}{'.' * 20}] 1 of 2 tenants\r[{'#' * 40}] 2 of 2 tenants\n"
