"""Fragments are drawn once for all who would be sent the same, and for nobody else."""

import re
from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client

from dashboards import panel_views
from dashboards.bodies import OVERHEAD_BYTES, VARIANTS, Bodies, Body, bodies
from dashboards.models import Dashboard, Panel, Placement

FRAGMENT = "/t/{tenant}/d/board/panels/one/?refresh=30"


@pytest.fixture
def panel(acme: Any, acme_database: dict) -> Panel:
    bodies.clear()
    document = {"type": "kpi", "title": "One", "data_source": {"sql": "SELECT 1 AS value"}}
    panel = Panel.objects.create(slug="one", title="One", panel_type="kpi", document=document)
    board = Dashboard.objects.create(slug="board", name="Board", refresh_interval=30)
    Placement.objects.create(dashboard=board, panel_slug="one")
    return panel


@pytest.fixture
def drawn(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The fragments that were drawn."""
    made: list[str] = []
    draw = panel_views._fragment

    def noted(request: Any, panel: Any) -> bytes:
        made.append(request.get_full_path())
        return draw(request, panel)

    monkeypatch.setattr(panel_views, "_fragment", noted)
    return made


@pytest.fixture
def look(panel: Panel) -> Callable[..., str]:
    """The fragment as somebody is sent it, without what is left to chance."""

    def get(client: Client, user: Any, query: str = "", tenant: str = "acme") -> str:
        client.force_login(user)
        text = client.get(FRAGMENT.format(tenant=tenant) + query).content.decode()
        return re.sub(r"every \d+ms", "every so often", text)

    return get


def test_a_fragment_is_drawn_once_for_all_viewers(look: Any, client: Client, bob: Any, drawn: list[str]) -> None:
    seen = {look(client, bob) for _ in range(VARIANTS * 10)}
    assert len(seen) <= 2  # the panel is asked for anew every 30 seconds
    assert len(drawn) <= VARIANTS * len(seen)


def test_polls_are_spread_all_the_same(look: Any, client: Client, bob: Any) -> None:
    look(client, bob)
    texts = [client.get(FRAGMENT.format(tenant="acme")).content.decode() for _ in range(VARIANTS * 10)]
    assert len({re.search(r"every (\d+)ms", text)[1] for text in texts}) > 1  # type: ignore[index]


def test_an_editors_fragment_is_not_a_viewers(look: Any, client: Client, ada: Any, bob: Any) -> None:
    for _ in range(VARIANTS * 3):
        assert "inspect/" in look(client, ada)
        assert "inspect/" not in look(client, bob)


def test_a_platform_admins_fragment_is_not_an_editors(look: Any, client: Client, ada: Any, root: Any) -> None:
    for _ in range(VARIANTS * 3):
        assert "/admin/" in look(client, root)
        assert "/admin/" not in look(client, ada)


def test_one_tenants_fragment_is_not_anothers(look: Any, client: Client, root: Any, globex: Any) -> None:
    for _ in range(VARIANTS * 3):
        assert "/t/globex/" not in look(client, root)
        assert "/t/acme/" not in look(client, root, tenant="globex")


def test_another_range_or_zone_is_another_fragment(look: Any, client: Client, bob: Any) -> None:
    for _ in range(VARIANTS * 3):
        texts = {query: look(client, bob, query) for query in ("", "&from=now-1h&to=now", "&tz=Asia%2FTokyo")}
        for query, text in texts.items():
            assert [part in text for part in ("from=now-1h", "tz=Asia%2FTokyo")] == ["from" in query, "tz" in query]


def test_a_changed_title_is_shown_at_once(look: Any, client: Client, bob: Any, panel: Panel) -> None:
    look(client, bob)
    panel.title = "Another"
    panel.document = {**panel.document, "title": "Another"}
    panel.save()
    assert "Another" in look(client, bob)


def test_an_error_is_drawn_for_each(look: Any, client: Client, bob: Any, panel: Panel) -> None:
    panel.document = {**panel.document, "data_source": {"sql": "SELECT 1 / n AS value FROM (VALUES (0)) AS v(n)"}}
    panel.save()
    references = {re.search(r"Reference <code>(\w+)", look(client, bob))[1] for _ in range(3)}  # type: ignore[index]
    assert len(references) == 3


def test_what_cannot_be_made_is_not_kept() -> None:
    kept = Bodies(whole_bytes=1_000_000)
    for _ in range(VARIANTS * 3):
        with pytest.raises(ZeroDivisionError):
            kept.once("key", lambda: b"%d" % (1 // 0))


def test_the_least_used_bodies_go_first() -> None:
    size = Body(b"a" * 1_000).size
    kept = Bodies(whole_bytes=10 * size)
    for number in range(100):
        kept.once(number, lambda: b"a" * 1_000)
        assert kept._bytes == size * len(kept._bodies) <= 10 * size
    assert {key[0] for key in kept._bodies} == set(range(90, 100))  # type: ignore[index]
    assert size > 2_000 + OVERHEAD_BYTES  # its compressed forms are counted before they are made
