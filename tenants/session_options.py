"""How a session in a tenant's database is opened: keyword arguments for psycopg, never a connection string."""

import hashlib
import os
import re
import tempfile
from pathlib import Path
from typing import Any

from django.conf import settings

from tenants.database import Database

# libpq reads these; a tenant's connection is what its row says and nothing else.
INHERITED = [name for name in os.environ if name.startswith("PG") and name != "PGBIN"]
CONNECT_SECONDS = 3
LOCK_TIMEOUT_MS = 1_000


def forget_environment() -> None:
    """Keep PGPASSFILE, PGOPTIONS, PGSERVICE and their like from meddling with tenants' connections."""
    for name in INHERITED:
        os.environ.pop(name, None)


def parameters(database: Database, address: str | None) -> dict[str, Any]:
    """psycopg's keyword arguments. `address` is the checked address; the host stays for the certificate's name."""
    certificate = {"sslrootcert": str(_certificate_file(database.ca_certificate))} if database.ca_certificate else {}
    if database.sslmode in {"verify-ca", "verify-full"} and not certificate:
        certificate = {"sslrootcert": "system"} if database.sslmode == "verify-full" else {}
    return {
        "host": database.host,
        **({"hostaddr": address} if address else {}),
        "port": database.port,
        "dbname": database.database,
        "user": database.user,
        "password": database.password(),
        "passfile": os.devnull,
        "sslmode": database.sslmode,
        **certificate,
        "connect_timeout": CONNECT_SECONDS,
        "keepalives_idle": 10,
        "keepalives_interval": 5,
        "keepalives_count": 3,
        "tcp_user_timeout": 15_000,
        "application_name": "paneldash",
        "client_encoding": "UTF8",
        "options": options(database),
    }


def options(database: Database) -> str:
    """The session's settings, as startup options: they cost no query and override what the role or database has."""
    timeout_ms = statement_timeout_ms(database)
    return " ".join(
        f"-c {name}={_escaped(str(value))}"
        for name, value in {
            "default_transaction_read_only": "on",
            "statement_timeout": timeout_ms,
            "lock_timeout": LOCK_TIMEOUT_MS,
            "idle_in_transaction_session_timeout": timeout_ms + 10_000,
            "client_connection_check_interval": 1_000,
            "work_mem": "16MB",
            "hash_mem_multiplier": 1,
            "max_parallel_workers_per_gather": 0,
            "jit": "off",
            "cursor_tuple_fraction": 1,
            "search_path": search_path(database),
            "standard_conforming_strings": "on",
            "DateStyle": "ISO,YMD",
            "IntervalStyle": "postgres",
            "bytea_output": "hex",
            "extra_float_digits": 1,
            "TimeZone": database.time_zone,
        }.items()
    )


def statement_timeout_ms(database: Database) -> int:
    return database.timeout_ms or settings.PANEL_TIMEOUT_MS


def search_path(database: Database) -> str:
    return ", ".join('"{}"'.format(schema.replace('"', '""')) for schema in schemas(database))


def schemas(database: Database) -> tuple[str, ...]:
    """The schemas panels may read, in the order names are looked up."""
    return tuple(name.strip() for name in database.search_path.split(",") if name.strip()) or ("public",)


def _escaped(value: str) -> str:
    """Options are split at white space; a backslash keeps one."""
    return re.sub(r"([\s\\])", r"\\\1", value)


def _certificate_file(certificate: str) -> Path:
    """libpq wants a file. Named by content, so that it never changes under a connection that reads it."""
    folder = Path(settings.PANELDASH_HOME, "certificates")
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    path = folder / f"{hashlib.sha256(certificate.encode()).hexdigest()}.pem"
    if not path.exists():
        with tempfile.NamedTemporaryFile("w", dir=folder, delete=False) as draft:  # of this thread alone; mode 0600
            draft.write(certificate)
        Path(draft.name).replace(path)
    return path
