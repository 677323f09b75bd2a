import os
import re
import subprocess
import sys
from pathlib import Path

import pytest
from django.core.exceptions import ImproperlyConfigured

from paneldash.environment import ROOT, SECRETS, byte_count, env, read_file, seconds


@pytest.mark.parametrize(
    ("text", "meant"),
    [("5m", 300), ("30s", 30), ("1h", 3600), ("90", 90), ("250ms", 0.25), ("1.5m", 90), ("2d", 172_800)],
)
def test_duration_is_read_with_its_unit(monkeypatch: pytest.MonkeyPatch, text: str, meant: float) -> None:
    monkeypatch.setenv("A_DURATION", text)
    assert seconds("A_DURATION", default="1s") == meant


@pytest.mark.parametrize("text", ["", "m", "5 weeks", "-3s", "1e3", "5m30s"])
def test_nonsense_duration_names_the_variable(monkeypatch: pytest.MonkeyPatch, text: str) -> None:
    monkeypatch.setenv("A_DURATION", text)
    with pytest.raises(ImproperlyConfigured, match="A_DURATION"):
        seconds("A_DURATION", default="1s")


@pytest.mark.parametrize(("text", "meant"), [("32 MB", 32_000_000), ("1GB", 10**9), ("4096", 4096), ("16kB", 16_000)])
def test_size_is_read_with_its_unit(monkeypatch: pytest.MonkeyPatch, text: str, meant: int) -> None:
    monkeypatch.setenv("A_SIZE", text)
    assert byte_count("A_SIZE", default="1") == meant


def test_a_secret_is_read_from_the_file_that_is_named_for_it(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("OIDC_CLIENT_SECRET", "")  # as a line of .env that was left empty
    monkeypatch.setenv("OIDC_CLIENT_SECRET_FILE", str(tmp_path / "client"))
    (tmp_path / "client").write_text("from the file\n")
    read_file()
    assert env.str("OIDC_CLIENT_SECRET") == "from the file"


def test_the_environment_comes_before_a_file(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OIDC_CLIENT_SECRET", "given")
    monkeypatch.setenv("OIDC_CLIENT_SECRET_FILE", "/nonexistent")
    read_file()
    assert env.str("OIDC_CLIENT_SECRET") == "given"


@pytest.mark.parametrize("file", ["/nonexistent", "/dev/null"])
def test_a_secret_that_cannot_be_had_names_its_file(monkeypatch: pytest.MonkeyPatch, file: str) -> None:
    monkeypatch.delenv("OIDC_CLIENT_SECRET", raising=False)
    monkeypatch.setenv("OIDC_CLIENT_SECRET_FILE", file)
    with pytest.raises(ImproperlyConfigured, match=f"OIDC_CLIENT_SECRET_FILE={file}"):
        read_file()


def test_every_setting_that_is_a_secret_can_be_a_file() -> None:
    listed = re.findall(r"^(?:# )?([A-Z_]+(?:SECRET|PASSWORD|TOKEN|_KEYS?))=", (ROOT / ".env.example").read_text(), re.M)
    assert "TENANT_CREDENTIAL_KEYS" in listed
    assert set(listed) - {"PANELDASH_DEMO_PASSWORD"} <= set(SECRETS)


def test_a_command_says_which_setting_is_wrong_and_shows_no_trace() -> None:
    environment = {"ENV_FILE": os.devnull, "SECRET_KEY_FILE": "/nonexistent"}
    command = [sys.executable, "manage.py", "check"]
    done = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 1
    assert done.stderr == "SECRET_KEY_FILE=/nonexistent cannot be read: No such file or directory.\n"
