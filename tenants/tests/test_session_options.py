"""How sessions in tenants' databases are opened: nothing in a tenant's row can change more than it is for."""

import os
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest

from tenants import session_options
from tenants.connections import lease
from tenants.errors import TenantUnreachable
from tenants.models import Tenant
from tenants.pool import Pool


def shown(tenant: Tenant, name: str) -> str:
    with lease(tenant) as connection:
        return connection.execute(f"SHOW {name}").fetchone()[0]


@pytest.mark.parametrize("blank", [" ", "\t", "\n", "\r", "\v", "\f", "\\ ", "\\\t"])
def test_a_schemas_name_cannot_bring_a_setting(acme: Tenant, pool: Pool, blank: str) -> None:
    """Startup options are split at white space of every kind."""
    acme.search_path = f"public{blank}-c{blank}statement_timeout=0"
    assert shown(acme, "search_path") == f'"{acme.search_path}"'
    with lease(acme) as connection:
        assert connection.execute("SHOW statement_timeout").fetchone() != ("0",)


@pytest.mark.parametrize("schema", ["public", 'quo"ted', "Größe", "a'b", "a\\b", "$user", "x-c", "{}%s"])
def test_schemas_are_named_as_they_are(acme: Tenant, pool: Pool, schema: str) -> None:
    acme.search_path = schema
    assert shown(acme, "search_path") == '"{}"'.format(schema.replace('"', '""'))


def test_what_the_role_and_the_database_have_set_is_overridden(
    acme: Tenant, acme_database: dict, admin_sql: Callable[..., None], pool: Pool
) -> None:
    drift = {"statement_timeout": "0", "default_transaction_read_only": "off", "DateStyle": "German", "TimeZone": "Asia/Tokyo"}
    owned = [f'ROLE "{acme.user}"', f'DATABASE "{acme.database}"']
    admin_sql(acme_database, "; ".join(f"ALTER {what} SET {name} = '{value}'" for what in owned for name, value in drift.items()))
    try:
        assert not {name for name, value in drift.items() if value in shown(acme, name).split(", ")}
    finally:
        admin_sql(acme_database, "; ".join(f"ALTER {what} RESET ALL" for what in owned))


def test_the_environment_has_no_say(acme: Tenant) -> None:
    assert not [name for name in os.environ if name.startswith("PG") and name in session_options.INHERITED]
    parameters = session_options.parameters(acme, None)
    assert parameters["passfile"] == os.devnull
    assert {"host", "port", "dbname", "user", "password", "sslmode", "options", "connect_timeout"} <= set(parameters)


def test_a_certificate_is_laid_down_once_however_many_ask(settings: Any, tmp_path: Path) -> None:
    settings.PANELDASH_HOME = tmp_path
    together = threading.Barrier(16)

    def lay_down(_: int) -> Path:
        together.wait(30)
        return session_options._certificate_file("CERTIFICATE")

    with ThreadPoolExecutor(16) as threads:
        paths = set(threads.map(lay_down, range(16)))
    assert [path.read_text() for path in paths] == ["CERTIFICATE"]
    assert list((tmp_path / "certificates").iterdir()) == list(paths)
    assert paths.pop().stat().st_mode & 0o777 == 0o600


def test_a_disk_that_takes_no_certificate_is_said(acme: Tenant, settings: Any, tmp_path: Path, pool: Pool) -> None:
    settings.PANELDASH_HOME = tmp_path / "file"
    settings.PANELDASH_HOME.write_text("")
    acme.ca_certificate = "CERTIFICATE"
    with pytest.raises(TenantUnreachable, match="disk") as caught, lease(acme):
        pass
    assert caught.value.detail in {"ENOTDIR", "EEXIST"}
