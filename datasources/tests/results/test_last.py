"""Where a tenant cannot be asked now, the last result will do, for those who can say that it is old."""

from collections.abc import Callable
from datetime import UTC, datetime
from importlib import import_module
from typing import Any

import pytest

from datasources.base import SqlQuery
from datasources.errors import BudgetSpent, QueryFailed, SourceBusy, SourceUnavailable
from datasources.postgres import PostgresSource
from datasources.results import Result, fetch, forget_results
from tenants import connections
from tenants.connections import close_tenant, lease
from tenants.models import Tenant
from tenants.pool import Pool

QUERY = SqlQuery(text="SELECT n FROM last_known")


@pytest.fixture
def tenant(acme: Tenant, acme_database: dict, admin_sql: Callable[..., None]) -> Tenant:
    admin_sql(acme_database, "DROP TABLE IF EXISTS last_known; CREATE TABLE last_known AS SELECT 7 AS n")
    return acme


def ask(tenant: Tenant, **facts: Any) -> Result:
    return fetch(PostgresSource(tenant), {"q": QUERY}, not_before=datetime.now(UTC), **{"or_last": True, **facts})


def test_beyond_the_budget_the_last_result_is_shown_with_the_reason(tenant: Tenant, spend_budget: Callable) -> None:
    first = ask(tenant)
    spend_budget(tenant)
    last = ask(tenant)
    assert (last.how, last.entry) == ("last", first.entry)
    assert isinstance(last.because, BudgetSpent)


def test_another_process_finds_the_last_result_in_the_store(tenant: Tenant, spend_budget: Callable) -> None:
    first = ask(tenant)
    forget_results()
    spend_budget(tenant)
    last = ask(tenant)
    assert (last.how, last.entry.asked_at) == ("last", first.entry.asked_at)


def test_a_database_that_is_away_leaves_its_last_result(tenant: Tenant) -> None:
    ask(tenant)
    close_tenant(tenant)
    tenant.host = "/nowhere"
    last = ask(tenant)
    assert last.because is not None
    assert (last.how, last.because.reason) == ("last", "unreachable")


def test_a_database_without_a_free_connection_leaves_its_last_result(tenant: Tenant, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(connections, "_pool", Pool(per_tenant=1, total=1))
    monkeypatch.setattr(connections, "WAIT_SECONDS", 0.1)
    ask(tenant)
    with lease(tenant):
        assert isinstance(ask(tenant).because, SourceBusy)
    close_tenant(tenant)


def test_without_a_last_result_it_is_the_error(tenant: Tenant, spend_budget: Callable) -> None:
    spend_budget(tenant)
    with pytest.raises(BudgetSpent):
        ask(tenant)


def test_who_insists_on_a_fresh_one_gets_the_error(tenant: Tenant, spend_budget: Callable) -> None:
    ask(tenant)
    spend_budget(tenant)
    with pytest.raises(BudgetSpent):
        ask(tenant, or_last=False)


def test_a_result_that_is_too_old_is_not_shown(tenant: Tenant, spend_budget: Callable, monkeypatch: pytest.MonkeyPatch) -> None:
    ask(tenant)
    spend_budget(tenant)
    monkeypatch.setattr(import_module("datasources.results.fetch"), "KEPT_SECONDS", 0.0)
    with pytest.raises(BudgetSpent):
        ask(tenant)


def test_a_query_that_fails_never_shows_an_old_result(
    tenant: Tenant, acme_database: dict, admin_sql: Callable[..., None]
) -> None:
    ask(tenant)
    admin_sql(acme_database, "DROP TABLE last_known")
    with pytest.raises(QueryFailed):
        ask(tenant)


def test_a_tenant_that_is_switched_off_shows_nothing(tenant: Tenant) -> None:
    ask(tenant)
    tenant.is_active = False
    with pytest.raises(SourceUnavailable, match="switched off"):
        ask(tenant)


def test_when_it_can_be_asked_again_the_result_is_fresh(tenant: Tenant) -> None:
    ask(tenant)
    where, tenant.host = tenant.host, "/nowhere"
    close_tenant(tenant)
    assert ask(tenant).how == "last"
    tenant.host = where
    close_tenant(tenant)
    fresh = ask(tenant)
    assert (fresh.how, fresh.because) == ("asked", None)
