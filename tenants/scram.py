"""A password as the verifier PostgreSQL keeps (RFC 5803), so that the password itself is in no statement and no log."""

import base64
import hashlib
import hmac
import secrets

ITERATIONS = 4096  # PostgreSQL's own; the passwords it is used for are random and long
SALT_BYTES = 16


def scram_verifier(password: str) -> str:
    """For `CREATE ROLE … PASSWORD`: accepted as it is by PostgreSQL 10 and later. ASCII only: nothing to normalise."""
    salt = secrets.token_bytes(SALT_BYTES)
    salted = hashlib.pbkdf2_hmac("sha256", password.encode("ascii"), salt, ITERATIONS)
    stored_key = hashlib.sha256(_keyed(salted, b"Client Key")).digest()
    server_key = _keyed(salted, b"Server Key")
    return f"SCRAM-SHA-256${ITERATIONS}:{_text(salt)}${_text(stored_key)}:{_text(server_key)}"


def _keyed(key: bytes, message: bytes) -> bytes:
    return hmac.new(key, message, hashlib.sha256).digest()


def _text(raw: bytes) -> str:
    return base64.b64encode(raw).decode()
