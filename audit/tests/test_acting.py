"""Who acts, where there is no request."""

import pytest

from audit.acting import acting, acting_as


@pytest.mark.parametrize(
    ("words", "name"),
    [
        (["manage.py", "tenants", "add", "acme", "--user", "CANARY"], "command: manage.py tenants add"),
        (["/srv/manage.py", "tenants", "--json", "list"], "command: manage.py tenants list"),
        (["manage.py", "shell", "-c", "CANARY = 1"], "command: manage.py shell"),
        (["manage.py"], "command: manage.py"),
        (["/usr/bin/gunicorn", "paneldash.wsgi"], "system"),
    ],
)
def test_a_command_is_named_without_its_arguments(monkeypatch: pytest.MonkeyPatch, words: list[str], name: str) -> None:
    monkeypatch.setattr("sys.argv", words)
    assert acting().actor == name


def test_a_job_has_its_name_while_it_lasts(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.argv", ["manage.py", "worker"])
    with acting_as("job: nightly check"):
        assert acting().actor == "job: nightly check"
    assert acting().actor == "command: manage.py worker"
