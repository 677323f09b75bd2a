"""The log: one line an event, as text or JSON, with the request's id and without secrets."""

import logging
import logging.config
import re
from collections.abc import MutableMapping
from typing import Any

import structlog

SECRET_NAMES = re.compile(r"passw|secret|token|authorization|cookie|credential|api_?key|private|session_?key", re.I)
SECRET_TEXT = re.compile(
    r"(?P<before>://[^\s:/@]*:(?=[^\s/]*@)|\b(?:password|passwd|pwd|token|secret)\s*[=:]\s*)[^\s@,;&'\"]+", re.I
)
HIDDEN = "***"
LONGEST_VALUE = 8_000
QUIET = ("psycopg", "psycopg.pool", "urllib3", "procrastinate", "django.utils.autoreload")  # whose every step nobody needs

Event = MutableMapping[str, Any]


def logging_settings(*, level: str, style: str) -> dict[str, Any]:
    """Django's LOGGING, and gunicorn's: everything goes to standard error, formatted by structlog."""
    last: list[Any] = [structlog.processors.JSONRenderer()] if style == "json" else [structlog.dev.ConsoleRenderer(colors=False)]
    if style == "json":
        last.insert(0, structlog.processors.format_exc_info)
    formatter = {
        "()": structlog.stdlib.ProcessorFormatter,
        "processors": [structlog.stdlib.ProcessorFormatter.remove_processors_meta, *last],
        "foreign_pre_chain": EVERY_EVENT,
    }
    return {
        "version": 1,
        "disable_existing_loggers": False,
        "formatters": {"event": formatter},
        "handlers": {"stderr": {"class": "logging.StreamHandler", "formatter": "event"}},
        "root": {"handlers": ["stderr"], "level": level.upper()},
        "loggers": {name: {"level": "WARNING"} for name in QUIET},
    }


def configure(settings: dict[str, Any]) -> None:
    """Django calls this with LOGGING when it starts."""
    logging.config.dictConfig(settings)
    structlog.configure(
        processors=[*EVERY_EVENT, structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.stdlib.BoundLogger,
        cache_logger_on_first_use=True,
    )


def hide_secrets(_logger: Any, _method: str, event: Event) -> Event:
    """Blank values whose name tells they are secret, and passwords inside texts; cut what is endless."""
    for name, value in event.items():
        if name.startswith("_") or name == "exc_info":
            continue
        if SECRET_NAMES.search(name):
            event[name] = HIDDEN
        elif not isinstance(value, int | float | list | tuple | dict | None):
            event[name] = without_secrets(str(value)[:LONGEST_VALUE])
    return event


def without_secrets(text: str) -> str:
    """The text with passwords in it blanked, as far as their place tells that they are some."""
    return SECRET_TEXT.sub(rf"\g<before>{HIDDEN}", text)


EVERY_EVENT: list[Any] = [
    structlog.contextvars.merge_contextvars,
    structlog.stdlib.add_log_level,
    structlog.stdlib.add_logger_name,
    structlog.stdlib.PositionalArgumentsFormatter(),
    structlog.processors.TimeStamper(fmt="iso", utc=True),
    structlog.stdlib.ExtraAdder(),
    hide_secrets,
]


def log_configuration() -> None:
    """Say at start what is in force. Secrets are left out by their names, passwords in addresses blanked."""
    from django.conf import settings

    names = (
        "DEBUG HTTPS ALLOWED_HOSTS SITE_URL HOST PORT WEB_CONCURRENCY WEB_THREADS PANEL_TIMEOUT_MS PANEL_ROW_LIMIT "
        "PANEL_BYTE_LIMIT TENANT_POOL_SIZE TENANT_POOL_TOTAL TENANT_ALLOW_LOCAL_HOSTS SLOW_QUERY_MS CACHE_BYTES "
        "WORKER_JOBS WORKER_LISTENS JOB_RETENTION_DAYS"
    )
    central = settings.DATABASES["default"]
    facts = {name.lower(): getattr(settings, name) for name in names.split()}
    where = {"database_host": central["HOST"], "database": central["NAME"], "database_role": central["USER"]}
    structlog.get_logger("paneldash").info("configuration", **facts, **where)
