"""An issuer of JWTs for tests: its keys, the server that publishes them, and tokens good and bad."""

import json
import threading
import time
from collections.abc import Callable
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import jwt
from cryptography.hazmat.primitives.asymmetric import rsa
from jwt.algorithms import RSAAlgorithm

SECRET = "Vq0zT4mW1uYb7RnE3xLpC6dJ9hGfA2sK5oiUyTrEwQ"
ISSUER, AUDIENCE = "https://login.example.com", "paneldash"


def claims(email: str = "ada@example.com", **changed: Any) -> dict[str, Any]:
    """What a good token says. A claim that is None is left out."""
    now = int(time.time())
    said = {"iss": ISSUER, "aud": AUDIENCE, "iat": now, "exp": now + 300, "email": email, "email_verified": True, **changed}
    return {name: value for name, value in said.items() if value is not None}


def by_secret(said: dict[str, Any], secret: str = SECRET, **header: Any) -> str:
    return _signed(said, secret, "HS256", header)


def new_key(bits: int = 2_048) -> rsa.RSAPrivateKey:
    return rsa.generate_private_key(public_exponent=65_537, key_size=bits)


def published(key: rsa.RSAPrivateKey, kid: str | None = "one", **changed: Any) -> dict[str, Any]:
    entry = RSAAlgorithm.to_jwk(key.public_key(), as_dict=True)
    named = {"kid": kid} if kid is not None else {}
    return {**entry, "use": "sig", "alg": "RS256", **named, **changed}


def by_key(said: dict[str, Any], key: rsa.RSAPrivateKey, kid: str | None = "one", **header: Any) -> str:
    return _signed(said, key, "RS256", {**({"kid": kid} if kid is not None else {}), **header})


def _signed(said: dict[str, Any], key: Any, algorithm: str, header: dict[str, Any]) -> str:
    """Whatever it says: `jwt.encode` would refuse to write some of the claims that must be refused when they are read."""
    return jwt.api_jws.encode(json.dumps(said).encode(), key, algorithm=algorithm, headers={"typ": "JWT", **header})


class Publisher:
    """A server on this machine. `answer` writes what it will; `asked` are the paths that were asked for."""

    def __init__(self) -> None:
        self.asked: list[str] = []
        self.answer: Callable[[BaseHTTPRequestHandler], None] = lambda handler: self.send(handler, {"keys": []})
        outer = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                outer.asked.append(self.path)
                outer.answer(self)

            def log_message(self, format: str, *args: Any) -> None: ...

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        threading.Thread(target=self._server.serve_forever, daemon=True).start()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self._server.server_port}/keys"

    def publish(self, *entries: Any) -> None:
        self.answer = lambda handler: self.send(handler, {"keys": list(entries)})

    @staticmethod
    def send(handler: BaseHTTPRequestHandler, document: Any, status: int = 200, **headers: str) -> None:
        body = document if isinstance(document, bytes) else json.dumps(document).encode()
        handler.send_response(status)
        for name, value in {"Content-Length": str(len(body)), **headers}.items():
            handler.send_header(name, value)
        handler.end_headers()
        handler.wfile.write(body)

    def close(self) -> None:
        self._server.shutdown()
        self._server.server_close()
