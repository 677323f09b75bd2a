"""Secrets at rest: AES-GCM, the key's id in the token, and each token bound to the row it was made for."""

import base64
import hashlib
import secrets
from functools import lru_cache

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from django.conf import settings

from tenants.models import Tenant

VERSION = "v1"
NONCE_BYTES = 12
SHORTEST_KEY = 32


class CredentialsError(Exception):
    """A secret cannot be read: no configured key fits, or it was not made for this row."""


def encrypt(plain: str, *, bound_to: str) -> str:
    """Encrypt under the newest key. The token can only be read back with the same `bound_to`."""
    key = _keys()[0]
    nonce = secrets.token_bytes(NONCE_BYTES)
    sealed = AESGCM(_derived(key)).encrypt(nonce, plain.encode(), bound_to.encode())
    return f"{VERSION}.{key_id(key)}.{base64.urlsafe_b64encode(nonce + sealed).decode()}"


def decrypt(token: str, *, bound_to: str) -> str:
    """Raises CredentialsError, whose message names the missing key's id and never the secret."""
    version, _, rest = token.partition(".")
    wanted, _, body = rest.partition(".")
    key = next((key for key in _keys() if key_id(key) == wanted), None)
    if version != VERSION or key is None:
        raise CredentialsError(f"No key of TENANT_CREDENTIAL_KEYS fits (key {wanted or 'unknown'}).")
    try:
        raw = base64.urlsafe_b64decode(body)
        return AESGCM(_derived(key)).decrypt(raw[:NONCE_BYTES], raw[NONCE_BYTES:], bound_to.encode()).decode()
    except (InvalidTag, ValueError) as error:
        raise CredentialsError("A stored secret is damaged, or was made for another row.") from error


def is_newest(token: str) -> bool:
    return token.split(".")[1:2] == [key_id(_keys()[0])]


def tenant_password(tenant: Tenant) -> str:
    """The one place where a tenant's password becomes readable; empty when none was ever given."""
    return decrypt(tenant.password_token, bound_to=tenant.password_binding) if tenant.password_token else ""


def unreadable() -> list[str]:
    """The tenants whose password no configured key opens."""
    return [tenant.slug for tenant in Tenant.objects.exclude(password_token="") if not _opens(tenant)]


def key_id(key: str) -> str:
    """Eight characters that name a key without giving it away."""
    return hashlib.sha256(b"paneldash key id" + key.encode()).hexdigest()[:8]


def _opens(tenant: Tenant) -> bool:
    try:
        tenant_password(tenant)
    except CredentialsError:
        return False
    return True


def _keys() -> list[str]:
    keys = [key for key in settings.TENANT_CREDENTIAL_KEYS if len(key) >= SHORTEST_KEY]
    if not keys:
        raise CredentialsError(f"TENANT_CREDENTIAL_KEYS has no key of {SHORTEST_KEY} characters or more.")
    return keys


@lru_cache(maxsize=32)
def _derived(key: str) -> bytes:
    """An AES-256 key from a configured text: HKDF with SHA-256 (RFC 5869)."""
    return HKDF(SHA256(), 32, salt=None, info=b"paneldash credentials").derive(key.encode())
