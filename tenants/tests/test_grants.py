"""The reader role and the hardening, made for real in a fresh database and then tried."""

import secrets
from pathlib import Path

import psycopg
import pytest
from psycopg import errors, sql

from paneldash.embedded import EmbeddedServer
from paneldash.home import default_home
from tenants.connection_test import examine
from tenants.grants import Reader, hardening_sql, reader_sql
from tenants.models import Tenant
from tenants.scram import scram_verifier

SETUP = """
CREATE SCHEMA sales;
CREATE TABLE sales.orders (id int, total numeric);
INSERT INTO sales.orders VALUES (1, 9.5);
CREATE SEQUENCE sales.numbers;
CREATE FUNCTION public.drop_all() RETURNS void LANGUAGE sql SECURITY DEFINER AS 'DELETE FROM sales.orders';
CREATE TABLE public.staff (name text);
"""
ROLE = 'test "reader"; --'
APPLICATION = "granted_application"
WRITES = [
    "INSERT INTO sales.orders VALUES (2, 1)",
    "DELETE FROM sales.orders",
    "CREATE TABLE public.mine (id int)",
    "CREATE TABLE sales.mine (id int)",
    "SELECT nextval('sales.numbers')",
    "ALTER TABLE sales.orders ADD COLUMN more int",
    "DROP TABLE sales.orders",
]
HARMFUL = [
    "SELECT pg_sleep(0)",
    "SELECT set_config('statement_timeout', '0', false)",
    "SELECT lo_create(0)",
    "SELECT lo_from_bytea(0, 'x')",
    "SELECT pg_advisory_lock(1)",
    "SELECT pg_notify('channel', 'x')",
    "SELECT query_to_xml('select 1', true, true, '')",
    "SELECT pg_export_snapshot()",
    "SELECT public.drop_all()",
    "CREATE TEMPORARY TABLE mine (id int)",
]


@pytest.fixture(scope="module")
def server():
    """A server of its own: the hardening gives rights to every role there is, and other tests could not drop theirs."""
    server = EmbeddedServer(default_home(Path(__file__).resolve().parents[2]) / "test-grants", durable=False)
    with server.use():
        yield server


@pytest.fixture(scope="module")
def granted(server):
    """A database with a reader that the statements made, hardened; and an application that lived there before."""
    reader = Reader(ROLE, secrets.token_urlsafe(24), "granted", ("sales",), 5_000)
    with psycopg.connect(server.url("postgres"), autocommit=True) as admin:
        admin.execute("DROP DATABASE IF EXISTS granted WITH (FORCE)")
        for role in (ROLE, APPLICATION):
            admin.execute(sql.SQL("DROP ROLE IF EXISTS {}").format(sql.Identifier(role)))
        admin.execute("CREATE DATABASE granted")
    with psycopg.connect(server.url("granted"), autocommit=True) as owner:
        owner.execute(SETUP)
        owner.execute(sql.SQL("CREATE ROLE {} LOGIN PASSWORD 'x'").format(sql.Identifier(APPLICATION)))
        for _ in range(2):
            for statement in [*reader_sql(reader), *hardening_sql(reader)]:
                owner.execute(statement)
        owner.execute("CREATE TABLE sales.later (id int)")
    where = {"host": str(server.socket_folder), "port": 5432, "database": "granted", "user": ROLE}
    return {**where, "password": reader.password, "search_path": "sales", "sslmode": "disable"}


@pytest.fixture
def as_reader(granted):
    """A plain sign-in, without the fences PanelDash puts around its own sessions."""
    names = {"host": granted["host"], "port": granted["port"], "dbname": granted["database"], "user": granted["user"]}
    with psycopg.connect(**names, password=granted["password"], autocommit=True) as connection:
        connection.execute("SET default_transaction_read_only = off")
        yield connection


@pytest.mark.parametrize("table", ["sales.orders", "sales.later"])
def test_a_reader_reads_tables_of_today_and_tomorrow(as_reader, table):
    assert as_reader.execute(f"SELECT count(*) FROM {table}").fetchone()[0] in (0, 1)


def test_a_reader_reads_no_other_schema(as_reader):
    with pytest.raises(errors.InsufficientPrivilege):
        as_reader.execute("SELECT * FROM public.staff")


@pytest.mark.parametrize("statement", WRITES)
def test_a_reader_cannot_write(as_reader, statement):
    with pytest.raises(errors.InsufficientPrivilege):
        as_reader.execute(statement)


@pytest.mark.parametrize("statement", HARMFUL)
def test_a_hardened_database_keeps_a_reader_from(as_reader, statement):
    with pytest.raises(errors.InsufficientPrivilege):
        as_reader.execute(statement)


def test_a_reader_cannot_lift_its_limit_on_temporary_files(as_reader):
    assert as_reader.execute("SHOW temp_file_limit").fetchone() == ("256MB",)
    with pytest.raises(errors.InsufficientPrivilege):
        as_reader.execute("SET temp_file_limit = -1")


def test_a_reader_has_limits_by_itself(granted):
    names = {"host": granted["host"], "port": granted["port"], "dbname": granted["database"], "user": granted["user"]}
    with psycopg.connect(**names, password=granted["password"]) as connection:
        shown = [connection.execute(f"SHOW {name}").fetchone()[0] for name in ("statement_timeout", "lock_timeout")]
        assert shown == ["5s", "1s"]
        assert connection.execute("SHOW default_transaction_read_only").fetchone() == ("on",)


def test_those_who_were_there_before_keep_what_they_had(granted, server):
    with psycopg.connect(server.url(granted["database"])) as owner:
        owner.execute(f"SET ROLE {APPLICATION}")
        owner.execute("SELECT pg_sleep(0), pg_advisory_xact_lock(1)")
        owner.execute("CREATE TEMPORARY TABLE mine (id int)")


def test_the_connection_test_finds_nothing_to_say_against_a_reader(db, make_tenant, granted):
    report = examine(make_tenant("granted", granted))
    assert report.verdict == Tenant.Verdict.GOOD, report.findings


def test_no_statement_has_the_password_in_it():
    """Case 106: neither the server's log nor a terminal's history shows it."""
    reader = Reader("reader", "CANARY-password", "shop", ("public",), 5_000)
    text = "\n".join(statement.as_string() for statement in [*reader_sql(reader), *hardening_sql(reader)])
    assert "CANARY" not in text
    assert "SCRAM-SHA-256$4096:" in text


def test_a_name_cannot_end_a_block():
    reader = Reader("x", "y", "shop", ("$block$; DROP TABLE a; --",), 5_000)
    blocks = [text for statement in reader_sql(reader) if (text := statement.as_string()).startswith("DO")]
    assert all(text.endswith("$block1$") for text in blocks if "DROP TABLE" in text)


def test_a_verifier_has_a_salt_of_its_own():
    assert scram_verifier("same") != scram_verifier("same")
