"""How a server is known to be the one that is meant, and how we are known to it."""

import ssl
import tempfile
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path

from tenants.outbound.wire import TlsWire


class TlsInvalid(ValueError):
    """A certificate or key that cannot be used. The message says which."""


@dataclass(frozen=True, slots=True)
class Tls:
    """`ca`: the only authorities that are trusted, empty for those of the system; `certificate` and `key`: our own. All PEM."""

    ca: str = ""
    verify: bool = True
    certificate: str = ""
    key: str = field(default="", repr=False)


SYSTEM = Tls()


@lru_cache(maxsize=256)
def context_of(tls: Tls) -> ssl.SSLContext:
    """Raises TlsInvalid."""
    try:
        context = ssl.create_default_context(cadata=tls.ca or None)
    except (ssl.SSLError, ValueError) as error:
        raise TlsInvalid("The certificate authority cannot be read: it is PEM, BEGIN CERTIFICATE and all.") from error
    context.sslsocket_class = TlsWire
    if not tls.verify:
        context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
    if tls.certificate or tls.key:
        _load(context, tls)
    return context


def _load(context: ssl.SSLContext, tls: Tls) -> None:
    """OpenSSL reads a certificate of ours from files only: they are gone before anybody is asked."""
    with tempfile.TemporaryDirectory() as folder:
        certificate, key = Path(folder) / "certificate", Path(folder) / "key"
        certificate.write_text(tls.certificate)
        key.touch(mode=0o600)
        key.write_text(tls.key)
        try:
            context.load_cert_chain(certificate, key, password=_no_password)
        except (ssl.SSLError, OSError, ValueError) as error:
            raise TlsInvalid("The client's certificate and its key do not fit, or cannot be read: both are PEM.") from error


def _no_password() -> str:
    """Else OpenSSL asks at the terminal."""
    raise ValueError("the key is encrypted")
