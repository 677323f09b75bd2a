import io
import json
import secrets
import sys
from types import SimpleNamespace

import pytest
from django.core.management import CommandError, call_command
from django.core.management.base import OutputWrapper

from tenants.credentials import tenant_password
from tenants.management.commands.tenants import Command
from tenants.models import Tenant

pytestmark = pytest.mark.django_db


@pytest.fixture
def manage(monkeypatch):
    """`manage("list", "--json")` answers what was printed and the exit status; `typed` is standard input."""

    def run(*arguments: str, typed: str = "") -> SimpleNamespace:
        out, err = io.StringIO(), io.StringIO()
        monkeypatch.setattr(sys, "stdin", io.StringIO(typed))
        status = 0
        try:
            call_command("tenants", *arguments, stdout=OutputWrapper(out), stderr=OutputWrapper(err))
        except CommandError as error:
            status, err = 1, io.StringIO(f"{error}\n")
        except SystemExit as end:
            status = end.code
        return SimpleNamespace(status=status, out=out.getvalue(), err=err.getvalue())

    return run


@pytest.fixture
def role(acme_database, admin_sql):
    """The name of a role to be made at Acme; gone afterwards."""
    name = "test_acme_granted"
    yield name
    admin_sql(acme_database, f"DROP OWNED BY {name}; DROP ROLE {name}")


def adding(**changed: str) -> list[str]:
    fields = {"name": "Shop", "host": "db.example.com", "database": "shop", "user": "reader"} | changed
    return ["add", "shop", "--password-stdin", *(part for name, value in fields.items() for part in (f"--{name}", value))]


def test_add_registers_a_tenant_with_its_password(manage):
    ended = manage(*adding(port="6432", sslmode="require"), typed="CANARY pass\n")
    assert ended.status == 0
    assert "CANARY" not in ended.out
    tenant = Tenant.objects.get(slug="shop")
    assert (tenant.host, tenant.port, tenant.sslmode) == ("db.example.com", 6432, "require")
    assert tenant_password(tenant) == "CANARY pass"


def test_add_checks_the_certificate_unless_told_otherwise(manage):
    manage(*adding(), typed="secret\n")
    assert Tenant.objects.get().sslmode == Tenant.SslMode.VERIFY_FULL


@pytest.mark.parametrize(
    ("changed", "said"),
    [({"host": "a,b"}, "host:"), ({"port": "0"}, "port:"), ({"user": ""}, "user:"), ({"time-zone": "Mars"}, "time_zone:")],
)
def test_add_refuses_a_wrong_field_in_one_line(manage, changed, said):
    ended = manage(*adding(**changed), typed="secret\n")
    assert ended.status == 1
    assert said in ended.err
    assert ended.err.count("\n") == 1
    assert not Tenant.objects.exists()


def test_add_refuses_an_id_that_is_taken(manage, acme):
    ended = manage(*["acme" if part == "shop" else part for part in adding()], typed="secret\n")
    assert ended.status == 1
    assert "already exists" in ended.err


def test_add_needs_a_password(manage):
    ended = manage(*adding(), typed="")
    assert ended.status == 1
    assert "No password" in ended.err


def test_add_without_keys_keeps_nothing(manage, settings):
    settings.TENANT_CREDENTIAL_KEYS = []
    ended = manage(*adding(), typed="secret\n")
    assert ended.status == 1
    assert "TENANT_CREDENTIAL_KEYS" in ended.err
    assert not Tenant.objects.exists()


def test_add_has_no_option_for_the_password_itself(manage):
    """Case 106: it would stand in the list of processes."""
    ended = manage(*adding(), "--password", "secret")
    assert ended.status == 1
    assert not Tenant.objects.exists()


def test_list_is_for_people_and_programs(manage, acme, globex):
    assert "acme" in manage("list").out
    for answer in (manage("list", "--json").out, manage("--json", "list").out):
        told = json.loads(answer)
        assert told["count"] == 2
        assert [item["tenant_id"] for item in told["items"]] == ["acme", "globex"]
        assert not any("password" in name for name in told["items"][0])


def test_list_of_none_says_so(manage):
    assert "no tenants" in manage("list").out


def test_test_says_what_it_found_and_keeps_it(manage, acme):
    ended = manage("test", "acme", "--json")
    told = json.loads(ended.out)
    assert ended.status == 0
    assert told["reachable"]
    assert told["can_write"] is False
    assert Tenant.objects.get().tested_at is not None


def test_test_of_a_dead_database_ends_with_1(manage, acme):
    Tenant.objects.update(port=1)
    ended = manage("test", "acme")
    assert ended.status == 1
    assert "cannot be reached" in ended.out


@pytest.mark.parametrize("command", ["test", "remove", "grant-reader"])
def test_an_unknown_tenant_is_one_clear_line(manage, command):
    ended = manage(command, "nowhere")
    assert ended.status == 1
    assert ended.err == "There is no tenant “nowhere”.\n"


def test_remove_forgets_the_tenant(manage, acme):
    assert manage("remove", "acme").status == 0
    assert not Tenant.objects.exists()


def test_grant_reader_prints_sql_and_the_password_apart(manage, acme):
    ended = manage("grant-reader", "acme", "--role", "panel_reader", "--schema", "sales", "--schema", "stock", "--harden")
    assert ended.status == 0
    assert 'GRANT USAGE ON SCHEMA "stock" TO "panel_reader"' in ended.out
    assert "REVOKE CREATE ON SCHEMA public FROM PUBLIC" in ended.out
    password = ended.err.strip().rsplit(" ", 1)[1]
    assert len(password) >= 32
    assert password not in ended.out
    assert Tenant.objects.get().user == acme.user


def test_what_is_printed_for_the_tenants_own_role_works_once_it_is_run(manage, acme, admin_sql, acme_database):
    """As the README has it: add, print, run as owner, test."""
    acme.set_password("chosen by the operator")
    acme.save()
    ended = manage("grant-reader", "acme")
    assert "chosen by the operator" not in ended.out + ended.err
    try:
        admin_sql(acme_database, ended.out)
        assert manage("test", "acme").status == 0
    finally:
        admin_sql(acme_database, f"ALTER ROLE {acme.user} INHERIT CONNECTION LIMIT -1 PASSWORD '{acme_database['password']}'")
        admin_sql(acme_database, f"ALTER ROLE {acme.user} RESET ALL")


def test_grant_reader_runs_the_sql_and_the_tenant_uses_the_role(manage, acme, role, embedded_server, monkeypatch):
    monkeypatch.setenv("PANELDASH_ADMIN_URL", embedded_server.url("postgres"))
    ended = manage("grant-reader", "acme", "--role", role, "--admin-url")
    assert ended.status == 0, ended.err
    assert Tenant.objects.get().user == role
    assert manage("test", "acme").status == 0


def test_grant_reader_takes_the_admins_address_from_standard_input(manage, acme, role, embedded_server):
    typed = embedded_server.url("postgres") + "\n"
    assert manage("grant-reader", "acme", "--role", role, "--admin-url", typed=typed).status == 0


@pytest.mark.parametrize("address", ["postgres://admin:CANARY@127.0.0.1:1/x", "postgres://admin:CAN%ZZARY@/x", "CANARY"])
def test_grant_reader_tells_nothing_of_an_address_that_fails(manage, acme, address):
    """Case 99."""
    ended = manage("grant-reader", "acme", "--admin-url", address)
    assert ended.status == 1
    assert ended.err.count("\n") == 1
    assert "CAN" not in ended.err
    assert Tenant.objects.get().password_token == acme.password_token


def test_grant_reader_changes_nothing_when_the_database_refuses(manage, acme, embedded_server, acme_database):
    ended = manage("grant-reader", "acme", "--schema", "nowhere", "--admin-url", embedded_server.url("postgres"))
    assert ended.status == 1
    assert "nowhere" in ended.err
    assert manage("test", "acme").status == 0


def test_rotate_keys_says_what_it_did(manage, acme, settings):
    settings.TENANT_CREDENTIAL_KEYS = [secrets.token_urlsafe(32), *settings.TENANT_CREDENTIAL_KEYS]
    told = json.loads(manage("rotate-keys", "--json").out)
    assert told == {"changed": 1, "current": 0, "unreadable": []}
    assert "0 encrypted anew, 1 already" in manage("rotate-keys").out


def test_rotate_keys_warns_of_a_missing_key(manage, acme, settings):
    """Case 108."""
    settings.TENANT_CREDENTIAL_KEYS = [secrets.token_urlsafe(32)]
    ended = manage("rotate-keys")
    assert ended.status == 1
    assert "acme" in ended.err


@pytest.mark.parametrize("arguments", [["nonsense"], ["add"], ["test"], []])
def test_a_wrong_argument_ends_with_1_too(arguments, capsys):
    with pytest.raises(SystemExit) as ended:
        Command().run_from_argv(["manage.py", "tenants", *arguments])
    assert ended.value.code == 1
    assert "error:" in capsys.readouterr().err
