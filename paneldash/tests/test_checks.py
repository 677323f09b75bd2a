import pytest
from django.core.checks import run_checks
from pytest_django.fixtures import Settings

from paneldash import checks

STRONG = "Vq0zT4mW1uYb7RnE3xLpC6dJ9hGfA2sK5oiUyTrEwQ"


def ids(messages: list) -> list[str]:
    return [message.id for message in messages]


@pytest.mark.parametrize("key", ["unset", "short", "django-insecure-" + STRONG, "changeme" * 8, "a" * 60])
def test_weak_secret_key_is_refused(settings: Settings, key: str) -> None:
    settings.SECRET_KEY = key
    assert ids(checks.check_secret_key(None)) == ["paneldash.E001"]


def test_weak_secret_key_is_allowed_while_debugging(settings: Settings) -> None:
    settings.SECRET_KEY, settings.DEBUG = "unset", True
    assert checks.check_secret_key(None) == []


@pytest.mark.parametrize("keys", [[], [""], ["short"], [STRONG, "short"]])
def test_missing_or_weak_credential_key_is_refused(settings: Settings, keys: list[str]) -> None:
    settings.TENANT_CREDENTIAL_KEYS = keys
    assert ids(checks.check_credential_keys(None)) == ["paneldash.E002"]


@pytest.mark.django_db
def test_good_settings_pass() -> None:
    assert ids(run_checks(databases=["default"])) == []


def test_process_does_not_start_with_unsafe_settings(settings: Settings) -> None:
    settings.SECRET_KEY, settings.TENANT_CREDENTIAL_KEYS = "changeme", []
    with pytest.raises(SystemExit) as caught:
        checks.refuse_unsafe_settings()
    assert [line[:14] for line in str(caught.value).splitlines()] == ["paneldash.E001", "paneldash.E002"]


@pytest.mark.parametrize("url", ["", "https://testserver", "http://testserver:8443", "https://TESTSERVER", "http://[::1]:8000"])
def test_site_url_that_is_a_scheme_and_an_allowed_host_passes(settings: Settings, url: str) -> None:
    settings.SITE_URL, settings.ALLOWED_HOSTS = url, ["testserver", "[::1]"]
    assert checks.check_site_url(None) == []


@pytest.mark.parametrize(
    "url",
    [
        "testserver", "//testserver", "ftp://testserver", "https://", "https://testserver/", "https://testserver/panels",
        "https://testserver?x=1", "https://testserver#x", "https://ada@testserver", "https://testserver:", "https://testserver:x",
        "https://testserver\nx", "https://[testserver", "https://elsewhere.example", " https://testserver",
    ],
)  # fmt: skip
def test_any_other_site_url_is_refused(settings: Settings, url: str) -> None:
    settings.SITE_URL = url
    assert ids(checks.check_site_url(None)) == ["paneldash.E005"]


def test_unreachable_central_database_is_one_line(central_database_down: None) -> None:
    (error,) = checks.check_central_database(None, databases=["default"])
    assert error.id == "paneldash.E003"
    assert "\n" not in error.msg


def test_unreachable_central_database_says_why(central_database_down: None) -> None:
    """What the server, or the network, said: the pool knows no more than that it got none."""
    (error,) = checks.check_central_database(None, databases=["default"])
    assert "No such file or directory" in error.msg


@pytest.mark.parametrize("name", sorted(checks.LEAST))
def test_limit_below_its_least_is_refused(settings: Settings, name: str) -> None:
    setattr(settings, name, checks.LEAST[name] - 1)
    assert ids(checks.check_limits(None)) == ["paneldash.E004"]


@pytest.mark.parametrize(
    "url", ["http://cache:hush@host", "cache:6379", "redis://ann:hush@host:port/0", "redis://ann:hush@host/0?nosuch=1"]
)
def test_wrong_cache_address_is_refused_and_not_repeated(settings: Settings, url: str) -> None:
    settings.CACHE_URL = url
    (error,) = checks.check_cache_url(None)
    assert error.id == "paneldash.E006"
    assert "hush" not in str(error)


@pytest.mark.parametrize(
    "url", ["", "redis://host", "redis://ann:p%40ss@host:6380/1", "rediss://host:6379/0", "unix:///run/redis.sock"]
)
def test_good_cache_address_passes(settings: Settings, url: str) -> None:
    settings.CACHE_URL = url
    assert checks.check_cache_url(None) == []


@pytest.mark.parametrize(
    ("networks", "ports", "found"),
    [
        ([], ["443"], []), (["10.0.0.0/8", "[fd00::5]:9090"], ["443"], []), (["prometheus"], ["443"], ["paneldash.E011"]),
        ([], ["https"], ["paneldash.E011"]), ([], ["0"], ["paneldash.E011"]),
    ],
)  # fmt: skip
def test_inner_networks_are_networks(settings: Settings, networks: list[str], ports: list[str], found: list[str]) -> None:
    settings.OUTBOUND_NETWORKS, settings.OUTBOUND_PORTS = networks, ports
    assert ids(checks.check_outbound(None)) == found


@pytest.mark.parametrize("origin", ["https://portal.example.com", "http://localhost:3000", "https://[::1]:8443"])
def test_another_site_is_named_by_its_origin(settings: Settings, origin: str) -> None:
    settings.CORS_ALLOWED_ORIGINS = [origin]
    assert checks.check_other_sites(None) == []


@pytest.mark.parametrize(
    "origin", ["*", "null", "portal.example.com", "https://*.example.com", "https://portal.example.com/", ""]
)
def test_a_pattern_of_other_sites_is_refused(settings: Settings, origin: str) -> None:
    settings.CORS_ALLOWED_ORIGINS = [origin]
    assert ids(checks.check_other_sites(None)) == ["paneldash.E007"]


def jwt_settings(settings: Settings, **changed: object) -> None:
    given = {"JWT_SECRET": "", "JWT_JWKS_URL": "", "JWT_ISSUER": "https://login.example.com", "JWT_AUDIENCE": "paneldash"}
    for name, value in {**given, "TENANT_ALLOW_LOCAL_HOSTS": False, **changed}.items():
        setattr(settings, name, value)


KEYS = "https://login.example.com/keys"


@pytest.mark.parametrize(
    "changed",
    [
        {}, {"JWT_ISSUER": "", "JWT_AUDIENCE": ""}, {"JWT_SECRET": STRONG}, {"JWT_JWKS_URL": KEYS},
        {"JWT_JWKS_URL": "http://login.example.com/keys", "DEBUG": True},
        {"JWT_JWKS_URL": "http://127.0.0.1:8080/keys", "TENANT_ALLOW_LOCAL_HOSTS": True},
    ],
)  # fmt: skip
def test_jwts_of_one_kind_or_none_are_accepted(settings: Settings, changed: dict[str, object]) -> None:
    jwt_settings(settings, **changed)
    assert checks.check_jwt(None) == []


@pytest.mark.parametrize(
    "changed",
    [
        {"JWT_SECRET": STRONG, "JWT_JWKS_URL": KEYS}, {"JWT_SECRET": STRONG, "JWT_ISSUER": ""}, {"JWT_JWKS_URL": KEYS, "JWT_AUDIENCE": ""},
        {"JWT_SECRET": "short"}, {"JWT_SECRET": "secret" * 8}, {"JWT_JWKS_URL": "http://login.example.com/keys"},
        {"JWT_JWKS_URL": "http://login.example.com/keys", "TENANT_ALLOW_LOCAL_HOSTS": True}, {"JWT_JWKS_URL": "file:///etc/passwd"},
        {"JWT_JWKS_URL": "http://127.0.0.1/keys"}, {"JWT_JWKS_URL": "https://"}, {"JWT_JWKS_URL": "https://["},
        {"JWT_JWKS_URL": "https://user:password@login.example.com/keys"}, {"JWT_JWKS_URL": "login.example.com/keys"},
    ],
)  # fmt: skip
def test_any_other_configuration_of_jwts_is_refused(settings: Settings, changed: dict[str, object]) -> None:
    jwt_settings(settings, **changed)
    assert ids(checks.check_jwt(None)) == ["paneldash.E008"]
