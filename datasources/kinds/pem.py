"""Certificates and keys as somebody enters them: what is none is said at its field, before a server is asked."""

from typing import Annotated, Any

from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.serialization import load_pem_private_key
from cryptography.x509 import InvalidVersion, load_pem_x509_certificates
from pydantic import AfterValidator, Field

LINES: dict[str, Any] = {"lines": 4}  # so high is its field in a form


def _certificate(text: str) -> str:
    if text:
        try:
            load_pem_x509_certificates(text.encode())
        except (ValueError, InvalidVersion) as error:
            raise ValueError("This is not a certificate in PEM form.") from error
    return text


def _key(text: str) -> str:
    """What is in a key is not checked here (4 ms of RSA): it is read each time secrets are opened."""
    if text:
        try:
            load_pem_private_key(text.encode(), None, unsafe_skip_rsa_key_validation=True)
        except TypeError as error:
            raise ValueError("This key has a password: enter it without one.") from error
        except (ValueError, UnsupportedAlgorithm) as error:
            raise ValueError("This is not a private key in PEM form.") from error
    return text


_Pem = Annotated[str, Field(max_length=100_000, json_schema_extra=LINES)]
Certificates = Annotated[_Pem, AfterValidator(_certificate)]
PrivateKey = Annotated[_Pem, AfterValidator(_key)]
