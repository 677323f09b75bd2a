"""Further databases of a tenant: theirs alone, and held as its own is."""

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest
from django.conf import settings as house
from pydantic import ValidationError

from datasources.base import SqlQuery, TableQuery
from datasources.catalogue import catalogue
from datasources.errors import BudgetSpent, QueryRefused, QueryTimeout, SourceMissing, SourceUnavailable
from datasources.frame import rows_of
from datasources.kinds.postgres import SOURCE_KIND, PostgresSettings
from datasources.models import DataSource
from datasources.results import fetch
from datasources.sources import configured_of, source_of
from tenants import connections
from tenants.models import Tenant
from tenants.tests.proxy import Proxy

Make = Callable[..., DataSource]
WHERE = "SELECT name FROM place"
PLACE = {"host": "db.example.com", "database": "d", "user": "u"}


def ask(tenant: Tenant, text: str, slug: str = "other") -> list[Any]:
    return list(source_of(tenant, slug, platform=False).run({"q": SqlQuery(text=text)})["q"].rows())  # type: ignore[union-attr]


def status_of(source: DataSource) -> Any:
    return SOURCE_KIND.status(configured_of(source), source.tenant)  # type: ignore[arg-type]


def test_it_is_asked_beside_the_tenants_own(acme: Tenant, make_postgres: Make, acme_database: dict, admin_sql: Any) -> None:
    make_postgres(acme)
    admin_sql(acme_database, "DROP TABLE IF EXISTS place; CREATE TABLE place AS SELECT 'own'::text AS name")
    assert ask(acme, "SELECT name FROM place") == [("further",)]
    assert ask(acme, "SELECT name FROM place", "tenant") == [("own",)]


def test_their_results_are_kept_apart(acme: Tenant, make_postgres: Make, acme_database: dict, admin_sql: Any) -> None:
    make_postgres(acme)
    admin_sql(acme_database, "DROP TABLE IF EXISTS place; CREATE TABLE place AS SELECT 'own'::text AS name")
    long_ago = datetime(2026, 1, 1, tzinfo=UTC)
    found = {}
    for slug in ("other", "tenant", "other", "tenant"):
        query = {"q": SqlQuery(text="SELECT name FROM place")}
        result = fetch(source_of(acme, slug, platform=False), query, not_before=long_ago)
        found.setdefault(slug, []).append((result.how, rows_of(result.entry.frames, "q").values[0][0]))
    assert found == {"other": [("asked", "further"), ("known", "further")], "tenant": [("asked", "own"), ("known", "own")]}


def test_it_has_a_catalogue_of_its_own(acme: Tenant, make_postgres: Make) -> None:
    make_postgres(acme)
    source = source_of(acme, "other", platform=False)
    query = TableQuery(table="place", columns={"name": "name"})
    assert list(source.run({"q": query})["q"].rows()) == [("further",)]  # type: ignore[union-attr]
    assert set(catalogue(source.database).tables) == {("public", "place")}  # type: ignore[attr-defined]


@pytest.mark.parametrize(
    "text", ["SELECT * FROM pg_catalog.pg_authid", "DELETE FROM place", "SELECT pg_sleep(5)", "SELECT 1; SELECT 2"]
)
def test_the_guard_stands_before_it_too(acme: Tenant, make_postgres: Make, text: str) -> None:
    make_postgres(acme)
    with pytest.raises(QueryRefused):
        ask(acme, text)


def test_its_time_out_holds(acme: Tenant, make_postgres: Make) -> None:
    make_postgres(acme, timeout_ms=150)
    with pytest.raises(QueryTimeout):
        ask(acme, "SELECT count(*) FROM generate_series(1, 20000) a, generate_series(1, 20000) b")


def test_it_spends_its_tenants_budget(acme: Tenant, make_postgres: Make, spend_budget: Callable[[Any], None]) -> None:
    make_postgres(acme)
    spend_budget(acme)
    with pytest.raises(BudgetSpent):
        ask(acme, WHERE)


def test_a_dead_one_costs_its_own_panels_alone(acme: Tenant, make_postgres: Make, wire: Proxy) -> None:
    make_postgres(acme)
    wire.close()
    for _ in range(4):
        with pytest.raises(SourceUnavailable):
            ask(acme, WHERE)
    assert ask(acme, "SELECT 1", "tenant") == [(1,)]


def test_a_tenant_that_is_off_has_none(acme: Tenant, make_postgres: Make) -> None:
    make_postgres(acme)
    acme.is_active = False
    acme.save()
    with pytest.raises(SourceUnavailable, match="switched off"):
        ask(acme, WHERE)


def test_a_changed_password_is_used_at_once(acme: Tenant, make_postgres: Make) -> None:
    source = make_postgres(acme)
    ask(acme, WHERE)
    its = PostgresSettings(**source.settings)
    source.secrets_token = SOURCE_KIND.seal(source.pk, its, {"password": "another"})
    source.save()
    with pytest.raises(SourceUnavailable, match="refused the login"):
        ask(acme, WHERE)


def test_it_cannot_be_one_for_all_tenants(acme: Tenant, make_postgres: Make) -> None:
    make_postgres(None, is_open=True)
    for platform in (True, False):
        with pytest.raises(SourceMissing):
            source_of(acme, "other", platform=platform)


def test_a_password_does_not_follow_its_source_to_another_host(acme: Tenant, make_postgres: Make, wire: Proxy) -> None:
    source = make_postgres(acme)
    source.settings = {**source.settings, "host": "localhost"}
    source.save()
    before = wire.accepted
    with pytest.raises(SourceUnavailable, match="stored password cannot be read"):
        ask(acme, WHERE)
    assert wire.accepted == before


def test_an_inner_network_is_reached_where_the_installation_allows_it_alone(
    acme: Tenant, make_postgres: Make, wire: Proxy, settings: Any
) -> None:
    for networks in ([], [f"127.0.0.1:{wire.port + 1}"], ["10.0.0.0/8"]):
        settings.OUTBOUND_NETWORKS = networks
        source = make_postgres(acme, slug=f"s{len(DataSource.objects.all())}")
        with pytest.raises(SourceUnavailable, match="not allowed on this installation"):
            ask(acme, WHERE, source.slug)
    assert wire.accepted == 0


def test_a_name_that_leads_inside_is_not_followed(acme: Tenant, make_postgres: Make, wire: Proxy, settings: Any) -> None:
    settings.OUTBOUND_NETWORKS = []
    make_postgres(acme, host="localhost")
    with pytest.raises(SourceUnavailable, match="not allowed on this installation"):
        ask(acme, WHERE)
    assert wire.accepted == 0


@pytest.mark.parametrize(
    "wrong",
    [
        {"host": "/var/run/postgresql"}, {"host": "a b"}, {"host": "10.0.0.1,10.0.0.2"}, {"host": "100.100.100.200"}, {"host": ""},
        {"port": 0}, {"port": 70_000}, {"ca_certificate": "no"}, {"search_path": "public, pg_catalog"}, {"sslmode": "allow"},
        {"options": "-c x=y"},
    ],
)  # fmt: skip
def test_settings_that_are_none_are_refused(wrong: dict) -> None:
    PostgresSettings(**PLACE)
    with pytest.raises(ValidationError):
        PostgresSettings(**{**PLACE, **wrong})


def test_its_status_says_how_it_is(acme: Tenant, make_postgres: Make) -> None:
    found = status_of(make_postgres(acme))
    assert (found.is_connected, found.error) == (True, "")
    assert found.version.startswith("PostgreSQL ")
    assert found.latency_ms > 0
    assert ("Encrypted", "no") in found.facts
    assert any("not encrypted" in warning for warning in found.warnings)


def test_its_status_says_what_is_wrong(acme: Tenant, make_postgres: Make, monkeypatch: pytest.MonkeyPatch) -> None:
    refused = status_of(make_postgres(acme, password="another"))
    assert (refused.is_connected, "refused the login" in refused.error) == (False, True)
    for name, value in {"HOST": "127.0.0.1", "PORT": 5432, "NAME": "central"}.items():
        monkeypatch.setitem(house.DATABASES["default"], name, value)
    central = status_of(make_postgres(acme, slug="central", port=5432, database="central"))
    assert (central.is_connected, "own database" in central.error) == (False, True)


def test_a_superuser_is_not_used(acme: Tenant, make_postgres: Make, embedded_server: Any) -> None:
    import psycopg
    from psycopg.conninfo import conninfo_to_dict

    owner = conninfo_to_dict(embedded_server.url("postgres"))
    with psycopg.connect(embedded_server.url("postgres")) as connection:
        assert connection.info.parameter_status("is_superuser") == "on"
    source = make_postgres(acme, user=owner["user"], password=owner["password"])
    with pytest.raises(SourceUnavailable, match="superuser"):
        ask(acme, WHERE)
    assert "superuser" in status_of(source).error


def test_its_connections_are_counted_with_the_tenants(acme: Tenant, make_postgres: Make, monkeypatch: pytest.MonkeyPatch) -> None:
    from tenants.pool import Pool

    small = Pool(per_tenant=2, total=10)
    monkeypatch.setattr(connections, "_pool", small)
    for slug in ("one", "two", "three"):
        make_postgres(acme, slug=slug)
        ask(acme, WHERE, slug)
        ask(acme, "SELECT 1", "tenant")
        assert small.figures()["open"] <= 2
    small.close_all()
