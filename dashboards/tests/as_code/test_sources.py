"""Data sources as files: their secrets come from declared variables of the environment, and go into no file and no line."""

import io
import json
from collections.abc import Callable
from pathlib import Path

import jsonschema_rs
import pytest
import yaml
from django.core.management import call_command
from django.core.management.base import CommandError

from audit.models import Event
from dashboards.as_code.pieces import Refused
from dashboards.as_code.reading import read_folder
from dashboards.as_code.schema import schema
from dashboards.models import Panel
from datasources.models import DataSource
from datasources.sources import configured_of
from tenants.models import Tenant

SECRET = "canary-hunter2"
PROM = """\
environment: [PROM_TOKEN]
datasource:
  kind: prometheus
  name: Prometheus
  is_open: true
  settings: {url: "https://prom.example.com", auth: bearer, headers: "X-Scope-OrgID: {tenant}"}
  secrets: {token: "${PROM_TOKEN}"}
"""
UP = "panel: {type: timeseries, title: Up, data_source: {source: prom, promql: up}}\n"


@pytest.fixture(autouse=True)
def _environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PROM_TOKEN", SECRET)


def token() -> str:
    configured = configured_of(DataSource.objects.get())
    assert configured is not None
    return str(configured.secrets().token)


def test_all_that_is_wrong_with_a_data_source_is_said_at_once(write: Callable, db: None) -> None:
    wrong = PROM.replace("environment", "id: Not this\nenvironment").replace("kind: prometheus", "kind: oracle") + "owner: me\n"
    with pytest.raises(Refused) as error:
        read_folder(write(**{"prom.yaml": wrong}), is_shared=True)
    assert [(one.place.line, one.path) for one in error.value.refusals] == [(1, "id"), (4, "kind"), (9, "owner")]


def test_a_file_becomes_a_data_source_before_its_panels(write: Callable, panels: Callable) -> None:
    folder = write({"datasources/prom.yaml": PROM, "panels/up.yaml": UP})
    dry = panels("apply", folder, "--dry-run")
    assert not DataSource.objects.exists()
    said = panels("apply", folder)
    assert said == "+ datasource prom  from datasources/prom.yaml\n+ panel up  from panels/up.yaml\n2 new.\n"
    assert dry.splitlines()[:2] == said.splitlines()[:2]
    source = DataSource.objects.get()
    assert (source.tenant, source.slug, source.is_default, source.is_open) == (None, "prom", True, True)
    assert (token(), source.settings["scrape_interval"]) == (SECRET, "15s")
    assert panels("apply", folder) == "Nothing to change: 2 as they are in the files.\n"
    assert DataSource.objects.get().version == source.version
    assert panels("apply", write({"datasources/prom.yaml": ""}), "--prune").startswith("Nothing to change")
    assert SECRET not in str([(one.before, one.after, one.details) for one in Event.objects.all()])


def test_a_change_is_shown_and_of_a_secret_that_it_is_another(
    write: Callable, panels: Callable, monkeypatch: pytest.MonkeyPatch
) -> None:
    panels("apply", write({"prom.yaml": PROM}))
    monkeypatch.setenv("PROM_TOKEN", "canary-second")
    changed = PROM.replace("auth: bearer", "auth: bearer, scrape_interval: 30s").replace("is_open: true", "timeout_ms: 900")
    said = json.loads(panels("apply", write({"prom.yaml": changed}), "--json"))
    (change,) = said["changes"]
    assert (change["act"], change["kind"], change["id"]) == ("change", "datasource", "prom")
    assert set(change["lines"]) == {
        "is_open: true → (none)", "timeout_ms: (none) → 900", "settings.scrape_interval: (none) → 30s",
        "secrets.token: another value",
    }  # fmt: skip
    assert "canary" not in json.dumps(said)
    assert (token(), DataSource.objects.get().timeout_ms) == ("canary-second", 900)


def test_an_export_holds_no_secret_and_changes_nothing(write: Callable, panels: Callable, tmp_path: Path) -> None:
    panels("apply", write({"prom.yaml": PROM}))
    assert "1 files written" in panels("export", tmp_path / "out")
    text = (tmp_path / "out" / "datasources" / "prom.yaml").read_text()
    assert SECRET not in text
    assert text.startswith("# Not in this file: token.")
    assert yaml.safe_load(text)["datasource"]["is_default"] is True
    assert panels("apply", tmp_path / "out") == "Nothing to change: 1 as they are in the files.\n"
    assert token() == SECRET


def test_a_tenants_own_may_be_a_database(write: Callable, panels: Callable, acme: Tenant) -> None:
    where = "{host: db.example.com, database: reports, user: reader, port: '${DB_PORT}'}"
    own = f"environment: [PROM_TOKEN, DB_PORT]\ndatasource:\n  kind: postgres\n  name: Reports\n  settings: {where}\n"
    folder = write({"reports.yaml": own + '  secrets: {password: "${PROM_TOKEN}"}\n'})
    with pytest.raises(CommandError, match="DB_PORT is not set"):
        panels("apply", folder, "--tenant", "acme")
    with pytest.MonkeyPatch.context() as patched:
        patched.setenv("DB_PORT", "5433")
        with pytest.raises(CommandError, match=r"reports\.yaml:3: kind: must be one of prometheus"):
            panels("apply", folder)
        panels("apply", folder, "--tenant", "acme")
    source = DataSource.objects.get()
    assert (source.tenant, source.settings["port"], source.is_default) == (acme, 5433, False)


WRONG = {
    "a secret in the file": (PROM.replace("${PROM_TOKEN}", SECRET), "prom.yaml:7: secrets.token: must be ${NAME}"),
    "a secret in part": (PROM.replace("${PROM_TOKEN}", "x${PROM_TOKEN}"), "prom.yaml:7: secrets.token: must be ${NAME}"),
    "a secret not declared": (PROM.replace("[PROM_TOKEN]", "[OTHER]"), "prom.yaml:7: secrets.token: must be ${NAME}"),
    "an unknown secret": (PROM.replace("{token:", "{pin:"), "prom.yaml:7: secrets.pin: "),
    "an unknown setting": (PROM.replace("auth: bearer", "speed: 3"), "prom.yaml:6: settings.speed: "),
    "an address that is none": (PROM.replace("https:", "ftp:"), "prom.yaml:6: settings.url: "),
    "an unknown key": (PROM.replace("is_open", "is_free"), "prom.yaml:5: is_free: is not known here"),
    "sharing": (f"shared_with: [acme]\n{PROM}", "prom.yaml:1: shared_with: is not known here"),
    "the tenant's own": (f"id: tenant\n{PROM}", "“tenant” is each tenant's own database"),
    "another of the id": (f"id: prom\n{PROM}---\nid: prom\n{PROM}", "the data source “prom” stands at prom.yaml:4 too"),
    "a panel beside": (f"{PROM}{UP}", "panel: is not known here"),
}  # fmt: skip


MISTAKES = ("a secret in the file", "a secret in part", "an unknown secret", "an unknown setting", "an unknown key", "sharing")


@pytest.mark.parametrize("what", WRONG)
def test_what_is_wrong_is_named_with_its_line(write: Callable, panels: Callable, acme: Tenant, what: str) -> None:
    text, said = WRONG[what]
    with pytest.raises(CommandError) as refused:
        panels("apply", write({"prom.yaml": text}))
    assert said in str(refused.value)
    assert SECRET not in str(refused.value)
    assert not DataSource.objects.exists()


def test_what_only_what_is_stored_tells_is_refused_as_well(write: Callable, panels: Callable) -> None:
    panels("apply", write({"prom.yaml": PROM}))
    elsewhere = PROM.replace("prom.example", "evil.example").replace('  secrets: {token: "${PROM_TOKEN}"}\n', "")
    with pytest.raises(CommandError, match=r"prom\.yaml:3: secrets\.token: What it is sent to has changed: give it again\."):
        panels("apply", write({"prom.yaml": elsewhere, "up.yaml": UP}))
    assert not Panel.objects.exists()


@pytest.mark.parametrize(("text", "is_right"), [(PROM, True), (UP, True), *((WRONG[what][0], False) for what in MISTAKES)])
def test_the_schema_agrees(text: str, is_right: bool) -> None:
    assert jsonschema_rs.validator_for(schema()).is_valid(yaml.safe_load(text)) is is_right


def test_a_check_names_sources_that_cannot_be_asked(write: Callable, panels: Callable) -> None:
    panels("apply", write({"prom.yaml": PROM}))
    panels("check")
    DataSource.objects.update(settings={"url": 5})
    output = io.StringIO()
    with pytest.raises(SystemExit):
        call_command("panels", "check", "--json", stdout=output)
    assert json.loads(output.getvalue())["data_sources"] == {"prom": "its settings are not valid any more"}
