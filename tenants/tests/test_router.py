"""Django's own tables stay in the central database, whatever a tenant's alias invites to."""

from django.db import connections, router

from tenants.connections import lease
from tenants.models import Membership, Tenant, User


def test_models_are_read_and_written_in_the_central_database(acme: Tenant) -> None:
    with lease(acme):
        for model in (Tenant, User, Membership):
            assert router.db_for_read(model) == router.db_for_write(model) == "default"
            assert router.db_for_read(model, instance=Tenant(slug="acme")) == "default"


def test_what_lies_in_two_databases_is_not_related(acme: Tenant) -> None:
    other = Tenant(slug="other")
    other._state.db = acme.alias
    assert router.allow_relation(acme, Tenant.objects.get())
    assert not router.allow_relation(acme, other)


def test_nothing_is_migrated_into_a_tenants_database(acme: Tenant) -> None:
    with lease(acme):
        assert acme.alias in connections.settings
        assert router.allow_migrate("default", "tenants")
        assert not any(router.allow_migrate(acme.alias, label) for label in ("tenants", "auth", "contenttypes", "anything"))
        assert not router.allow_migrate_model(acme.alias, Tenant)
