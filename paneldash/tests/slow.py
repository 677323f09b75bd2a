"""PanelDash with one more address, which takes its time: `/slow`, `/slow?6` so many seconds."""

import time
from collections.abc import Callable, Iterable
from typing import Any

from paneldash.wsgi import application as paneldash

SECONDS = 1.0


def application(environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
    if environ["PATH_INFO"] != "/slow":
        return paneldash(environ, start_response)
    time.sleep(float(environ["QUERY_STRING"] or SECONDS))
    start_response("200 OK", [("Content-Type", "text/plain"), ("Content-Length", "4")])
    return [b"done"]
