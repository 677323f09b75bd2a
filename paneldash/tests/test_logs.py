import io
import json
import logging
import logging.config

import pytest
import structlog

from paneldash.logs import configure, log_configuration, logging_settings


@pytest.fixture
def written() -> io.StringIO:
    """What the product's own logging writes, as JSON."""
    stream, settings = io.StringIO(), logging_settings(level="INFO", style="json")
    settings["handlers"]["stderr"] |= {"stream": stream}
    settings["loggers"] = {}
    root = logging.getLogger()
    kept = root.handlers[:], root.level
    configure(settings)
    yield stream
    root.handlers[:], root.level = kept


def last(stream: io.StringIO) -> dict[str, object]:
    return json.loads(stream.getvalue().splitlines()[-1])


def test_event_is_one_line_of_json_with_the_requests_id(written: io.StringIO) -> None:
    with structlog.contextvars.bound_contextvars(request_id="r-1"):
        structlog.get_logger("test").info("two\nlines", rows=3)
    event = last(written)
    assert (event["event"], event["rows"], event["request_id"], event["level"]) == ("two\nlines", 3, "r-1", "info")
    assert len(written.getvalue().splitlines()) == 1


def test_standard_logging_takes_the_same_way(written: io.StringIO) -> None:
    logging.getLogger("django.request").warning("Not Found: %s", "/x", extra={"status_code": 404})
    assert (last(written)["event"], last(written)["status_code"]) == ("Not Found: /x", 404)


def test_exception_keeps_its_trace(written: io.StringIO) -> None:
    try:
        raise ZeroDivisionError
    except ZeroDivisionError:
        logging.getLogger("x").exception("failed")
    assert "ZeroDivisionError" in str(last(written)["exception"])


@pytest.mark.parametrize("name", ["password", "SECRET_KEY", "api_key", "Authorization", "csrf_token", "set_cookie"])
def test_value_with_a_secrets_name_is_hidden(written: io.StringIO, name: str) -> None:
    structlog.get_logger("test").info("said", **{name: "CANARY"})
    assert "CANARY" not in written.getvalue()


@pytest.mark.parametrize(
    "text", ["postgres://ann:CANARY@db/x", "password=CANARY host=db", "PASSWORD: 'x' pwd=CANARY", "token=CANARY&x=1"]
)
def test_password_inside_a_text_is_hidden(written: io.StringIO, text: str) -> None:
    logging.getLogger("test").error("cannot connect: %s", text)
    assert "CANARY" not in written.getvalue()


def test_endless_text_is_cut(written: io.StringIO) -> None:
    logging.getLogger("test").error("x" * 1_000_000)
    assert len(written.getvalue()) < 10_000


def test_configuration_is_logged_without_secrets(written: io.StringIO) -> None:
    from django.conf import settings

    log_configuration()
    assert last(written)["panel_timeout_ms"] == settings.PANEL_TIMEOUT_MS
    secrets = [settings.SECRET_KEY, *settings.TENANT_CREDENTIAL_KEYS, settings.DATABASES["default"]["PASSWORD"]]
    assert not [secret for secret in secrets if secret in written.getvalue()]
