"""What Django knows of tenants' databases: an alias each, for as long as it is needed, and never another tenant's."""

import sys
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import pytest
from django.db import connections as django_connections
from django.db import transaction

from tenants import connections
from tenants.connections import REGISTERED_AT_ONCE, lease
from tenants.models import Tenant
from tenants.pool import Pool


def backend(tenant: Tenant) -> int:
    with lease(tenant) as connection:
        return connection.info.backend_pid


def test_few_aliases_are_known_to_django_at_once(make_tenant: Callable[..., Tenant], acme_database: dict, pool: Pool) -> None:
    before = set(django_connections.settings)
    for number in range(REGISTERED_AT_ONCE + 10):
        backend(make_tenant(f"t{number}", acme_database))
    added = set(django_connections.settings) - before
    assert len(added) == REGISTERED_AT_ONCE
    assert f"tenant_t{REGISTERED_AT_ONCE + 9}" in added
    connections.close_all()
    assert set(django_connections.settings) == before


def test_an_alias_that_is_pushed_out_harms_nobody(
    make_tenant: Callable[..., Tenant], acme_database: dict, globex_database: dict, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As with more threads than aliases: another thread takes the place between two steps of a lease."""
    monkeypatch.setattr(connections, "REGISTERED_AT_ONCE", 1)
    monkeypatch.setattr(connections, "_pool", Pool(per_tenant=4, total=32))
    tenants = [make_tenant(f"t{number}", (acme_database, globex_database)[number % 2]) for number in range(8)]

    def ask_often(tenant: Tenant) -> set[str]:
        found = set()
        for _ in range(50):
            with lease(tenant) as connection:
                found.add(connection.info.dbname)
            assert list(django_connections.all(initialized_only=True)) is not None
        return found

    usual = sys.getswitchinterval()
    sys.setswitchinterval(1e-6)
    try:
        with ThreadPoolExecutor(8) as threads:
            assert list(threads.map(ask_often, tenants)) == [{tenant.database} for tenant in tenants]
    finally:
        sys.setswitchinterval(usual)
        connections.close_all()


def test_another_tenant_under_a_deleted_ones_name_is_never_mixed_with_it(
    acme: Tenant, make_tenant: Callable[..., Tenant], globex_database: dict, pool: Pool
) -> None:
    old = Tenant.objects.get(pk=acme.pk)
    acme.delete()
    new = make_tenant("acme", globex_database)
    assert old.alias == new.alias
    for _ in range(3):
        for tenant in (old, new):
            with lease(tenant) as connection:
                assert connection.info.dbname == tenant.database
    with lease(old) as one, lease(new) as other:
        assert (one.info.dbname, other.info.dbname) == (old.database, globex_database["database"])


def test_the_alias_works_as_django_knows_it(acme: Tenant, pool: Pool) -> None:
    with lease(acme) as connection:
        with transaction.atomic(using=acme.alias), django_connections[acme.alias].cursor() as cursor:
            cursor.execute("SELECT current_database(), %s::int, now()", [7])
            database, seven, now = cursor.fetchone()
            assert (database, seven, now.utcoffset() is not None) == (acme.database, 7, True)
        with django_connections[acme.alias].chunked_cursor() as cursor:
            cursor.execute("SELECT * FROM generate_series(1, 3)")
            assert cursor.fetchall() == [(1,), (2,), (3,)]
        process = connection.info.backend_pid
    assert backend(acme) == process


def test_aliases_are_added_while_others_walk_over_them(
    make_tenant: Callable[..., Tenant], acme_database: dict, pool: Pool
) -> None:
    """Django walks over all at a request's ends; a dictionary that grew meanwhile would be an error."""
    tenants = [make_tenant(f"t{number}", acme_database) for number in range(6)]
    walking = iter(django_connections)
    first = next(walking)
    known = django_connections.settings
    for tenant in tenants:
        backend(tenant)
    assert [first, *walking] == list(known)
    assert django_connections.settings is not known
    assert set(django_connections.settings) >= {tenant.alias for tenant in tenants}
