from dataclasses import replace
from datetime import UTC, datetime

import pytest

from dashboards import heads
from dashboards.panels.anchors import Anchor
from dashboards.section import Section

LOADED = Section(
    slug="cpu", type="timeseries", title="CPU", url="/t/acme/d/board/panels/cpu/?from=now-6h", view_url="/view/",
    state="fresh", mark="a.b", updated_at=datetime(2026, 1, 1, tzinfo=UTC), elapsed_ms=3.0, poll_seconds=5,
)  # fmt: skip


def test_next_refresh_has_the_same_head_without_drawing_it(monkeypatch: pytest.MonkeyPatch) -> None:
    first = heads.head_html(LOADED, {})
    monkeypatch.delattr(heads, "render_to_string")
    asked = datetime(2026, 1, 2, tzinfo=UTC)
    assert heads.head_html(replace(LOADED, mark="c.d", updated_at=asked, elapsed_ms=9.0, notes=("Cut.",)), {}) == first
    assert heads.head_html(replace(LOADED, state="empty", poll_seconds=0), {}) == first


def test_editors_head_is_not_a_viewers() -> None:
    assert "Edit panel" not in heads.head_html(LOADED, {})
    assert "Edit panel" in heads.head_html(replace(LOADED, edit_url="/edit/"), {})
    assert "Edit panel" not in heads.head_html(LOADED, {})


def test_head_has_the_links_and_the_points_of_its_own_refresh() -> None:
    linked = replace(LOADED, links=(Anchor("Runbook", "https://runs.example", new_tab=False),))
    assert "Runbook" in heads.head_html(linked, {})
    assert "Runbook" not in heads.head_html(LOADED, {})
    assert "Show raw points" in heads.head_html(LOADED, {"can_be_raw": True})
    assert "Show buckets" in heads.head_html(LOADED, {"can_be_raw": True, "raw": True})
    assert "Show" not in heads.head_html(LOADED, {})


def test_age_of_a_stale_panel_is_its_own() -> None:
    stale = replace(LOADED, state="stale")
    assert "00:00:00" in heads.head_html(stale, {})
    assert "05:06:07" in heads.head_html(replace(stale, updated_at=datetime(2026, 1, 1, 5, 6, 7, tzinfo=UTC)), {})
    assert "00:00:00" not in heads.head_html(LOADED, {})


def test_tables_head_is_that_of_its_order_and_its_search() -> None:
    column = {"name": "at", "title": "At", "kind": "datetime", "sortable": True, "sort": "none", "next_order": "asc"}
    html = heads.table_head_html(LOADED, [column])
    assert 'aria-sort="none"' in html
    assert "order=asc" in html
    assert 'aria-sort="ascending"' in heads.table_head_html(LOADED, [{**column, "sort": "ascending", "next_order": "desc"}])
    assert heads.table_head_html(replace(LOADED, mark="c.d", elapsed_ms=1.0), [column]) == html
    assert 'value="&lt;b&gt;"' in heads.table_search_html(LOADED, "<b>")
    assert 'value=""' in heads.table_search_html(LOADED, "")
