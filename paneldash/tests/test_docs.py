"""What the documentation and the deployment files name exists: pages, commands, settings."""

import re
import shlex
from argparse import ArgumentParser, _SubParsersAction
from collections.abc import Iterator
from pathlib import Path

import pytest
import yaml
from django.core.management import get_commands, load_command_class

from paneldash.environment import SECRETS
from paneldash.tests.test_settings import INTERNAL, ROOT, names_read

PAGES = sorted([*(ROOT / "docs").glob("*.md"), ROOT / "README.md"])
DEPLOYMENT = sorted([*(ROOT / "deploy").rglob("*.service"), ROOT / "compose.yaml", ROOT / "Dockerfile"])
LINK = re.compile(r"\[[^\]]*\]\(([^)\s]+)\)")
COMMAND = re.compile(r"(?:(?<![\w/])manage\.py|(?:^|[`;&|$] *|    )paneldash) ([a-z][a-z_-]+(?: [a-z][a-z-]+)?)", re.M)
ANSWERS = re.compile(r"(?<=\n)( +\$ .*\n)(?: +[^ $].*\n)+")  # what follows a prompt's line
GIVEN = re.compile(r"(?<![\w$-])([A-Z][A-Z]*_[A-Z_]+)=")
OF_OTHERS = {"FORWARDED_ALLOW_IPS", "PYTHONDONTWRITEBYTECODE", "PYTHONUNBUFFERED", "POSTGRES_PASSWORD_FILE"}
OF_DEPLOYMENT = {"PANELDASH_ROOT", "PANELDASH_HOST", "PANELDASH_PORT", "PANELDASH_PROXY", "PANELDASH_VERSION"}
SETTINGS = names_read() | INTERNAL | OF_OTHERS | OF_DEPLOYMENT | {f"{name}_FILE" for name in SECRETS}


def anchors(page: Path) -> set[str]:
    titles = re.findall(r"^#+ (.+)$", page.read_text(), re.M)
    return {re.sub(r"[^\w -]", "", title.lower()).replace(" ", "-") for title in titles}


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_links_lead_somewhere(page: Path) -> None:
    for target in LINK.findall(page.read_text()):
        if target.startswith(("http:", "https:", "mailto:")):
            continue
        name, _, anchor = target.partition("#")
        found = (page.parent / name).resolve() if name else page
        assert found.exists(), target
        assert not anchor or anchor in anchors(found), target


def test_every_page_is_in_the_index() -> None:
    listed = set(LINK.findall((ROOT / "docs/README.md").read_text()))
    assert not {page.name for page in (ROOT / "docs").glob("*.md")} - listed - {"README.md"}


def commands_in(text: str) -> Iterator[list[str]]:
    yield from (found.split() for found in COMMAND.findall(ANSWERS.sub(r"\1", text)))


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_commands_in_the_documentation_exist(page: Path) -> None:
    for words in commands_in(page.read_text()):
        assert_command_exists(words)


def assert_command_exists(words: list[str]) -> None:
    apps = get_commands()
    assert words[0] in apps, words
    parser = load_command_class(str(apps[words[0]]), words[0]).create_parser("manage.py", words[0])
    if (below := subcommands(parser)) and len(words) > 1:
        assert words[1] in below, words


def subcommands(parser: ArgumentParser) -> set[str]:
    return {name for action in parser._actions if isinstance(action, _SubParsersAction) for name in action.choices}


def test_a_command_that_is_not_there_is_found() -> None:
    assert list(commands_in("run `paneldash tenants destroy acme`")) == [["tenants", "destroy"]]
    with pytest.raises(AssertionError):
        assert_command_exists(["tenants", "destroy"])


@pytest.mark.parametrize("page", [*PAGES, *DEPLOYMENT], ids=lambda page: page.name)
def test_settings_that_are_given_exist(page: Path) -> None:
    assert not set(GIVEN.findall(page.read_text())) - SETTINGS


def test_settings_of_the_compose_file_exist() -> None:
    services = yaml.safe_load((ROOT / "compose.yaml").read_text())["services"]
    assert not set(services["web"]["environment"]) - SETTINGS


@pytest.mark.parametrize("unit", sorted((ROOT / "deploy/systemd").glob("*.service")), ids=lambda unit: unit.name)
def test_a_unit_starts_what_there_is(unit: Path) -> None:
    (line,) = re.findall(r"^ExecStart=/usr/bin/env \.venv/bin/python (.+)$", unit.read_text(), re.M)
    assert_starts(shlex.split(line))


def test_the_containers_start_what_there_is() -> None:
    (image,) = re.findall(r"^CMD (\[.+\])$", (ROOT / "Dockerfile").read_text(), re.M)
    services = yaml.safe_load((ROOT / "compose.yaml").read_text())["services"]
    commands = [yaml.safe_load(image), services["worker"]["command"], services["migrate"]["command"]]
    for python, *words in commands:
        assert python == "python"
        assert_starts(words)


def assert_starts(words: list[str]) -> None:
    if words[0] == "manage.py":
        assert_command_exists(words[1:2])
    else:
        assert words == ["-m", "gunicorn", "--config", "paneldash/gunicorn_config.py", "paneldash.wsgi"]
        assert (ROOT / words[3]).exists()


def test_the_image_has_every_app() -> None:
    kept = set(re.findall(r"^!(\S+)$", (ROOT / ".dockerignore").read_text(), re.M))
    apps = {path.parent.name for path in ROOT.glob("*/apps.py")}
    assert {*apps, "static", "templates", "manage.py", "requirements.txt"} == kept


def test_containers_may_do_nothing_that_they_need_not() -> None:
    services = yaml.safe_load((ROOT / "compose.yaml").read_text())["services"]
    for service in services.values():
        assert service["read_only"] is True
        assert service["cap_drop"] == ["ALL"]
        assert service["security_opt"] == ["no-new-privileges:true"]
