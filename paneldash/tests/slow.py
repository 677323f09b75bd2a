"""PanelDash with one more address, which takes its time: `/slow` a second, `/slow?file` until there is such a file."""

import time
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

from paneldash.wsgi import application as paneldash

SECONDS, MOST_SECONDS = 1.0, 60.0


def application(environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
    if environ["PATH_INFO"] != "/slow":
        return paneldash(environ, start_response)
    _wait(environ["QUERY_STRING"])
    start_response("200 OK", [("Content-Type", "text/plain"), ("Content-Length", "4")])
    return [b"done"]


def _wait(file: str) -> None:
    if not file:
        time.sleep(SECONDS)
        return
    deadline = time.monotonic() + MOST_SECONDS
    while not Path(file).exists() and time.monotonic() < deadline:
        time.sleep(0.02)
