import re
import secrets
import subprocess
import sys
from pathlib import Path

import pytest
from django.conf import settings

ROOT = Path(settings.BASE_DIR)
READ = re.compile(r"""(?:\benv(?:\.\w+)?|\bseconds|\bbyte_count|environ\.get|setenv)\(\s*"([A-Z][A-Z_]+)\"""")
LISTED = re.compile(r"^(?:# )?([A-Z][A-Z_]+)=", re.M)
INTERNAL = {"ENV_FILE", "PROMETHEUS_MULTIPROC_DIR", "DJANGO_SETTINGS_MODULE"}


def names_read() -> set[str]:
    files = [path for path in (ROOT / "paneldash").rglob("*.py") if "tests" not in path.parts]
    return {name for path in files for name in READ.findall(path.read_text())} - INTERNAL


def test_env_example_lists_what_is_read_and_nothing_else() -> None:
    assert set(LISTED.findall((ROOT / ".env.example").read_text())) == names_read()


def test_configuration_is_documented() -> None:
    text = (ROOT / "docs/configuration.md").read_text()
    assert not [name for name in names_read() if f"`{name}`" not in text]


def test_examples_in_env_example_are_the_defaults(monkeypatch: pytest.MonkeyPatch) -> None:
    text = (ROOT / ".env.example").read_text()
    assert "# PANEL_TIMEOUT_MS=10000" in text
    assert (settings.PANEL_TIMEOUT_MS, settings.PANEL_BYTE_LIMIT, settings.TENANT_POOL_SIZE) == (10_000, 32_000_000, 5)


def test_pages_are_closed_and_private_by_default() -> None:
    assert "django.contrib.auth.middleware.LoginRequiredMiddleware" in settings.MIDDLEWARE
    assert settings.PASSWORD_HASHERS[0].endswith("Argon2PasswordHasher")
    assert settings.X_FRAME_OPTIONS == "DENY"
    policy = settings.CONTENT_SECURITY_POLICY["DIRECTIVES"]
    assert not [source for sources in policy.values() for source in sources if "unsafe" in source]


def deployed(**environment: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "django", "check", "--deploy", "--fail-level", "WARNING"]
    fixed = {"DJANGO_SETTINGS_MODULE": "paneldash.settings", "ENV_FILE": "/dev/null", "PANELDASH_HOME": "/nonexistent"}
    return subprocess.run(command, cwd=ROOT, env={**fixed, **environment}, capture_output=True, text=True, check=False)


def test_deployment_checks_are_clean_with_two_secrets() -> None:
    done = deployed(SECRET_KEY=secrets.token_urlsafe(50), TENANT_CREDENTIAL_KEYS=secrets.token_urlsafe(32))
    assert done.returncode == 0, done.stderr


def test_nothing_configured_is_refused_with_a_line_for_each_secret() -> None:
    done = deployed()
    assert done.returncode == 1
    assert "paneldash.E001" in done.stderr
    assert "paneldash.E002" in done.stderr


def test_panel_timeout_has_a_ceiling() -> None:
    code = "from paneldash import settings; print(settings.PANEL_TIMEOUT_MS)"
    environment = {"PANEL_TIMEOUT_MS": "90000", "ENV_FILE": "/dev/null"}
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, env=environment, capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "30000"
