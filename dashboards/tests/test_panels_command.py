"""`manage.py panels check-sql`."""

import io
import json
import sys
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace

import pytest
from django.core.management import call_command
from django.core.management.base import CommandError

from dashboards.management.commands.panels import Command

pytestmark = pytest.mark.django_db


@pytest.fixture
def shop(make_tenant: Callable, tenant_database: Callable) -> object:
    """A tenant with a table its role may read, one it may not, and an enum."""
    tables = """
        CREATE TABLE orders (id int PRIMARY KEY);
        CREATE TYPE mood AS ENUM ('sad', 'glad');
        CREATE SCHEMA hr;
        CREATE TABLE hr.salaries (pay text);
    """
    return make_tenant("shop", tenant_database("check_sql", tables))


def check_sql(tmp_path: Path, *lines: str) -> list[dict]:
    file, output = tmp_path / "statements.jsonl", io.StringIO()
    file.write_text("\n".join(lines))
    call_command("panels", "check-sql", str(file), tenant="shop", stdout=output)
    return [json.loads(line) for line in output.getvalue().splitlines()]


def test_each_statement_gets_its_answer(shop: object, tmp_path: Path) -> None:
    good = {"id": "a", "sql": "SELECT id, 'sad'::mood FROM orders"}
    bad = {"id": 2, "sql": "SELECT *\nFROM hr.salaries"}
    assert check_sql(tmp_path, json.dumps(good), "", json.dumps(bad)) == [
        {"id": "a", "accepted": True, "reason": None},
        {
            "id": 2,
            "accepted": False,
            "reason": "This query reads a table that is not there or that PanelDash may not read."
            " (line 2, column 6: relation hr.salaries)",
        },
    ]


def test_strange_texts_are_answered_too(shop: object, tmp_path: Path) -> None:
    texts = ["", "\0", "\ud800", "SELECT " + "(" * 9_000, "x" * 30_000]
    answers = check_sql(tmp_path, *(json.dumps({"id": text[:1], "sql": text}) for text in texts))
    assert [answer["accepted"] for answer in answers] == [False] * len(texts)


def test_statements_are_read_from_standard_input(shop: object, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "stdin", SimpleNamespace(buffer=io.BytesIO(b'{"id": 1, "sql": "SELECT 1"}\n')))
    output = io.StringIO()
    call_command("panels", "check-sql", "--tenant", "shop", stdout=output)
    assert json.loads(output.getvalue()) == {"id": 1, "accepted": True, "reason": None}


@pytest.mark.parametrize("line", ["{", "[]", '{"id": 1}', '{"sql": "SELECT 1"}', '{"id": 1, "sql": 5}', "[" * 100_000])
def test_a_line_that_cannot_be_read_is_named(shop: object, tmp_path: Path, line: str) -> None:
    with pytest.raises(CommandError, match=r"^Line 2 "):
        check_sql(tmp_path, '{"id": 1, "sql": "SELECT 1"}', line)


def test_an_unknown_tenant_and_a_missing_file_are_clear_errors(shop: object) -> None:
    with pytest.raises(CommandError, match=r"no tenant “nobody”"):
        call_command("panels", "check-sql", tenant="nobody")
    with pytest.raises(CommandError, match=r"cannot be read"):
        call_command("panels", "check-sql", "/nowhere.jsonl", tenant="shop")


@pytest.mark.parametrize("arguments", [["export"], [], ["check-sql"]])
def test_a_wrong_command_ends_with_one(arguments: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        Command().run_from_argv(["manage.py", "panels", *arguments])
    assert ended.value.code == 1
    assert capsys.readouterr().err
