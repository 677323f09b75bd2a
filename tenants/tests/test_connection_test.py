"""The connection test against real roles that may too little and too much."""

import secrets
from collections.abc import Callable

import psycopg
import pytest
from psycopg import sql

from tenants import connection_test
from tenants.connection_test import examine, examine_all, record
from tenants.errors import TenantUnreachable
from tenants.models import Tenant

SETUP = "CREATE TABLE orders (id int, note text); CREATE VIEW recent AS SELECT * FROM orders"


@pytest.fixture(scope="session")
def shop_database(tenant_database):
    return tenant_database("shop", SETUP)


@pytest.fixture
def shop(make_tenant, shop_database):
    return make_tenant("shop", shop_database)


@pytest.fixture
def as_role(shop, embedded_server) -> Callable[..., Tenant]:
    """The tenant through a role of its own: `as_role("CREATEDB", "GRANT … TO {role}")`. Gone afterwards."""
    role, password = "test_shop_special", secrets.token_urlsafe(12)
    name = sql.Identifier(role)
    with psycopg.connect(embedded_server.url(shop.database), autocommit=True) as owner:

        def make(attributes: str = "", *grants: str) -> Tenant:
            owner.execute(sql.SQL(f"CREATE ROLE {{}} LOGIN {attributes} PASSWORD {{}}").format(name, password))
            for grant in ("GRANT USAGE ON SCHEMA public TO {role}", "GRANT SELECT ON orders, recent TO {role}", *grants):
                owner.execute(sql.SQL(grant).format(role=name))
            shop.user = role
            shop.set_password(password)
            shop.save()
            return shop

        yield make
        owner.execute(sql.SQL("REASSIGN OWNED BY {} TO CURRENT_USER").format(name))
        owner.execute(sql.SQL("DROP OWNED BY {}").format(name))
        owner.execute(sql.SQL("DROP ROLE {}").format(name))


def said(report: connection_test.Report, severity: str) -> str:
    return " ".join(finding.sentence for finding in report.findings if finding.severity == severity)


def test_a_reader_is_all_well(shop):
    report = examine(shop)
    assert report.verdict == Tenant.Verdict.GOOD, report.findings
    assert report.reachable
    assert report.can_write is False
    assert report.latency_ms > 0
    assert report.server_version.split(".")[0].isdigit()
    assert report.role == shop.user
    assert "cannot write" in said(report, "good")
    assert "all of the 2 tables" in said(report, "good")
    assert report.summary().endswith("Read-only, all well.")


def test_a_superuser_is_refused(as_role):
    report = examine(as_role("SUPERUSER"))
    assert report.verdict == Tenant.Verdict.REFUSED
    assert report.can_write is True
    assert "superuser" in said(report, "refused")
    assert "superuser" in report.summary()


@pytest.mark.parametrize("attribute", ["CREATEROLE", "REPLICATION"])
def test_a_role_that_reaches_beyond_its_database_is_refused(as_role, attribute):
    report = examine(as_role(attribute))
    assert not report.is_fit
    assert attribute in said(report, "refused")


@pytest.mark.parametrize("member", ["pg_execute_server_program", "pg_read_server_files", "pg_write_server_files"])
def test_a_role_with_the_servers_files_is_refused(as_role, member):
    assert member in said(examine(as_role("", f"GRANT {member} TO {{role}}")), "refused")


@pytest.mark.parametrize("attribute", ["CREATEDB", "BYPASSRLS"])
def test_a_needless_attribute_is_warned_of(as_role, attribute):
    report = examine(as_role(attribute))
    assert report.verdict == Tenant.Verdict.WARNING
    assert attribute in said(report, "warning")


@pytest.mark.parametrize("member", ["pg_monitor", "pg_signal_backend", "pg_read_all_data"])
def test_a_needless_membership_is_warned_of(as_role, member):
    assert member in said(examine(as_role("", f"GRANT {member} TO {{role}}")), "warning")


def test_membership_in_write_all_data_is_writing(as_role):
    report = examine(as_role("", "GRANT pg_write_all_data TO {role}"))
    assert report.can_write is True
    assert "pg_write_all_data" in said(report, "warning")


def test_an_owner_is_warned_of_but_fit(as_role):
    report = examine(as_role("", "GRANT CREATE ON SCHEMA public TO {role}", "ALTER TABLE orders OWNER TO {role}"))
    assert report.verdict == Tenant.Verdict.WARNING
    assert report.can_write is True
    assert "owns 1 table" in said(report, "warning")
    assert "can create things in schema public" in said(report, "warning")


@pytest.mark.parametrize("grant", ["INSERT ON orders", "UPDATE (note) ON orders", "TRUNCATE ON orders"])
def test_a_right_to_write_is_found(as_role, grant):
    report = examine(as_role("", f"GRANT {grant} TO {{role}}"))
    assert report.can_write is True
    assert "can write to public.orders" in said(report, "warning")


def test_a_right_to_write_that_set_role_would_bring_is_found(as_role, embedded_server, shop):
    with psycopg.connect(embedded_server.url(shop.database), autocommit=True) as owner:
        owner.execute("CREATE ROLE test_shop_writers; GRANT DELETE ON orders TO test_shop_writers")
        report = examine(as_role("NOINHERIT", "GRANT test_shop_writers TO {role}"))
        owner.execute("DROP OWNED BY test_shop_writers; DROP ROLE test_shop_writers")
    assert report.can_write is True


def test_a_right_to_make_schemas_is_found(as_role, shop_database):
    report = examine(as_role("", f'GRANT CREATE ON DATABASE "{shop_database["database"]}" TO {{role}}'))
    assert "the database itself" in said(report, "warning")


def test_missing_rights_are_named(as_role):
    report = examine(as_role("", "REVOKE SELECT ON orders FROM {role}"))
    assert "may not read orders" in said(report, "warning")


def test_a_schema_that_is_missing_or_closed_is_named(shop, admin_sql, shop_database):
    admin_sql(shop_database, "CREATE SCHEMA IF NOT EXISTS closed")
    shop.search_path = "public, closed, nowhere"
    report = examine(shop)
    assert "may not use the schema “closed”" in said(report, "warning")
    assert "no schema “nowhere”" in said(report, "warning")


def test_an_old_minor_version_is_warned_of(shop, monkeypatch):
    major = int(examine(shop).server_version.split(".")[0])
    monkeypatch.setattr(connection_test, "SAFE_MINOR", {major: 999})
    assert f"update to {major}.999" in said(examine(shop), "warning")


def test_our_own_database_is_refused_by_whatever_name(shop, db, settings):
    shop.database = settings.DATABASES["default"]["NAME"]
    assert "PanelDash's own database" in said(examine(shop), "refused")


@pytest.mark.parametrize(
    ("field", "value", "sentence"),
    [
        ("port", 1, "cannot be reached"),
        ("database", "nowhere", "does not exist"),
        ("user", "nobody_of_that_name", "refused the login"),
        ("host", "no-such-host.invalid", "host name is not known"),
    ],
)
def test_an_unreachable_database_is_said_in_words(shop, field, value, sentence):
    """Case 99: neither password nor address in the sentence."""
    setattr(shop, field, value)
    report = examine(shop)
    assert report.verdict == Tenant.Verdict.UNREACHABLE
    assert report.latency_ms is None
    assert sentence in report.summary()
    assert str(value) not in report.summary().split() or field == "port"


def test_a_wrong_password_is_said_without_it(shop):
    shop.set_password("CANARY-password")
    report = examine(shop)
    assert "refused the login" in report.summary()
    assert "CANARY" not in str(report)


def test_a_lost_key_is_said(shop, settings):
    settings.TENANT_CREDENTIAL_KEYS = ["another key that is long enough, truly"]
    assert "password cannot be read" in examine(shop).summary()


def test_a_server_that_stops_answering_ends_the_test(shop, monkeypatch):
    monkeypatch.setattr(connection_test, "DEADLINE_SECONDS", 0.3)
    monkeypatch.setattr(connection_test, "read_rights", lambda connection: connection.execute("SELECT pg_sleep(5)"))
    report = examine(shop)
    assert report.reachable
    assert "could not be finished" in said(report, "warning")


def test_several_are_tested_side_by_side_and_remembered(shop, acme, globex):
    globex.port = 1
    reports = examine_all([shop, globex])
    assert [report.is_fit for report in reports] == [True, False]


def test_a_slow_one_does_not_keep_the_others_waiting(shop, acme, monkeypatch):
    monkeypatch.setattr(connection_test, "read_rights", lambda connection: connection.execute("SELECT pg_sleep(2)"))
    (report,) = examine_all([shop], seconds=0.2)
    assert "did not end in time" in report.summary()


def test_the_result_is_kept_for_the_list(shop):
    record(shop, examine(shop))
    kept = Tenant.objects.get(slug="shop")
    assert kept.test_verdict == Tenant.Verdict.GOOD
    assert kept.tested_at is not None
    assert kept.connection_version == shop.connection_version


def test_panels_do_not_run_as_a_superuser(as_role):
    from tenants.connections import lease

    with pytest.raises(TenantUnreachable, match="superuser"), lease(as_role("SUPERUSER")):
        pass
