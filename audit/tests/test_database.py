"""The table in a real PostgreSQL, tried by the role that the application signs in with: an ordinary one that owns its database."""

import secrets
from collections.abc import Callable, Iterator
from dataclasses import dataclass

import psycopg
import pytest
from psycopg import sql

from audit.database import CALLED, OWNER, script, sealing
from paneldash.embedded import EmbeddedServer

ROLE = "test_audit_app"
DATABASE = "test_audit"
ADD = "INSERT INTO audit_event (action, outcome, actor) VALUES ('change', 'done', %s) RETURNING id, at"
TRIED = [
    "UPDATE audit_event SET actor = 'nobody'",
    "UPDATE audit_event_{month} SET actor = 'nobody'",
    "DELETE FROM audit_event",
    "DELETE FROM audit_event WHERE actor = 'ada'",
    "TRUNCATE audit_event",
    "TRUNCATE audit_event_default",
    "TRUNCATE audit_event_{month}",
    "DELETE FROM audit_event_{month}",
    "UPDATE audit_event SET at = at + interval '1 month'",
    "INSERT INTO audit_event (action, outcome, at) VALUES ('change', 'done', now() - interval '2 hours')",
    "INSERT INTO audit_event (action, outcome, at) VALUES ('change', 'done', now() + interval '2 hours')",
    "WITH gone AS (DELETE FROM audit_event RETURNING id) SELECT count(*) FROM gone",
    "MERGE INTO audit_event e USING (SELECT 1) s ON true WHEN MATCHED THEN DELETE",
    "SELECT * FROM audit_drop_before(29)",
    "SELECT * FROM audit_drop_before(NULL)",
    "SELECT audit_make_partitions(1000)",
]
TRIED_ONCE_SEALED = [
    "DROP TABLE audit_event",
    "DROP TABLE audit_event_{month}",
    "DROP TABLE audit_event_default",
    "ALTER TABLE audit_event DISABLE TRIGGER ALL",
    "ALTER TABLE audit_event DISABLE TRIGGER audit_no_change",
    "ALTER TABLE audit_event_{month} DISABLE TRIGGER audit_no_change",
    "ALTER TABLE audit_event DETACH PARTITION audit_event_{month}",
    "ALTER TABLE audit_event RENAME TO elsewhere",
    "ALTER TABLE audit_event ADD COLUMN more int",
    "ALTER TABLE audit_event OWNER TO CURRENT_USER",
    "DROP TRIGGER audit_no_change ON audit_event",
    "CREATE TRIGGER mine BEFORE INSERT ON audit_event FOR EACH ROW EXECUTE FUNCTION suppress_redundant_updates_trigger()",
    "CREATE RULE mine AS ON INSERT TO audit_event DO INSTEAD NOTHING",
    "CREATE POLICY mine ON audit_event USING (false)",
    "ALTER TABLE audit_event ENABLE ROW LEVEL SECURITY",
    "CREATE OR REPLACE FUNCTION audit_refuse() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN OLD; END'",
    "CREATE OR REPLACE FUNCTION audit_least_days() RETURNS integer LANGUAGE sql IMMUTABLE AS 'SELECT 0'",
    "DROP FUNCTION audit_refuse() CASCADE",
    "ALTER FUNCTION audit_least_days() RENAME TO other",
    "SELECT setval('audit_event_id', 1)",
    "DROP SEQUENCE audit_event_id CASCADE",
    "LOCK TABLE audit_event IN ACCESS EXCLUSIVE MODE",
    "SET session_replication_role = replica",
    f"SET ROLE {OWNER}",
    f"GRANT {OWNER} TO CURRENT_USER",
    "DROP SCHEMA public CASCADE",
    "ALTER SCHEMA public RENAME TO other",
    f"ALTER DATABASE {DATABASE} RENAME TO other",
    f"DROP OWNED BY {OWNER} CASCADE",
    "SELECT audit_protect('audit_event_default')",
    "SELECT audit_make_partition('2000-01-01')",
    "SELECT audit_place_strays()",
    "SELECT * FROM audit_drop_before(100)",
    "DELETE FROM pg_class WHERE relname = 'audit_event'",
]


@dataclass
class Server:
    """`root` is a superuser in the database, `app` the application's role."""

    root: psycopg.Connection
    app: psycopg.Connection

    def seal(self, least_days: int = 400) -> None:
        for statement in sealing(schema="public", app=ROLE, least_days=least_days, database=DATABASE):
            self.root.execute(statement)

    def actors(self) -> list[str]:
        return [actor for (actor,) in self.root.execute("SELECT actor FROM audit_event ORDER BY id").fetchall()]

    def parts(self) -> list[str]:
        found = self.root.execute("SELECT inhrelid::regclass::text FROM pg_inherits WHERE inhparent = 'audit_event'::regclass")
        return sorted(name.removeprefix("audit_event_") for (name,) in found.fetchall())

    def refuses(self, statement: str) -> psycopg.Error | None:
        (month,) = self.root.execute("SELECT to_char(now() AT TIME ZONE 'UTC', 'YYYY_MM')").fetchone() or ("",)
        try:
            self.app.execute(statement.replace("{month}", month))
        except psycopg.Error as error:
            return error
        return None


@pytest.fixture
def server(embedded_server: EmbeddedServer) -> Iterator[Server]:
    """A central database as an installation has it, with one event of ada's."""
    password = secrets.token_urlsafe(12)
    with psycopg.connect(embedded_server.url("postgres"), autocommit=True) as admin:
        admin.execute(f"DROP DATABASE IF EXISTS {DATABASE} WITH (FORCE)")
        admin.execute(f"DROP ROLE IF EXISTS {ROLE}")
        admin.execute(sql.SQL("CREATE ROLE {} LOGIN PASSWORD {}").format(sql.Identifier(ROLE), sql.Literal(password)))
        admin.execute(f"CREATE DATABASE {DATABASE} OWNER {ROLE}")
    where = {"host": str(embedded_server.socket_folder), "dbname": DATABASE, "autocommit": True}
    with (
        psycopg.connect(embedded_server.url(DATABASE), autocommit=True) as root,
        psycopg.connect(user=ROLE, password=password, **where) as app,  # type: ignore[call-overload]
    ):
        app.execute(script("make", "public"))
        app.execute(ADD, ["ada"])
        yield Server(root, app)
    with psycopg.connect(embedded_server.url("postgres"), autocommit=True) as admin:
        admin.execute(f"DROP DATABASE {DATABASE} WITH (FORCE)")
        admin.execute(f"DROP ROLE {ROLE}")


def test_the_owner_itself_cannot_change_or_remove_an_event_by_a_slip(server: Server) -> None:
    """Before anybody has sealed it. What an owner may insert is its own affair."""
    let_through = [one for one in TRIED if not one.startswith("INSERT") and server.refuses(one) is None]
    assert let_through == []
    assert server.actors() == ["ada"]


def test_a_superuser_cannot_by_a_slip_either_nor_a_session_that_replays(server: Server) -> None:
    server.root.execute("SET session_replication_role = replica")
    for statement in ("UPDATE audit_event SET actor = ''", "DELETE FROM audit_event", "TRUNCATE audit_event"):
        with pytest.raises(psycopg.errors.InsufficientPrivilege, match="written once"):
            server.root.execute(statement)
    assert server.actors() == ["ada"]


def test_once_sealed_nothing_that_the_applications_role_tries_reaches_an_event(server: Server) -> None:
    server.seal()
    let_through = [one for one in [*TRIED, *TRIED_ONCE_SEALED] if server.refuses(one) is None]
    assert let_through == []
    assert server.actors() == ["ada"]


def test_once_sealed_it_goes_on_writing_and_reading(server: Server) -> None:
    server.seal()
    first = server.app.execute(ADD, ["bob"]).fetchone()
    second = server.app.execute(ADD, ["eve"]).fetchone()
    assert first is not None
    assert second is not None
    assert second[0] > first[0]
    assert [actor for (actor,) in server.app.execute("SELECT actor FROM audit_event ORDER BY id")] == ["ada", "bob", "eve"]
    assert server.app.execute("SELECT audit_make_partitions(12)").fetchone() == (9,)
    assert server.app.execute("SELECT * FROM audit_drop_before(400)").fetchall() == []
    server.app.execute("CREATE TABLE tomorrows_migration (id int)")


def test_once_sealed_an_event_has_the_number_the_database_gives_it(server: Server) -> None:
    server.seal()
    server.app.execute("INSERT INTO audit_event (id, action, outcome, actor) VALUES (-5, 'change', 'done', 'eve')")
    (number,) = server.root.execute("SELECT id FROM audit_event WHERE actor = 'eve'").fetchone() or (0,)
    assert number > 0


def test_sealing_again_changes_what_is_kept_at_least(server: Server) -> None:
    for days in (400, 100):
        server.seal(days)
    assert server.refuses("SELECT * FROM audit_drop_before(100)") is None
    assert server.refuses("SELECT * FROM audit_drop_before(99)") is not None


def test_a_table_of_the_attackers_in_a_functions_way_changes_nothing(server: Server) -> None:
    """What runs with the owner's rights names everything by its schema."""
    server.seal()
    server.app.execute("CREATE SCHEMA mine; CREATE TABLE mine.audit_event (id int)")
    server.app.execute("CREATE TEMP TABLE audit_event_default (id int)")
    server.app.execute("CREATE FUNCTION mine.audit_least_days() RETURNS int LANGUAGE sql AS 'SELECT 0'")
    server.app.execute("SET search_path = pg_temp, mine, public")
    assert server.refuses("SELECT * FROM public.audit_drop_before(30)") is not None
    server.app.execute("SELECT public.audit_make_partitions(3)")
    assert server.actors() == ["ada"]


def test_a_role_that_makes_roles_makes_another_owner_by_itself(server: Server) -> None:
    """What the migration does where it can. Such a role could make itself a member: `audit status` says so."""
    server.root.execute(f"DROP ROLE IF EXISTS test_audit_owner; ALTER ROLE {ROLE} CREATEROLE CREATEDB")
    for statement in sealing(schema="public", app=ROLE, least_days=30, database=DATABASE, owner_name="test_audit_owner"):
        server.app.execute(statement)
    server.app.execute(ADD, ["bob"])
    for statement in ("DROP TABLE audit_event", "ALTER TABLE audit_event DISABLE TRIGGER ALL", *TRIED):
        assert server.refuses(statement) is not None, statement
    assert server.actors() == ["ada", "bob"]
    server.root.execute(
        "REASSIGN OWNED BY test_audit_owner TO CURRENT_USER; DROP OWNED BY test_audit_owner; DROP ROLE test_audit_owner"
    )


def test_what_was_made_can_be_taken_away(server: Server) -> None:
    server.app.execute(script("drop", "public"))
    left = "SELECT count(*) FROM pg_class WHERE relname LIKE 'audit%' UNION ALL SELECT count(*) FROM pg_proc WHERE proname LIKE 'audit%'"
    assert server.root.execute(left).fetchall() == [(0,), (0,)]


def test_other_names_of_schemas_do(server: Server) -> None:
    odd = 'we"ird {schema} %s'
    server.root.execute(sql.SQL("CREATE SCHEMA {}").format(sql.Identifier(odd)))
    server.root.execute(script("make", odd).encode())
    server.root.execute(sql.SQL("SET search_path = {}").format(sql.Identifier(odd)))
    server.root.execute("INSERT INTO audit_event (action, outcome) VALUES ('change', 'done')")
    assert server.root.execute("SELECT audit_make_partitions(5)").fetchone() == (2,)


def test_only_what_is_meant_to_may_be_called_by_the_application(server: Server) -> None:
    server.seal()
    allowed = server.root.execute(
        "SELECT proname FROM pg_proc WHERE proname LIKE 'audit_%%' AND prosecdef AND has_function_privilege(%s, oid, 'EXECUTE')",
        [ROLE],
    ).fetchall()
    assert sorted(name for (name,) in allowed) == sorted(name.partition("(")[0] for name in CALLED)


# Months


@pytest.fixture
def write(server: Server) -> Callable[[str, str], None]:
    def at(moment: str, actor: str) -> None:
        server.app.execute(
            "INSERT INTO audit_event (action, outcome, at, actor) VALUES ('change', 'done', %s, %s)", [moment, actor]
        )

    return at


def part_of(server: Server, actor: str) -> str:
    found = server.root.execute("SELECT tableoid::regclass::text FROM audit_event WHERE actor = %s", [actor]).fetchone()
    assert found is not None
    return str(found[0]).removeprefix("audit_event_")


def test_this_month_and_the_next_three_are_made_with_the_table(server: Server) -> None:
    (now,) = server.root.execute("SELECT to_char(now() AT TIME ZONE 'UTC', 'YYYY_MM')").fetchone() or ("",)
    assert len(server.parts()) == 5
    assert server.parts()[0] == now
    assert part_of(server, "ada") == now
    assert server.app.execute("SELECT audit_make_partitions(3)").fetchone() == (0,)


@pytest.mark.parametrize("zone", ["UTC", "Asia/Kolkata", "America/Los_Angeles", "Pacific/Kiritimati"])
def test_a_month_ends_at_midnight_utc_whatever_the_sessions_zone(
    server: Server, write: Callable[[str, str], None], zone: str
) -> None:
    server.app.execute(f"SET TIME ZONE '{zone}'")
    for month in ("2031-12-01", "2032-01-01", "2032-02-01", "2032-03-01"):
        server.app.execute("SELECT audit_make_partition(%s)", [month])
    edges = {"2031-12-31 23:59:59.999999+00": "2031_12", "2032-01-01 00:00:00+00": "2032_01"}
    edges |= {"2032-02-29 23:59:59.999999+00": "2032_02", "2032-03-01 00:00:00+00": "2032_03"}
    for moment in edges:
        write(moment, moment)
    assert {moment: part_of(server, moment) for moment in edges} == edges


def test_fifty_years_of_months_follow_one_another_without_a_gap(server: Server, write: Callable[[str, str], None]) -> None:
    server.app.execute(
        "SELECT audit_make_partition(m) FROM generate_series('2030-01-01'::timestamp, '2079-12-01', interval '1 month') AS m"
    )
    assert len([part for part in server.parts() if part < "2080" and part >= "2030"]) == 600
    write("2079-12-31 23:59:59.999999+00", "last")
    write("2080-01-01 00:00:00+00", "after")
    assert (part_of(server, "last"), part_of(server, "after")) == ("2079_12", "default")


def test_an_event_without_a_month_is_kept_and_moved_to_it_later(server: Server, write: Callable[[str, str], None]) -> None:
    write("2019-05-05 12:00+00", "early")
    write("2035-05-05 12:00+00", "late")
    (before,) = server.root.execute("SELECT array_agg((id, actor, at)::text ORDER BY id) FROM audit_event").fetchone() or ([],)
    assert part_of(server, "early") == "default"
    server.app.execute("SELECT audit_make_partitions(3)")
    assert (part_of(server, "early"), part_of(server, "late")) == ("2019_05", "2035_05")
    (after,) = server.root.execute("SELECT array_agg((id, actor, at)::text ORDER BY id) FROM audit_event").fetchone() or ([],)
    assert after == before
    for statement in [one for one in TRIED if "audit_event_" not in one][:4]:
        assert server.refuses(statement) is not None, statement


def test_a_month_is_dropped_when_its_last_event_is_old_enough(server: Server, write: Callable[[str, str], None]) -> None:
    """Whole months only: of the month in which the limit falls nothing goes."""
    server.app.execute(
        "SELECT audit_make_partition(date_trunc('month', now() AT TIME ZONE 'UTC') - n * interval '1 month') FROM generate_series(1, 30) n"
    )
    for days in (900, 400, 360, 35):
        server.app.execute(
            "INSERT INTO audit_event (action, outcome, at, actor) VALUES ('change', 'done', now() - make_interval(days => %s), %s)",
            [days, str(days)],
        )
    dropped = server.app.execute("SELECT * FROM audit_drop_before(365)").fetchall()
    assert server.actors() == ["ada", "360", "35"] if len(dropped) >= 18 else False
    (oldest,) = server.root.execute("SELECT to_char((now() - interval '365 days') AT TIME ZONE 'UTC', 'YYYY_MM')").fetchone() or (
        "",
    )
    assert server.parts()[0] == oldest
    assert server.app.execute("SELECT * FROM audit_drop_before(365)").fetchall() == []


def test_what_is_old_and_had_no_month_goes_too(server: Server, write: Callable[[str, str], None]) -> None:
    write("2010-05-05 12:00+00", "stray")
    assert server.app.execute("SELECT * FROM audit_drop_before(365)").fetchall() == [("audit_event_2010_05",)]
    assert server.actors() == ["ada"]


def test_who_waits_for_a_long_reader_gives_up(server: Server) -> None:
    """Nobody's event waits behind a partition that waits for a report to end."""
    with server.root.transaction():
        server.root.execute("LOCK TABLE audit_event IN ACCESS SHARE MODE")
        server.root.execute("LOCK TABLE audit_event_default IN ACCESS SHARE MODE")
        server.app.execute("ALTER FUNCTION audit_make_partitions(integer) SET lock_timeout = '50ms'")
        assert isinstance(server.refuses("SELECT audit_make_partitions(20)"), psycopg.errors.LockNotAvailable)
    assert server.refuses("SELECT audit_make_partitions(20)") is None
