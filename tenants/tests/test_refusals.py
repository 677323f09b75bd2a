"""What libpq says when it cannot connect, told apart by its words: a connection that fails has no SQLSTATE."""

import psycopg
import pytest

from tenants.refusals import unreachable

AT = 'connection failed: connection to server at "10.0.0.7", port 5432 failed: '


@pytest.mark.parametrize(
    ("words", "kind"),
    [
        ('FATAL:  password authentication failed for user "reader"', "28P01"),
        ('FATAL:  no pg_hba.conf entry for host "10.0.0.1", user "reader", database "shop", no encryption', "28P01"),
        ('FATAL:  role "reader" does not exist', "28P01"),
        ('FATAL:  role "reader" is not permitted to log in', "28P01"),
        ('FATAL:  database "shop" does not exist', "3D000"),
        ('FATAL:  permission denied for database "shop"', "42501"),
        ("FATAL:  sorry, too many clients already", "53300"),
        ('FATAL:  too many connections for role "reader"', "53300"),
        ('FATAL:  too many connections for database "shop"', "53300"),
        ("FATAL:  remaining connection slots are reserved for roles with the SUPERUSER attribute", "53300"),
        ("FATAL:  the database system is starting up", "57P03"),
        ("FATAL:  the database system is shutting down", "57P03"),
        ("FATAL:  the database system is in recovery mode", "57P03"),
        ("SSL error: certificate verify failed", "TLS"),
        ("server does not support SSL, but SSL was required", "TLS"),
        ("timeout expired", "timeout"),
        ("Connection timed out", "timeout"),
        ("Connection refused", "refused"),
        ("Network is unreachable", "refused"),
        ("No route to host", "refused"),
        ("server closed the connection unexpectedly", "refused"),
        ("expected authentication request from server, but received H", "OperationalError"),
    ],
)
def test_each_has_its_kind_and_names_nothing(words: str, kind: str) -> None:
    error = unreachable(psycopg.OperationalError(AT + words))
    assert error.detail == kind
    assert not any(name in error.sentence for name in ("10.0.0.7", "5432", "reader", "shop"))


@pytest.mark.parametrize("host", ["tls.example.com", "ssl-certificate", "timeout", "too many clients", "refused"])
def test_a_name_that_sounds_like_a_cause_is_none(host: str) -> None:
    said = f'connection to server at "{host}" (10.0.0.7), port 5432 failed: FATAL:  database "{host}" does not exist'
    assert unreachable(psycopg.OperationalError(said)).detail == "3D000"
