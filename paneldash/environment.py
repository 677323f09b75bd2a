"""The environment, a file `.env` beside manage.py included, and how its values are read."""

import os
import re
from collections.abc import Mapping
from pathlib import Path

import environ
from django.core.exceptions import ImproperlyConfigured

ROOT = Path(__file__).resolve().parent.parent
UNITS = {"": 1.0, "ms": 0.001, "s": 1.0, "m": 60.0, "h": 3600.0, "d": 86400.0}
SIZES = {"": 1, "kB": 10**3, "MB": 10**6, "GB": 10**9}
SECRETS = (
    "SECRET_KEY",
    "SECRET_KEY_FALLBACKS",
    "TENANT_CREDENTIAL_KEYS",
    "DATABASE_URL",
    "DB_PASSWORD",
    "CACHE_URL",
    "EMAIL_URL",
    "OIDC_CLIENT_SECRET",
    "JWT_SECRET",
    "METRICS_TOKEN",
)

env = environ.Env()


def read_file() -> None:
    """Take what `.env` says and the environment does not, and secrets from the files that are named for them."""
    env.read_env(os.environ.get("ENV_FILE", ROOT / ".env"))
    for name in SECRETS:
        if (file := os.environ.get(f"{name}_FILE")) and not os.environ.get(name):
            os.environ[name] = _secret_in(file, name)


def seconds(name: str, *, default: str) -> float:
    """A duration: `5m`, `30s`, `1h`, or plain seconds."""
    return _measure(name, env.str(name, default=default), UNITS)


def byte_count(name: str, *, default: str) -> int:
    """A size: `32 MB`, or plain bytes."""
    return int(_measure(name, env.str(name, default=default), SIZES))


def _secret_in(file: str, name: str) -> str:
    """Without the line's end, which editors and `echo` leave there."""
    try:
        secret = Path(file).read_text().strip()
    except OSError as error:
        raise ImproperlyConfigured(f"{name}_FILE={file} cannot be read: {error.strerror}.") from error
    if not secret:
        raise ImproperlyConfigured(f"{name}_FILE={file} is empty.")
    return secret


def _measure(name: str, text: str, units: Mapping[str, float]) -> float:
    found = re.fullmatch(r"\s*(\d+(?:\.\d+)?)\s*([A-Za-z]*)\s*", text)
    if found is None or found[2] not in units:
        raise ImproperlyConfigured(f"{name}={text!r} is not a number with one of the units {', '.join(filter(None, units))}.")
    return float(found[1]) * units[found[2]]
