"""Certificates and keys: what is none is said where it is entered, and what does not fit where it is used."""

from base64 import b64encode
from datetime import UTC, datetime

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import BestAvailableEncryption, Encoding, NoEncryption, PrivateFormat
from pydantic import ValidationError

from datasources.errors import SourceUnavailable
from datasources.kinds.prometheus import PrometheusSecrets, PrometheusSettings
from datasources.prometheus.server import Credentials, Server
from tenants.outbound import Tls

KEY = ec.generate_private_key(ec.SECP256R1())
NAME = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "us")])
CERTIFICATE = (
    x509.CertificateBuilder(NAME, NAME, KEY.public_key(), 1, datetime(2020, 1, 1, tzinfo=UTC), datetime(2040, 1, 1, tzinfo=UTC))
    .sign(KEY, hashes.SHA256())
    .public_bytes(Encoding.PEM)
    .decode()
)


def pem(key: ec.EllipticCurvePrivateKey, password: bytes = b"") -> str:
    locked = BestAvailableEncryption(password) if password else NoEncryption()
    return key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, locked).decode()


def of_version_2() -> str:
    der = x509.load_pem_x509_certificate(CERTIFICATE.encode()).public_bytes(Encoding.DER)
    changed = der.replace(b"\xa0\x03\x02\x01\x02", b"\xa0\x03\x02\x01\x01", 1)
    return f"-----BEGIN CERTIFICATE-----\n{b64encode(changed).decode()}\n-----END CERTIFICATE-----\n"


def test_what_is_pem_is_taken() -> None:
    PrometheusSettings(url="https://example.com", ca_certificate=CERTIFICATE * 2, client_certificate=CERTIFICATE)
    assert PrometheusSecrets(client_key=pem(KEY)).client_key == pem(KEY)


@pytest.mark.parametrize("field", ["ca_certificate", "client_certificate"])
@pytest.mark.parametrize("text", ["nonsense", pem(KEY), CERTIFICATE.replace("MI", "??"), of_version_2()])
def test_what_is_no_certificate_is_said(field: str, text: str) -> None:
    with pytest.raises(ValidationError, match="not a certificate in PEM form"):
        PrometheusSettings(url="https://example.com", **{field: text})


@pytest.mark.parametrize(
    ("text", "said"),
    [("nonsense", "not a private key"), (CERTIFICATE, "not a private key"), (pem(KEY, b"s3cret"), "This key has a password")],
)
def test_what_is_no_key_is_said(text: str, said: str) -> None:
    with pytest.raises(ValidationError, match=said):
        PrometheusSecrets(client_key=text)


@pytest.mark.parametrize("key", ["", pem(ec.generate_private_key(ec.SECP256R1()))])
def test_a_key_that_does_not_fit_is_said_to_those_who_entered_it(key: str) -> None:
    server = Server("https://example.com", "GET", lambda: Credentials(tls=Tls(certificate=CERTIFICATE, key=key)))
    with pytest.raises(SourceUnavailable, match="enter them anew") as found:
        server.ask("query", [], seconds=1, most_bytes=1_000)
    assert "do not fit" in found.value.detail
