"""What may stand in the fields of people and tenants: ids, time zones, attributes, certificates."""

import re

from cryptography.x509 import load_pem_x509_certificates
from django.core.exceptions import ValidationError
from django.core.validators import RegexValidator

from tenants.zones import ZONES

SLUG = RegexValidator(r"^[a-z0-9](?:[a-z0-9_-]{0,61}[a-z0-9])?\Z", "Use small letters, digits, - and _, 63 at most.")

MOST_ATTRIBUTES = 50
ATTRIBUTE = re.compile(r"[A-Za-z][A-Za-z0-9_]{0,62}")


def validate_time_zone(name: str) -> None:
    if name not in ZONES:
        raise ValidationError("“%(name)s” is not a time zone; use a name such as Europe/Paris.", params={"name": name})


def validate_attributes(attributes: object) -> None:
    """Names that a dashboard's variable can take, and texts."""
    if not isinstance(attributes, dict) or len(attributes) > MOST_ATTRIBUTES:
        raise ValidationError(f"Write a mapping of at most {MOST_ATTRIBUTES} names to texts.")
    for name, value in attributes.items():
        if not ATTRIBUTE.fullmatch(name) or not isinstance(value, str) or len(value) > 1_000 or "\x00" in value:
            message = "“%(name)s”: a name is of letters, digits and _, its value a text of at most 1,000 characters."
            raise ValidationError(message, params={"name": name[:60]})


def check_certificate(text: str) -> None:
    try:
        load_pem_x509_certificates(text.encode())
    except ValueError as error:
        raise ValidationError({"ca_certificate": "This is not a certificate in PEM form."}) from error
