"""PanelDash with one more address, which takes its time: `/slow?file` until there is such a file.

Each request that has begun leaves one beside it, `file-…`.
"""

import time
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any
from uuid import uuid4

from paneldash.wsgi import application as paneldash

MOST_SECONDS = 60.0


def application(environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
    if environ["PATH_INFO"] != "/slow":
        return paneldash(environ, start_response)
    _wait(Path(environ["QUERY_STRING"]))
    start_response("200 OK", [("Content-Type", "text/plain"), ("Content-Length", "4")])
    return [b"done"]


def _wait(file: Path) -> None:
    file.with_name(f"{file.name}-{uuid4()}").touch()
    deadline = time.monotonic() + MOST_SECONDS
    while not file.exists() and time.monotonic() < deadline:
        time.sleep(0.02)
