from typing import Any

import pytest
from django.core.exceptions import ImproperlyConfigured

from paneldash.databases import central_database, names_a_server

PARTS = ("HOST", "PORT", "NAME", "USER", "PASSWORD")


@pytest.fixture(autouse=True)
def nothing_set(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("DATABASE_URL", raising=False)


def address(settings: dict[str, Any]) -> tuple[Any, ...]:
    return tuple(settings[part] for part in PARTS)


@pytest.mark.parametrize(
    ("url", "meant"),
    [
        ("postgres://ann:p%40ss@db.example.com:6432/panels", ("db.example.com", "6432", "panels", "ann", "p@ss")),
        ("postgresql://ann@%2FVar%2Frun:5433/panels", ("/Var/run", "5433", "panels", "ann", "")),
        ("postgres://a,b:6000/panels", ("a,b", ",6000", "panels", "", "")),
        ("postgres://db.example.com", ("db.example.com", "", "paneldash", "", "")),
    ],
)
def test_url_means_what_libpq_says(monkeypatch: pytest.MonkeyPatch, url: str, meant: tuple[str, ...]) -> None:
    monkeypatch.setenv("DATABASE_URL", url)
    assert address(central_database(workers=1)) == meant


def test_parameters_of_the_url_reach_the_driver(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DATABASE_URL", "postgres://db/panels?sslmode=verify-full&sslrootcert=/etc/ca.pem")
    options = central_database(workers=1)["OPTIONS"]
    assert (options["sslmode"], options["sslrootcert"]) == ("verify-full", "/etc/ca.pem")


def test_parts_make_the_address(monkeypatch: pytest.MonkeyPatch) -> None:
    values = {
        "HOST": "db",
        "PORT": "5433",
        "NAME": "panels",
        "USER": "ann",
        "PASSWORD": "s%e:c/ret",
        "SSLMODE": "require",
    }
    for name, value in values.items():
        monkeypatch.setenv(f"DB_{name}", value)
    settings = central_database(workers=1)
    assert address(settings) == ("db", "5433", "panels", "ann", "s%e:c/ret")
    assert settings["OPTIONS"]["sslmode"] == "require"


@pytest.mark.parametrize("url", ["mysql://ann:hush@db/panels", "postgres://db/panels?nosuch=1"])
def test_wrong_url_is_one_line_without_the_password(monkeypatch: pytest.MonkeyPatch, url: str) -> None:
    monkeypatch.setenv("DATABASE_URL", url)
    with pytest.raises(ImproperlyConfigured) as caught:
        central_database(workers=1)
    assert str(caught.value).startswith("DATABASE_URL is not an address")
    assert "hush" not in str(caught.value)


def test_connections_are_shared_among_workers(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DB_MAX_OPEN_CONNS", "40")
    monkeypatch.setenv("DB_MAX_IDLE_CONNS", "8")
    monkeypatch.setenv("DB_CONN_MAX_LIFETIME", "2m")
    monkeypatch.setenv("DB_CONN_MAX_IDLE_TIME", "30")
    pool = central_database(workers=4)["OPTIONS"]["pool"]
    assert (pool["max_size"], pool["min_size"], pool["max_lifetime"], pool["max_idle"]) == (10, 2, 120, 30)


def test_more_workers_than_connections_still_get_one_each(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DB_MAX_OPEN_CONNS", "2")
    assert central_database(workers=8)["OPTIONS"]["pool"]["max_size"] == 1


def test_query_timeout_goes_to_the_server(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DB_QUERY_TIMEOUT", "12s")
    assert "-c statement_timeout=12000" in central_database(workers=1)["OPTIONS"]["options"]


def test_the_environment_names_a_server(monkeypatch: pytest.MonkeyPatch) -> None:
    assert not names_a_server()
    monkeypatch.setenv("DB_HOST", "db")
    assert names_a_server()
