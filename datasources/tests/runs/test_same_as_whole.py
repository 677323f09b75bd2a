"""What is put together from kept buckets equals what the database answers, outside what the settle window promises."""

from collections.abc import Callable, Iterator
from typing import Any

import psycopg
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from conftest import EmbeddedServer
from datasources.postgres import PostgresSource
from datasources.tests.runs.worlds import ANCHORS, TABLES, World, stories


@pytest.fixture
def owner(embedded_server: EmbeddedServer, acme_database: dict, admin_sql: Callable[..., None]) -> Iterator[psycopg.Connection]:
    admin_sql(acme_database, TABLES)
    with psycopg.connect(embedded_server.url(acme_database["database"]), autocommit=True) as connection:
        yield connection


@pytest.mark.parametrize("kind", ["indexed", "grouped", "sql"])
@pytest.mark.parametrize("zone", ANCHORS)
def test_a_joined_answer_is_that_of_the_database(
    make_tenant: Callable[..., Any], acme_database: dict, owner: psycopg.Connection, zone: str, kind: str
) -> None:
    source = PostgresSource(make_tenant("acme", acme_database, time_zone=zone))

    @settings(max_examples=25)
    @given(st.data())
    def holds(data: st.DataObject) -> None:
        World(data.draw(stories(zone)), kind, source, owner).tell()

    holds()
