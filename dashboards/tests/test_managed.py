"""Editors see where a panel comes from, and that somebody has changed it by hand; viewers have no use for it."""

from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from dashboards.changing import save_change
from dashboards.models import Dashboard, Panel, Placement
from tenants.models import User

MARK = {"managed_file": "panels/<b>answer</b>.yaml", "managed_revision": "git 4ef5a2e1c0d2", "managed_version": 1}
NOTE = "Kept in the file panels/&lt;b&gt;answer&lt;/b&gt;.yaml (git 4ef5a2e1c0d2)."
FRAGMENT = "/t/acme/d/board/panels/answer/"
DOCUMENT = {"type": "kpi", "title": "Answer", "data_source": {"sql": "SELECT 42 AS value"}}


@pytest.fixture
def panel(acme: Any) -> Panel:
    board = Dashboard.objects.create(slug="board", name="Board", **MARK)
    Placement.objects.create(dashboard=board, panel_slug="answer")
    return Panel.objects.create(slug="answer", title="Answer", panel_type="kpi", document=DOCUMENT, **MARK)


@pytest.mark.parametrize("path", [FRAGMENT, f"{FRAGMENT}inspect/", f"{FRAGMENT}view/", "/t/acme/d/board/"])
def test_editors_see_file_and_revision(client: Client, panel: Panel, ada: User, path: str) -> None:
    client.force_login(ada)
    assert NOTE in client.get(path).content.decode()


@pytest.mark.parametrize("path", [FRAGMENT, f"{FRAGMENT}view/", "/t/acme/d/board/"])
def test_viewers_do_not(client: Client, panel: Panel, bob: User, path: str) -> None:
    client.force_login(bob)
    assert "Kept in" not in client.get(path).content.decode()


def test_a_change_by_hand_is_told_at_once(client: Client, panel: Panel, ada: User) -> None:
    client.force_login(ada)
    client.get(FRAGMENT)
    save_change(panel, lambda _: None, by=ada, through="test", seen=1)
    assert f"{NOTE} Changed by hand by ada@example.com on " in client.get(FRAGMENT).content.decode()


def test_what_was_made_by_hand_says_nothing(client: Client, panel: Panel, ada: User) -> None:
    Panel.objects.update(managed_version=None)
    client.force_login(ada)
    assert "Kept in" not in client.get(FRAGMENT).content.decode()


def test_the_admin_shows_it_and_marks_a_change_by_hand(client: Client, panel: Panel, root: User) -> None:
    client.force_login(root)
    page = reverse("admin:dashboards_panel_change", args=[panel.pk])
    assert NOTE in client.get(page).content.decode()
    form = {
        "slug": "answer",
        "scope": "all",
        "tenant": "",
        "text": "{type: kpi, title: Other, data_source: {sql: SELECT 1 AS value}}",
    }
    assert client.post(page, {**form, "seen_version": 1}).status_code == 302
    body = client.get(reverse("admin:dashboards_panel_changelist")).content.decode()
    assert "panels/&lt;b&gt;answer&lt;/b&gt;.yaml, changed by hand" in body
    stored = Panel.objects.get()
    assert (stored.title, stored.version, stored.managed_version, stored.changed_by) == ("Other", 2, 1, "root@example.com")
