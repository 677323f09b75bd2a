"""A database that is not as it was, or not as others are: names, types, rights, settings, encodings, sizes."""

from collections.abc import Callable

import psycopg
import pytest
from psycopg import sql

from datasources.base import Sort, SqlQuery, SqlSeriesQuery, TableQuery
from datasources.errors import QueryFailed, QueryRefused
from datasources.frame import rows_of, series_of
from datasources.postgres import PostgresSource
from datasources.tests.faults.asking import AdminSql, ask
from paneldash.embedded import EmbeddedServer
from tenants import connections
from tenants.models import Tenant
from tenants.pool import Pool

pytestmark = pytest.mark.filterwarnings("error::pytest.PytestUnhandledThreadExceptionWarning")


def test_what_the_role_or_the_database_has_set_changes_no_value(things: Tenant, admin_sql: AdminSql, acme_database: dict) -> None:
    """Fault 21."""
    values = """SELECT timestamptz '2026-03-01 12:00Z' AS t, interval '1 month 2 days' AS i, '\\xff00'::bytea AS b,
                       date '2026-03-02' AS d, 'a\\b' AS s, 0.1::float8 + 0.2 AS f, 0.1::float4 AS r,
                       ARRAY[0.1::float8 + 0.2] AS a, 'x' || (0.1::float8 + 0.2) AS t, to_char(date '2026-03-02', 'TMDay') AS n"""
    before = PostgresSource(things).run({"q": SqlQuery(text=values)})["q"].values
    settings = {
        "DateStyle": "German, DMY", "TimeZone": "Asia/Tokyo", "bytea_output": "escape", "IntervalStyle": "iso_8601",
        "standard_conforming_strings": "off", "search_path": "pg_catalog", "extra_float_digits": "-10",
    }  # fmt: skip
    admin_sql(acme_database, ";".join(f"ALTER ROLE {things.user} SET {name} = '{value}'" for name, value in settings.items()))
    try:
        connections.close_tenant(things)
        assert PostgresSource(things).run({"q": SqlQuery(text=values)})["q"].values == before
        assert ask(things) == 3_000
    finally:
        admin_sql(acme_database, f"ALTER ROLE {things.user} RESET ALL")


def test_bytes_that_are_no_text_are_said(
    make_tenant: Callable[..., Tenant], tenant_database: Callable[..., dict], embedded_server: EmbeddedServer, pool: Pool
) -> None:
    """Fault 22: a database that never checked what it stores."""
    fields = tenant_database("sql_ascii")
    name = sql.Identifier(fields["database"])
    with psycopg.connect(embedded_server.url("postgres"), autocommit=True) as admin:
        admin.execute(sql.SQL("DROP DATABASE {} WITH (FORCE)").format(name))
        admin.execute(sql.SQL("CREATE DATABASE {} ENCODING 'SQL_ASCII' TEMPLATE template0 LOCALE 'C'").format(name))
    with psycopg.connect(embedded_server.url(fields["database"]), autocommit=True) as owner:
        owner.execute(b"CREATE TABLE texts (t text); INSERT INTO texts VALUES (E'caf\\xe9'); GRANT SELECT ON texts TO PUBLIC")
    tenant = make_tenant("ascii", fields)
    with pytest.raises(QueryFailed, match=r"encoding|UTF-8"):
        ask(tenant, "SELECT t FROM texts")
    assert ask(tenant, "SELECT length(t) FROM texts") == 1


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ("ALTER TABLE things RENAME COLUMN name TO title", "column"),
        ("DROP TABLE things", "table"),
        ("REVOKE SELECT ON things FROM PUBLIC, test_acme_reader", "table|may not read"),
    ],
)
def test_what_is_gone_while_a_panel_is_open(
    things: Tenant, admin_sql: AdminSql, acme_database: dict, change: str, sentence: str
) -> None:
    """Faults 23 and 24: known to the catalogue a moment ago."""
    query = TableQuery(table="things", columns={"name": "name"}, limit=5)
    assert PostgresSource(things).run({"panel": query})["panel"].row_count == 5
    admin_sql(acme_database, change.replace("test_acme_reader", things.user))
    with pytest.raises((QueryFailed, QueryRefused), match=sentence):
        PostgresSource(things).run({"panel": query})


@pytest.mark.parametrize(
    "types", [("int", "text"), ("text", "int"), ("int", "timestamptz"), ("date", "numeric"), ("numeric", "bigint")]
)
def test_a_type_that_changed_is_described_anew(
    things: Tenant, admin_sql: AdminSql, acme_database: dict, types: tuple[str, str]
) -> None:
    """Fault 26: what was remembered of the statement no longer holds."""
    query = {"q": SqlQuery(text="SELECT changing FROM things ORDER BY id LIMIT 1")}
    described = []
    for kind in types:
        admin_sql(acme_database, f"ALTER TABLE things DROP COLUMN IF EXISTS changing; ALTER TABLE things ADD changing {kind}")
        described.append(PostgresSource(things).run(query)["q"].columns[0].type_name)
    assert described == [{"int": "int4", "bigint": "int8"}.get(kind, kind) for kind in types]


SWAP = "ALTER TABLE pairs RENAME low TO was; ALTER TABLE pairs RENAME high TO low; ALTER TABLE pairs RENAME was TO high"
PAIRS = """
DROP TABLE IF EXISTS pairs;
CREATE TABLE pairs (at timestamptz, low int, high int);
INSERT INTO pairs SELECT '2026-03-01Z'::timestamptz + n * interval '1 min', n, 100 - n FROM generate_series(1, 3) n;
GRANT SELECT ON pairs TO PUBLIC;
"""


@pytest.mark.parametrize("text", ["SELECT * FROM pairs", "SELECT p.* FROM pairs p WHERE low > 0", "TABLE pairs"])
def test_columns_that_changed_places_keep_their_names(
    things: Tenant, admin_sql: AdminSql, acme_database: dict, text: str
) -> None:
    """Equal types under `SELECT *`: nothing fails, so nothing is described anew."""
    admin_sql(acme_database, PAIRS)
    rows, chart = SqlQuery(text=text), SqlSeriesQuery(text=text)

    def asked() -> tuple[dict, dict]:
        frames = PostgresSource(things).run({"rows": rows, "chart": chart})
        frame, drawn = rows_of(frames, "rows"), series_of(frames, "chart")
        by_name = {name: sorted(frame.column(name)) for name in ("low", "high")}
        return by_name, {one.label: sorted(one.values.tolist()) for one in drawn.series}

    assert asked() == (expected := {"low": [1, 2, 3], "high": [97, 98, 99]}, expected)
    admin_sql(acme_database, SWAP)
    assert asked() == (expected := {"high": [1, 2, 3], "low": [97, 98, 99]}, expected)


def test_rows_are_sorted_by_the_column_that_has_the_name_now(things: Tenant, admin_sql: AdminSql, acme_database: dict) -> None:
    admin_sql(acme_database, PAIRS)
    query = {"rows": SqlQuery(text="SELECT * FROM pairs", sort=Sort("low"))}
    for low in ([1, 2, 3], [97, 98, 99]):
        assert list(rows_of(PostgresSource(things).run(query), "rows").column("low")) == low
        admin_sql(acme_database, SWAP)


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("SELECT *, id FROM things LIMIT 1", ["id", "name", "id_2"]),
        ("SELECT id AS count_2, count(*), count(*) FROM things GROUP BY 1 LIMIT 1", ["count_2", "count", "count_3"]),
        ("SELECT 1, id AS column_1, t.* FROM things t LIMIT 1", ["column_1", "column_1_2", "id", "name"]),
        ("SELECT 2 * 3, NULL, 1", ["column_1", "column_2", "column_3"]),
        ("""SELECT 2 * id AS "we""ird", id AS "Über" FROM things LIMIT 1""", ['we"ird', "Über"]),
        ("SELECT 2 * id AS ctid, id AS s FROM things LIMIT 1", ["ctid", "s"]),
        ("SELECT count(*) FROM things", ["count"]),
    ],
)
def test_names_that_are_none_twice_or_odd_are_answered_too(things: Tenant, text: str, names: list[str]) -> None:
    frame = rows_of(PostgresSource(things).run({"q": SqlQuery(text=text)}), "q")
    assert frame.names == names
    for name in names:
        again = rows_of(PostgresSource(things).run({"q": SqlQuery(text=text, sort=Sort(name))}), "q")
        assert again.values == frame.values


def test_a_schema_of_many_tables_and_a_very_wide_one(things: Tenant, admin_sql: AdminSql, acme_database: dict) -> None:
    """Fault 25."""
    wide = ", ".join(f"column_{number} int" for number in range(1_600))
    many = "DO $$ BEGIN FOR n IN 1..2000 LOOP EXECUTE format('CREATE TABLE many.t%s (id int)', n); END LOOP; END $$"
    admin_sql(acme_database, f"CREATE SCHEMA many; CREATE TABLE many.wide ({wide}); {many}")
    try:
        admin_sql(acme_database, "GRANT USAGE ON SCHEMA many TO PUBLIC; GRANT SELECT ON ALL TABLES IN SCHEMA many TO PUBLIC")
        things.search_path = "public, many"
        things.save()
        assert ask(things, "SELECT id FROM t1999") == 0
        with pytest.raises(QueryRefused, match="1600 columns"):
            ask(things, "SELECT * FROM wide")
    finally:
        admin_sql(acme_database, "DROP SCHEMA many CASCADE")
