"""A browser's requests without the browser: one kept connection, the session's cookie, compression accepted."""

import http.client
from types import TracebackType
from typing import Self


class Client:
    """`insists`: it wants the newest, as a person who presses refresh; what others saw in an earlier second is not enough."""

    def __init__(self, port: int, session_key: str, *, insists: bool = False, encodings: str = "gzip, deflate, br, zstd") -> None:
        self.connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
        self.headers = {"Cookie": f"sessionid={session_key}", "Accept-Encoding": encodings, "HX-Request": "true"}
        self.headers |= {"X-Fresh": "1"} if insists else {}

    def get(self, path: str) -> bytes:
        """The body as it was sent. Anything but 200 ends the run: a figure of errors is no figure."""
        status, body = self.ask(path)
        if status != 200:
            raise SystemExit(f"{path} answered {status}: {body[:300]!r}")
        return body

    def ask(self, path: str) -> tuple[int, bytes]:
        """Status and body, as they come."""
        self.connection.request("GET", path, headers=self.headers)
        answer = self.connection.getresponse()
        return answer.status, answer.read()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self.connection.close()
