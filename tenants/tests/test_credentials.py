import secrets

import pytest

from tenants import credentials
from tenants.credentials import CredentialsError, decrypt, encrypt, is_newest, tenant_password, unreadable
from tenants.models import Tenant
from tenants.rotation import rotate

OLD, NEW = secrets.token_urlsafe(32), secrets.token_urlsafe(32)


@pytest.fixture
def keys(settings):
    def configure(*keys: str) -> None:
        settings.TENANT_CREDENTIAL_KEYS = list(keys)

    configure(OLD)
    return configure


def test_what_was_encrypted_can_be_read_back(keys):
    assert decrypt(encrypt("pässword", bound_to="row 1"), bound_to="row 1") == "pässword"


def test_the_same_secret_never_looks_the_same_twice(keys):
    assert encrypt("secret", bound_to="row 1") != encrypt("secret", bound_to="row 1")


def test_a_token_names_its_key_and_not_its_secret(keys):
    token = encrypt("CANARY", bound_to="row 1")
    assert token.split(".")[:2] == ["v1", credentials.key_id(OLD)]
    assert "CANARY" not in token
    assert OLD not in token


def test_a_token_moved_to_another_row_cannot_be_read(keys):
    token = encrypt("secret", bound_to="row 1")
    with pytest.raises(CredentialsError, match="another row"):
        decrypt(token, bound_to="row 2")


@pytest.mark.parametrize(
    "spoil", [lambda t: t[:-4] + "AAAA", lambda t: t[:20], lambda t: "v9" + t[2:], lambda t: "", lambda t: "x"]
)
def test_a_damaged_token_is_an_error_of_ours(keys, spoil):
    with pytest.raises(CredentialsError):
        decrypt(spoil(encrypt("secret", bound_to="row 1")), bound_to="row 1")


def test_an_older_key_still_reads(keys):
    token = encrypt("secret", bound_to="row 1")
    keys(NEW, OLD)
    assert decrypt(token, bound_to="row 1") == "secret"
    assert not is_newest(token)
    assert is_newest(encrypt("secret", bound_to="row 1"))


def test_a_missing_key_is_named_and_no_secret_is(keys):
    token = encrypt("CANARY", bound_to="row 1")
    keys(NEW)
    with pytest.raises(CredentialsError, match=credentials.key_id(OLD)) as caught:
        decrypt(token, bound_to="row 1")
    assert "CANARY" not in str(caught.value)


@pytest.mark.parametrize("configured", [[], ["short"], [""]])
def test_a_short_key_is_no_key(keys, configured):
    keys(*configured)
    with pytest.raises(CredentialsError, match="TENANT_CREDENTIAL_KEYS"):
        encrypt("secret", bound_to="row 1")


def test_rotation_moves_every_tenant_to_the_newest_key(keys, acme, globex):
    """Case 108: reads work before, during and after."""
    acme.set_password("one")
    acme.save()
    globex.set_password("two")
    globex.save()
    keys(NEW, OLD)
    assert rotate() == (2, 0, [])
    keys(NEW)
    assert {tenant_password(tenant) for tenant in Tenant.objects.all()} == {"one", "two"}


def test_a_rotation_that_was_killed_goes_on_where_it_was(keys, acme, globex):
    """Case 108."""
    for tenant in (acme, globex):
        tenant.set_password("secret")
        tenant.save()
    keys(NEW, OLD)
    acme.set_password("secret")
    acme.save()
    assert rotate() == (1, 1, [])
    assert rotate() == (0, 2, [])


def test_rotation_keeps_open_connections_in_use(keys, acme):
    acme.set_password("secret")
    acme.save()
    keys(NEW, OLD)
    rotate()
    assert Tenant.objects.get().connection_version == acme.connection_version


def test_a_key_dropped_too_early_is_noticed(keys, acme, globex):
    """Case 108."""
    acme.set_password("secret")
    acme.save()
    keys(NEW)
    globex.set_password("secret")
    globex.save()
    assert unreadable() == ["acme"]
    assert rotate() == (0, 1, ["acme"])


def test_a_password_is_bound_to_its_tenant(acme, globex):
    globex.password_token = acme.password_token
    with pytest.raises(CredentialsError):
        tenant_password(globex)
