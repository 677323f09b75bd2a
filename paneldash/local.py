"""What `make run` and manage.py need where nobody configured anything: secrets and a database of our own."""

import os
import secrets
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from paneldash.databases import names_a_server
from paneldash.embedded import EmbeddedServer

DATABASE = "paneldash"
SECRETS: dict[str, tuple[str, Callable[[], str]]] = {
    "SECRET_KEY": ("secret-key", lambda: secrets.token_urlsafe(50)),
    "TENANT_CREDENTIAL_KEYS": ("credential-keys", lambda: secrets.token_urlsafe(32)),
    "PANELDASH_DEMO_PASSWORD": ("demo-password", lambda: secrets.token_urlsafe(9)),
}
DEFAULTS = {"TENANT_ALLOW_LOCAL_HOSTS": "true", "HTTPS": "false", "EMAIL_URL": "consolemail://", "LOG_REQUESTS": "false"}


def has_local_settings(home: Path) -> bool:
    """Whether `make run` has made secrets here before."""
    return all((home / file).exists() for file, _ in SECRETS.values())


def fill_in_settings(home: Path) -> None:
    """Put what the environment leaves out into it: secrets that are made once and kept, and plain HTTP."""
    home.mkdir(parents=True, exist_ok=True)
    for name, (file, make) in SECRETS.items():
        if not os.environ.get(name):
            os.environ[name] = kept_secret(home / file, make)
    for name, value in DEFAULTS.items():
        os.environ.setdefault(name, value)


def kept_secret(path: Path, make: Callable[[], str]) -> str:
    """The file's content; made at first, readable by its owner alone, and complete or absent whoever else makes it."""
    if not path.exists():
        draft = path.with_name(f".{path.name}.{os.getpid()}")
        draft.touch(0o600)
        draft.write_text(make())
        try:
            os.link(draft, path)
        except FileExistsError:
            pass  # another process was faster, and its secret counts
        finally:
            draft.unlink()
    return path.read_text().strip()


@contextmanager
def central_database(home: Path) -> Iterator[EmbeddedServer | None]:
    """Have the embedded server running, and DATABASE_URL name it, unless the environment names another."""
    if names_a_server():
        yield None
        return
    server = EmbeddedServer(home)
    with server.use():
        server.create_database(DATABASE)
        os.environ["DATABASE_URL"] = server.url(DATABASE)
        yield server
