"""The pages of versions and panels: for editors, with what differs, where a panel is shown, and a way back."""

from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client

from dashboards.changing import delete_unchanged
from dashboards.library.version import Version
from dashboards.models import Dashboard, Panel
from tenants.models import Tenant, User

PANEL = "/t/acme/panels/answer/"
BOARD = "/t/acme/d/board/"


@pytest.fixture
def ask() -> Callable[..., Any]:
    def to(user: User, path: str, **fields: Any) -> Any:
        client = Client()
        client.force_login(user)
        return client.post(path, fields) if fields else client.get(path)

    return to


def text(response: Any) -> str:
    return " ".join(response.content.decode().split())


@pytest.mark.parametrize("path", [BOARD, PANEL])
def test_versions_are_shown_with_what_made_the_newest(
    board: Dashboard, panel: Panel, change: Callable, ask: Callable, ada: User, path: str
) -> None:
    change(board, name="Other")
    change(panel, title="Other")
    page = text(ask(ada, f"{path}versions/"))
    assert "What made version 2 of version 1" in page
    assert f"<code>{'name' if path == BOARD else 'title'}</code>" in page
    assert "ada@example.com" in page
    assert page.count('action="' + path + 'restore/"') == 1


def test_any_two_versions_are_compared(panel: Panel, change: Callable, ask: Callable, ada: User) -> None:
    changed = change(change(change(panel, title="Two"), title="Three"), data_source={"sql": "SELECT 42\nAS value"})
    page = text(ask(ada, f"{PANEL}versions/?from=1&to={changed.version}"))
    assert "<code>title</code>" in page
    assert '<span data-sign="+">+SELECT 42</span>' in page
    for odd in ("from=9", "from=0", "from=x", "to=99999999999", "from=1&to=-1"):
        assert ask(ada, f"{PANEL}versions/?{odd}").status_code == 404


def test_a_first_version_has_nothing_before_it(panel: Panel, ask: Callable, ada: User) -> None:
    page = text(ask(ada, f"{PANEL}versions/"))
    assert "Version 1" in page
    assert "What made" not in page


@pytest.mark.parametrize("path", [BOARD, PANEL])
def test_a_version_is_restored_from_the_page(
    board: Dashboard, panel: Panel, change: Callable, ask: Callable, ada: User, path: str
) -> None:
    change(board, name="Other")
    change(panel, title="Other")
    answer = ask(ada, f"{path}restore/", restore=1, seen_version=2)
    assert (answer.status_code, answer["Location"]) == (302, f"{path}versions/")
    row: Any = Dashboard.objects.get() if path == BOARD else Panel.objects.get()
    assert (str(row), row.version) == ("Board" if path == BOARD else "Answer", 3)


def test_who_was_overtaken_is_told_by_whom(panel: Panel, change: Callable, ask: Callable, ada: User, root: User) -> None:
    change(change(panel, title="Two"), by=root, title="Three")
    answer = ask(ada, f"{PANEL}restore/", restore=1, seen_version=2)
    assert answer.status_code == 409
    assert "root@example.com has changed it" in text(answer)
    assert Panel.objects.get().title == "Three"


def test_what_is_not_valid_any_more_is_said(panel: Panel, change: Callable, ask: Callable, ada: User) -> None:
    change(panel, title="Two")
    Version.objects.update(document={"type": "pie"})
    answer = ask(ada, f"{PANEL}restore/", restore=1, seen_version=2)
    assert answer.status_code == 422
    assert "Version 1 cannot be restored" in text(answer)


@pytest.mark.parametrize("path", [f"{BOARD}versions/", f"{PANEL}versions/", PANEL, f"{PANEL}delete/", "/t/acme/panels/"])
def test_viewers_see_none_of_it(board: Dashboard, ask: Callable, bob: User, eve: User, path: str) -> None:
    assert ask(bob, path).status_code == 403
    assert ask(eve, path).status_code == 404


@pytest.mark.parametrize("path", [f"{BOARD}restore/", f"{PANEL}restore/", f"{PANEL}delete/"])
def test_viewers_change_none_of_it(board: Dashboard, ask: Callable, bob: User, eve: User, path: str) -> None:
    assert ask(bob, path, restore=1, seen_version=1).status_code == 403
    assert ask(eve, path, restore=1, seen_version=1).status_code == 404
    assert Panel.objects.get().version == 1


def test_an_editor_changes_nothing_that_is_shared(
    make_panel: Callable, make_board: Callable, change: Callable, ask: Callable, ada: User, root: User, acme: Tenant
) -> None:
    change(make_panel("answer"), title="Two")
    page = text(ask(ada, f"{PANEL}versions/"))
    assert "Compare with now" in page
    assert "Restore" not in page
    for path in (f"{PANEL}restore/", f"{PANEL}delete/"):
        assert ask(ada, path, restore=1, seen_version=2).status_code == 403
    assert ask(root, f"{PANEL}restore/", restore=1, seen_version=2).status_code == 302


def test_a_panel_names_the_dashboards_that_its_viewer_sees(
    board: Dashboard, panel: Panel, make_board: Callable, ask: Callable, ada: User, root: User, acme: Tenant, globex: Tenant
) -> None:
    make_board("everybodys", None, ("answer",))
    make_board("hers", acme, ("answer",), beside={"private_to": root})
    make_board("elsewhere", globex, ("answer",))
    for path in (PANEL, f"{PANEL}delete/"):
        page = text(ask(ada, path))
        assert "Used on 2 dashboards" in page
        assert "Board" in page
        assert "Everybodys" in page
        assert "Hers" not in page
        assert "Elsewhere" not in page


def test_a_panel_is_deleted_after_a_question(board: Dashboard, panel: Panel, change: Callable, ask: Callable, ada: User) -> None:
    assert ask(ada, f"{PANEL}delete/").status_code == 200
    assert Panel.objects.exists()
    change(panel, title="Two")
    assert ask(ada, f"{PANEL}delete/", seen_version=1).status_code == 409
    assert ask(ada, f"{PANEL}delete/", seen_version="x").status_code == 409
    assert ask(ada, f"{PANEL}delete/", seen_version=2)["Location"] == "/t/acme/panels/"
    assert not Panel.objects.exists()
    assert ask(ada, BOARD).status_code == 200


def test_what_somebody_else_deleted_is_no_error(panel: Panel, ask: Callable, ada: User, monkeypatch: pytest.MonkeyPatch) -> None:
    from dashboards.pages import panels

    def twice(row: Any, *, seen: int | None) -> None:
        delete_unchanged(row, seen=seen)
        row.pk = 1_000_000
        delete_unchanged(row, seen=seen)

    monkeypatch.setattr(panels, "delete_unchanged", twice)
    assert ask(ada, f"{PANEL}delete/", seen_version=1).status_code == 302


def test_panels_are_listed_and_searched(make_panel: Callable, acme: Tenant, globex: Tenant, ask: Callable, ada: User) -> None:
    make_panel("cpu", acme, title="Processor")
    make_panel("mine", acme)
    make_panel("shared")
    make_panel("theirs", globex)
    page = text(ask(ada, "/t/acme/panels/"))
    assert [slug in page for slug in ("cpu", "mine", "shared", "theirs")] == [True, True, True, False]
    found = text(ask(ada, "/t/acme/panels/?q=PROC+kpi"))
    assert "1 panel" in found
    assert "Processor" in found
    assert '<span class="chip">KPI</span>' in found
    assert "Nothing found" in text(ask(ada, "/t/acme/panels/?q=nowhere"))


def test_pages_of_panels_and_versions_take_few_queries(
    board: Dashboard,
    panel: Panel,
    change: Callable,
    ada: User,
    make_panel: Callable,
    acme: Tenant,
    django_assert_max_num_queries: Any,
) -> None:
    row: Any = panel
    for number in range(9):
        make_panel(f"p{number}", acme)
        row = change(row, title=str(number))
    client = Client()
    client.force_login(ada)
    for path, most in (("/t/acme/panels/", 4), (PANEL, 4), (f"{PANEL}versions/", 5), (f"{BOARD}versions/", 5)):
        with django_assert_max_num_queries(most):
            assert client.get(path).status_code == 200


def test_programs_and_the_admin_are_told_where_a_panel_is_used(
    board: Dashboard,
    panel: Panel,
    make_board: Callable,
    ask: Callable,
    ada: User,
    bob: User,
    eve: User,
    root: User,
    globex: Tenant,
) -> None:
    make_board("everybodys", None, ("answer",))
    make_board("elsewhere", globex, ("answer",))
    path = "/api/v1/panels/answer/usage?tenant_id=acme"
    assert [one["slug"] for one in ask(bob, path).json()["items"]] == ["board", "everybodys"]
    assert ask(eve, path).status_code == 403
    for page in (f"/admin/dashboards/panel/{panel.pk}/change/", f"/admin/dashboards/panel/{panel.pk}/delete/"):
        shown = text(ask(root, page))
        assert "Board (acme)" in shown
        assert "Everybodys (shared)" in shown
        assert "Elsewhere" not in shown


def test_a_shared_panel_is_used_where_no_own_one_covers_it(
    make_panel: Callable, make_board: Callable, ask: Callable, root: User, ada: User, acme: Tenant, globex: Tenant
) -> None:
    make_panel("answer")
    make_board("theirs", globex, ("answer",))
    make_board("everybodys", None, ("answer",))
    make_board("board", acme, ("answer",))
    make_panel("answer", acme)
    answer = ask(root, "/api/v1/panels/answer/usage").json()
    assert [(one["slug"], one["tenant_id"]) for one in answer["items"]] == [("everybodys", None), ("theirs", "globex")]
    assert ask(ada, "/api/v1/panels/answer/usage").status_code == 422
