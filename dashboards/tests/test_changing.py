"""Nobody overwrites what somebody else has done meanwhile, whatever door is used."""

import threading
from typing import Any

import pytest
from django.db import IntegrityError, connection, transaction

from dashboards.changing import Gone, Overtaken, Taken, delete_unchanged, save_change, save_new
from dashboards.models import Panel
from tenants.models import User

DOCUMENT = {"type": "kpi", "title": "Answer", "data_source": {"sql": "SELECT 42 AS value"}}


@pytest.fixture
def panel(root: User) -> Panel:
    return save_new(Panel(slug="answer", title="Answer", panel_type="kpi", document=DOCUMENT), by=root, through="test")


def titled(title: str) -> Any:
    return lambda panel: setattr(panel, "title", title)


def test_every_change_is_a_version_of_somebodys(panel: Panel, ada: User) -> None:
    assert (panel.version, panel.changed_by) == (1, "root@example.com")
    stored = save_change(panel, titled("Mine"), by=ada, through="test", seen=1)
    assert (stored.version, stored.changed_by, stored.updated_by) == (2, "ada@example.com", ada)
    stored = save_change(panel, titled("Theirs"), by="panels apply", through="test", seen=None)
    assert (stored.version, stored.changed_by, stored.updated_by) == (3, "panels apply", None)


def test_a_change_on_an_older_version_is_refused_and_says_by_whom(panel: Panel, ada: User) -> None:
    save_change(panel, titled("Mine"), by=ada, through="test", seen=1)
    with pytest.raises(Overtaken, match=r"^ada@example\.com has changed it on .+ It is version 2 now\.$"):
        save_change(panel, titled("Late"), by="panels apply", through="test", seen=1)
    with pytest.raises(Overtaken):
        delete_unchanged(panel, seen=1)
    assert Panel.objects.get().title == "Mine"


def test_what_is_gone_cannot_be_changed(panel: Panel) -> None:
    delete_unchanged(panel, seen=1)
    panel.pk = 1_000_000
    with pytest.raises(Gone):
        save_change(panel, titled("Late"), by="x", through="test", seen=None)


def test_an_id_that_is_taken_is_refused(panel: Panel) -> None:
    with pytest.raises(Taken, match=r"^There is a panel “answer” already\.$"):
        save_new(Panel(slug="answer", title="Other", panel_type="kpi", document=DOCUMENT), by="x", through="test")
    assert Panel.objects.get() == panel, "the transaction goes on"


def test_what_cannot_be_for_another_reason_is_not_called_taken(root: User) -> None:
    with pytest.raises(IntegrityError, match="check constraint"), transaction.atomic():
        save_new(Panel(slug="other", title="Other", panel_type="kpi", document=DOCUMENT, scope="tenant"), by=root, through="test")


@pytest.mark.django_db(transaction=True)
def test_of_many_who_change_one_version_one_wins(transactional_db: None) -> None:
    panel = save_new(Panel(slug="answer", title="Answer", panel_type="kpi", document=DOCUMENT), by="x", through="test")
    answers: list[str] = []
    start = threading.Barrier(4)

    def change(number: int) -> None:
        try:
            start.wait()
            answers.append(save_change(panel, titled(str(number)), by=f"person {number}", through="test", seen=1).title)
        except Overtaken as error:
            answers.append(f"overtaken by {error.changed_by}")
        finally:
            connection.close()

    threads = [threading.Thread(target=change, args=(number,)) for number in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    winner = Panel.objects.get()
    assert winner.version == 2
    assert sorted(answers) == sorted([winner.title, *[f"overtaken by person {winner.title}"] * 3])
