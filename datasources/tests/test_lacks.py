"""What a database lacks for a query is named as editors know it, from real errors and in the words of other servers."""

from collections.abc import Callable

import pytest

from datasources.base import Query, SqlQuery, SqlSeriesQuery, TableQuery
from datasources.errors import Lack, QueryFailed, SourceError
from datasources.lacks import name_in
from datasources.postgres import PostgresSource
from tenants.models import Tenant

TABLES = """
CREATE TABLE orders (id int, amount text);
CREATE TABLE lines (order_id int);
CREATE TABLE secret (id int);
CREATE VIEW through AS SELECT id FROM secret;
"""


@pytest.fixture(scope="module")
def database(tenant_database: Callable[..., dict]) -> dict:
    return tenant_database("lacks", TABLES)


@pytest.fixture
def shop(make_tenant: Callable[..., Tenant], database: dict, admin_sql: Callable[..., None]) -> Tenant:
    admin_sql(database, f"REVOKE SELECT ON secret FROM {database['user']}")
    return make_tenant("shop", database)


def of_sql(text: str) -> SqlQuery:
    return SqlQuery(text=text)


def by_name(table: str, column: str) -> TableQuery:
    return TableQuery(table=table, columns={"x": column})


@pytest.mark.parametrize(
    ("query", "lack"),
    [
        (of_sql("SELECT x FROM nothing"), Lack("table", "nothing")),
        (of_sql("SELECT x FROM hr.salaries"), Lack("table", "hr.salaries")),
        (of_sql("SELECT id FROM secret"), Lack("right", "secret")),
        (of_sql("SELECT discount FROM orders"), Lack("column", "orders.discount")),
        (of_sql('SELECT "Discount" FROM orders'), Lack("column", "orders.Discount")),
        (of_sql("SELECT o.discount FROM orders AS o JOIN lines l ON l.order_id = o.id"), Lack("column", "orders.discount")),
        (of_sql("SELECT discount FROM orders JOIN lines ON order_id = id"), Lack("column", "discount")),
        (of_sql("SELECT sum(amount) FROM orders"), Lack("type")),
        (of_sql("SELECT amount > id FROM orders"), Lack("type")),
        (SqlSeriesQuery(text="SELECT now() AS time, amount AS value FROM orders"), Lack("type")),
        (by_name("nothing", "x"), Lack("table", "nothing")),
        (by_name("secret", "id"), Lack("right", "secret")),
        (by_name("orders", "discount"), Lack("column", "orders.discount")),
    ],
)
def test_it_is_named(shop: Tenant, query: Query, lack: Lack) -> None:
    with pytest.raises(SourceError) as error:
        PostgresSource(shop).run({"q": query})
    assert error.value.lack == lack


def test_a_value_that_fails_is_no_lack(shop: Tenant) -> None:
    with pytest.raises(QueryFailed) as error:
        PostgresSource(shop).run({"q": of_sql("SELECT 1 / 0 AS x")})
    assert error.value.lack is None


def test_a_column_made_just_now_is_not_lacking(
    shop: Tenant, database: dict, admin_sql: Callable[..., None], monkeypatch: pytest.MonkeyPatch
) -> None:
    source = PostgresSource(shop)
    admin_sql(database, "ALTER TABLE lines DROP COLUMN IF EXISTS made")
    source.run({"q": by_name("lines", "order_id")})
    admin_sql(database, "ALTER TABLE lines ADD COLUMN made int")
    monkeypatch.setattr("datasources.postgres.YOUNG_SECONDS", 0.0)
    assert source.run({"q": by_name("lines", "made")})["q"].names == ["x"]


@pytest.mark.parametrize(
    ("said", "kind", "name"),
    [
        ('column "discount" does not exist', "column", "discount"),
        ("column o.discount does not exist", "column", "o.discount"),
        ("Spalte »discount« existiert nicht", "column", "discount"),
        ("la colonne « discount » n'existe pas", "column", "discount"),
        ("no existe la relación «orders»", "table", "orders"),
        ("permission denied for table orders", "right", "orders"),
        ("keine Berechtigung für Tabelle orders", "right", "orders"),
        ("", "column", ""),
        ("function avg(text) does not exist", "type", ""),
    ],
)
def test_names_are_found_in_other_languages(said: str, kind: str, name: str) -> None:
    assert name_in(said, kind) == name


def test_sentences_are_for_editors() -> None:
    assert Lack("column", "orders.discount").sentence == (
        "This panel needs the column orders.discount, which this tenant's database does not have."
    )
    assert Lack("right", "orders").sentence == "This panel needs to read orders, which this tenant's role may not."
    assert Lack("type").sentence == "This panel needs columns of other types than this tenant's database has."
    assert Lack("table").sentence == "This panel needs a table, which this tenant's database does not have."
