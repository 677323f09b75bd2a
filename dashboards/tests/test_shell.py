from dataclasses import replace
from datetime import UTC, datetime

from dashboards.section import Section
from dashboards.shell import attributes_html, foot_html

HOSTILE = "\"><script>alert(1)</script>'"
ASKED = datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC)
CPU = Section(slug="cpu", type="kpi", title="CPU", url="/panels/cpu/?from=now-6h&to=now", view_url="/view/", poll_seconds=10)


def test_all_text_of_other_people_is_escaped() -> None:
    section = replace(
        CPU, slug=HOSTILE, type=HOSTILE, url=HOSTILE, points_url=HOSTILE, own=HOSTILE, mark=HOSTILE, notes=(HOSTILE,)
    )
    html = attributes_html(section, alone=False) + foot_html(section)
    assert "<script" not in html
    assert "'" not in html
    assert html.count("&lt;script&gt;") == 9


def test_element_says_what_it_asks_and_when() -> None:
    html = attributes_html(replace(CPU, state="fresh", mark="a.b"), alone=False)
    assert 'hx-get="/panels/cpu/?from=now-6h&amp;to=now"' in html
    assert 'aria-busy="false"' in html
    assert "ms, refresh" in html
    assert "{&quot;X-Shown&quot;:&quot;a.b&quot;}" in html


def test_panel_on_its_own_page_has_no_variables_of_its_own() -> None:
    repeated = replace(CPU, own="host", own_range=True)
    assert 'data-own-variables="host"' in attributes_html(repeated, alone=False)
    assert "data-own-range" in attributes_html(repeated, alone=False)
    assert "data-own-variables" not in attributes_html(repeated, alone=True)


def test_foot_says_when_the_source_was_asked_and_what_it_took() -> None:
    html = foot_html(replace(CPU, updated_at=ASKED, elapsed_ms=12.4))
    assert 'datetime="2026-01-02T03:04:05+00:00">03:04:05 UTC</time>' in html
    assert ">12 ms</span>" in html
    assert " ms" not in foot_html(replace(CPU, updated_at=ASKED))
    assert "panel-when" not in foot_html(CPU)
