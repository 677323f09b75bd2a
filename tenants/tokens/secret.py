"""What a token looks like: `pd_`, ten characters that name it, and a secret of 256 bits."""

import hashlib
import re
import secrets
from dataclasses import dataclass

PREFIX = "pd_"
SHAPE = re.compile(rf"{PREFIX}(?P<public_id>[0-9a-f]{{10}})_[A-Za-z0-9_-]{{43}}")


@dataclass(frozen=True, slots=True)
class Shown:
    """What can be said of a token that somebody shows, without a look at the table."""

    public_id: str
    digest: str


def new_secret() -> str:
    return f"{PREFIX}{secrets.token_hex(5)}_{secrets.token_urlsafe(32)}"


def digest_of(text: str) -> str:
    """SHA-256 is enough for what has 256 bits of its own: nobody can try them all."""
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()


def read_secret(text: str) -> Shown | None:
    found = SHAPE.fullmatch(text)
    return Shown(found["public_id"], digest_of(text)) if found else None
