import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction

from tenants.models import Membership, Role, Tenant, User


def test_a_higher_role_includes_the_lower_ones():
    assert Role.ADMIN.includes(Role.VIEWER)
    assert Role.EDITOR.includes(Role.EDITOR)
    assert not Role.VIEWER.includes(Role.EDITOR)


@pytest.mark.parametrize("field", ["host", "port", "database", "user", "sslmode", "time_zone", "search_path", "timeout_ms"])
def test_a_changed_connection_gets_a_new_version(acme, field):
    old = acme.connection_version
    changed = {"port": 6000, "timeout_ms": 900, "sslmode": "prefer", "time_zone": "Europe/Paris"}
    setattr(acme, field, changed.get(field, "elsewhere"))
    acme.save()
    assert acme.connection_version == old + 1
    assert Tenant.objects.get().connection_version == old + 1


def test_a_new_password_gets_a_new_version_even_with_update_fields(acme):
    old = acme.connection_version
    acme.set_password("another")
    acme.save(update_fields=["password_token"])
    assert Tenant.objects.get().connection_version == old + 1


def test_a_new_name_keeps_the_version(acme):
    old = acme.connection_version
    acme.name = "Acme & Sons"
    acme.save()
    assert Tenant.objects.get().connection_version == old


def test_two_who_save_at_once_get_two_versions(acme):
    one, other = Tenant.objects.get(), Tenant.objects.get()
    one.host, other.host = "one.example.com", "other.example.com"
    one.save()
    other.save()
    assert one.connection_version != other.connection_version


def test_a_refreshed_tenant_knows_what_is_stored(acme):
    Tenant.objects.filter(pk=acme.pk).update(database="moved")
    acme.refresh_from_db()
    old = acme.connection_version
    acme.save()
    assert acme.connection_version == old


def test_a_changed_connection_forgets_its_last_test(acme):
    Tenant.objects.filter(pk=acme.pk).update(test_verdict="good", test_summary="all well")
    acme.refresh_from_db()
    acme.database = "moved"
    acme.save()
    assert Tenant.objects.get().test_verdict == Tenant.Verdict.UNTESTED


@pytest.mark.parametrize("slug", ["", "Acme", "a b", "-a", "a/", "../x", "a" * 64, "acme\n", "٣"])
def test_a_tenant_id_is_small_letters_digits_and_dashes(acme, slug):
    acme.slug = slug
    with pytest.raises(ValidationError):
        acme.full_clean()


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("host", "a,b"),
        ("host", "@abstract"),
        ("host", ""),
        ("port", 0),
        ("port", 70_000),
        ("time_zone", "Mars/Olympus"),
        ("timeout_ms", 60_000),
        ("search_path", "public, pg_catalog"),
        ("search_path", "information_schema"),
        ("ca_certificate", "not a certificate"),
    ],
)
def test_a_tenant_with_a_wrong_field_is_refused(acme, field, value):
    setattr(acme, field, value)
    with pytest.raises(ValidationError) as caught:
        acme.full_clean()
    assert field in caught.value.message_dict


def test_our_own_database_is_refused_as_a_tenant(acme, settings):
    central = settings.DATABASES["default"]
    acme.host, acme.port, acme.database = central["HOST"], int(central["PORT"] or 5432), central["NAME"]
    with pytest.raises(ValidationError, match="PanelDash's own"):
        acme.full_clean()


def test_no_text_of_a_tenant_shows_its_password(acme):
    """Case 106."""
    acme.set_password("CANARY-1")
    assert "CANARY" not in f"{acme} {acme!r} {acme.__dict__}"


@pytest.mark.django_db
def test_an_address_in_capitals_is_the_same_person():
    user = User(email="Ada@Example.com")
    user.clean()
    assert user.email == "ada@example.com"
    assert User.objects.create_user("BOB@example.com", "x").email == "bob@example.com"


@pytest.mark.django_db
def test_the_database_itself_refuses_an_address_in_capitals():
    with pytest.raises(IntegrityError), transaction.atomic():
        User.objects.create(email="Ada@example.com")


def test_the_database_itself_refuses_an_unknown_role(ada, globex):
    with pytest.raises(IntegrityError), transaction.atomic():
        Membership.objects.create(user=ada, tenant=globex, role="owner")


def test_nobody_is_a_member_twice(ada, acme):
    with pytest.raises(IntegrityError), transaction.atomic():
        Membership.objects.create(user=ada, tenant=acme)


def test_no_role_of_a_tenant_makes_staff(acme, make_user):
    """Case 103."""
    user = make_user("zoe", admin=acme)
    assert not user.is_staff
    assert not user.is_superuser
    assert not user.is_platform_admin
