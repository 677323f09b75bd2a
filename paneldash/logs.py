"""The log: one line an event, as text or JSON, with the request's id and without secrets or anything that forges a line."""

import json
import logging
import logging.config
import re
import sys
from collections.abc import Iterator, MutableMapping
from datetime import UTC, datetime
from functools import lru_cache
from typing import Any

import structlog

SECRET_NAMES = re.compile(r"passw|secret|token|authorization|cookie|credential|api_?key|private|session_?key", re.I)
SECRET_TEXT = re.compile(
    r"(?P<before>://[^\s:/@]*:(?=[^\s/]*@)|\b(?:password|passwd|pwd|token|secret)\s*[=:]\s*)[^\s@,;&'\"]+", re.I
)
HIDDEN = "***"
LONGEST_VALUE = 8_000
LONGEST_TRACE = 50_000
PLAIN = re.compile(r"[^\s=\"'\\]+")
QUIET = ("psycopg", "psycopg.pool", "urllib3", "procrastinate", "django.utils.autoreload")  # whose every step nobody needs
LEFT_OUT = {*vars(logging.makeLogRecord({})), "message", "taskName", "request"}  # what Django says of a request has its query

Event = MutableMapping[str, Any]


def logging_settings(*, level: str, style: str, requests: bool = True) -> dict[str, Any]:
    """Django's LOGGING, and gunicorn's: everything goes to standard error, a line an event."""
    levels = {name: {"level": "WARNING"} for name in (*QUIET, *([] if requests else ["paneldash.request"]))}
    return {
        "version": 1,
        "disable_existing_loggers": False,
        "formatters": {"event": {"()": EventFormatter, "style": style}},
        "handlers": {"stderr": {"class": "logging.StreamHandler", "formatter": "event"}},
        "root": {"handlers": ["stderr"], "level": level.upper()},
        "loggers": levels,
    }


def configure(settings: dict[str, Any]) -> None:
    """Django calls this with LOGGING when it starts. structlog's loggers hand their events on as they are."""
    logging.config.dictConfig(settings)
    structlog.configure(
        processors=[structlog.stdlib.PositionalArgumentsFormatter(), structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.stdlib.BoundLogger,
        cache_logger_on_first_use=True,
    )


class EventFormatter(logging.Formatter):
    """30 µs a line, where a chain of structlog's processors takes 80: every request has one."""

    def __init__(self, *, style: str) -> None:
        super().__init__()
        self._write = _as_json if style == "json" else _as_text

    def format(self, record: logging.LogRecord) -> str:
        event = hide_secrets(dict(_facts(record)))
        trace = _trace(event.pop("exc_info", None) or record.exc_info)
        return self._write(record, event, without_secrets(trace[-LONGEST_TRACE:]))


def hide_secrets(event: Event) -> Event:
    """Blank values whose name tells they are secret, and passwords inside texts; cut what is endless."""
    for name, value in event.items():
        if name != "exc_info":
            event[name] = HIDDEN if _is_secret(name) else _without_secrets(value)
    return event


def without_secrets(text: str) -> str:
    """The text with passwords in it blanked, as far as their place tells that they are some."""
    if ":" not in text and "=" not in text:
        return text  # as most values are
    return SECRET_TEXT.sub(rf"\g<before>{HIDDEN}", text)


def one_line(text: str) -> str:
    """The text with line ends, control characters and what turns the direction of writing as escapes."""
    return text if text.isprintable() else repr(text)[1:-1]


def log_configuration() -> None:
    """Say at start what is in force. Secrets are left out by their names, passwords in addresses blanked."""
    from django.conf import settings

    names = (
        "DEBUG HTTPS ALLOWED_HOSTS SITE_URL HOST PORT WEB_CONCURRENCY WEB_THREADS PANEL_TIMEOUT_MS PANEL_ROW_LIMIT "
        "PANEL_BYTE_LIMIT TENANT_POOL_SIZE TENANT_POOL_TOTAL TENANT_ALLOW_LOCAL_HOSTS SLOW_QUERY_MS CACHE_BYTES "
        "OUTBOUND_NETWORKS OUTBOUND_PORTS WORKER_JOBS WORKER_LISTENS JOB_RETENTION_DAYS VERSIONS_KEPT"
    )
    central = settings.DATABASES["default"]
    facts = {name.lower(): getattr(settings, name) for name in names.split()}
    where = {"database_host": central["HOST"], "database": central["NAME"], "database_role": central["USER"]}
    structlog.get_logger("paneldash").info("configuration", **facts, **where)


def _without_secrets(value: Any) -> Any:
    if isinstance(value, int | float | None):
        return value
    if isinstance(value, dict):
        return hide_secrets({str(name): inner for name, inner in value.items()})
    if isinstance(value, list | tuple):
        return [_without_secrets(inner) for inner in value]
    return without_secrets(str(value)[:LONGEST_VALUE])


@lru_cache(maxsize=2_000)
def _is_secret(name: str) -> bool:
    return SECRET_NAMES.search(name) is not None


def _facts(record: logging.LogRecord) -> Iterator[tuple[str, Any]]:
    """What was said, what is known of the request it was said in, and what was said along with it."""
    said: Any = record.msg
    yield from structlog.contextvars.get_contextvars().items()
    if isinstance(said, dict):  # structlog's
        yield from said.items()
        return
    yield "event", record.getMessage()
    for name, value in vars(record).items():
        if name not in LEFT_OUT:
            yield name, value


def _trace(error: Any) -> str:
    if error is True:
        error = sys.exc_info()
    elif isinstance(error, BaseException):
        error = (type(error), error, error.__traceback__)
    return logging.Formatter().formatException(error) if error and error[0] else ""


def _as_json(record: logging.LogRecord, event: Event, trace: str) -> str:
    """ASCII alone: nothing in it can end a line, or be taken for the terminal's."""
    frame = {
        "timestamp": _when(record),
        "level": record.levelname.lower(),
        "logger": record.name,
        "event": event.pop("event", ""),
    }
    return json.dumps({**frame, **event, **({"exception": trace} if trace else {})}, default=str)


def _as_text(record: logging.LogRecord, event: Event, trace: str) -> str:
    said = one_line(str(event.pop("event", "")))
    facts = " ".join(f"{one_line(name)}={_shown(value)}" for name, value in sorted(event.items()))
    line = f"{_when(record)} [{record.levelname.lower():<8}] {said:<30} [{record.name}] {facts}".rstrip()
    return line + "".join(f"\n    {one_line(part)}" for part in trace.split("\n") if trace)


def _shown(value: Any) -> str:
    if isinstance(value, str):
        return value if PLAIN.fullmatch(value) and value.isprintable() else repr(value)
    return one_line(repr(value))


def _when(record: logging.LogRecord) -> str:
    return datetime.fromtimestamp(record.created, UTC).isoformat().replace("+00:00", "Z")
