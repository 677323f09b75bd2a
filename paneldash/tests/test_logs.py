import io
import json
import logging
import logging.config
from collections.abc import Iterator
from typing import Any

import pytest
import structlog
from django.test import Client

from paneldash.logs import configure, log_configuration, logging_settings
from tenants.tokens.making import make_token
from tenants.tokens.model import TokenScope


def writing(style: str) -> Iterator[io.StringIO]:
    stream, settings = io.StringIO(), logging_settings(level="INFO", style=style)
    settings["handlers"]["stderr"] |= {"stream": stream}
    settings["loggers"] = {}
    root = logging.getLogger()
    kept = root.handlers[:], root.level
    configure(settings)
    yield stream
    root.handlers[:], root.level = kept


@pytest.fixture
def written() -> Iterator[io.StringIO]:
    """What the product's own logging writes, as JSON."""
    yield from writing("json")


@pytest.fixture(params=["json", "text"])
def either(request: Any) -> Iterator[io.StringIO]:
    """The same, and as text."""
    yield from writing(request.param)


def answered(stream: io.StringIO) -> dict[str, object]:
    """The last line about a request."""
    events = [json.loads(line) for line in stream.getvalue().splitlines()]
    return [event for event in events if event["event"] == "request"][-1]


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


FORGED = "x\r\n2026-01-01T00:00:00Z [error   ] forged \x1b[2J\x00\x85\u2028\u202e"


@pytest.mark.parametrize("place", ["event", "value", "list", "exception"])
def test_nobodys_text_makes_a_line_of_its_own_or_speaks_to_the_terminal(either: io.StringIO, place: str) -> None:
    log = logging.getLogger("test")
    if place == "exception":
        try:
            raise ValueError(FORGED)
        except ValueError:
            log.exception("failed")
    else:
        values = {"value": FORGED if place == "value" else [FORGED]}
        log.info(FORGED if place == "event" else "said", extra=values if place in {"value", "list"} else {})
    lines = either.getvalue().split("\n")[:-1]
    assert [line for line in lines[1:] if not line.startswith("    ")] == []
    assert [line for line in lines if not line.isprintable()] == []


@pytest.mark.parametrize("values", [{"a": {"password": "CANARY"}}, {"a": ["pwd=CANARY"]}, {"a": [{"api_key": "CANARY"}]}])
def test_secrets_are_hidden_however_deep_they_stand(either: io.StringIO, values: dict[str, Any]) -> None:
    logging.getLogger("test").info("said", extra=values)
    assert "CANARY" not in either.getvalue()


def test_secrets_in_a_trace_are_hidden(either: io.StringIO) -> None:
    address = "postgres://ann:CANARY@db/x"
    try:
        raise ConnectionError(address)
    except ConnectionError:
        logging.getLogger("test").exception("failed")
    assert "postgres://ann:***@db/x" in either.getvalue()
    assert "CANARY" not in either.getvalue()


def test_structlogs_exception_has_its_trace(either: io.StringIO) -> None:
    try:
        raise ZeroDivisionError
    except ZeroDivisionError:
        structlog.get_logger("test").exception("failed")
    assert "ZeroDivisionError" in either.getvalue()


def test_a_request_is_a_line_with_its_id_tenant_panel_user_and_time(written: io.StringIO, client: Client, bob: Any) -> None:
    client.force_login(bob)
    client.get("/t/acme/d/none/panels/cpu/?q=SECRETWORD", headers={"X-Request-ID": "trace-2026"})
    line = answered(written)
    assert line.items() >= {
        "event": "request", "request_id": "trace-2026", "method": "GET", "view": "panel", "status": 404,
        "tenant": "acme", "dashboard": "none", "panel": "cpu", "user": bob.pk,
    }.items()  # fmt: skip
    assert 0 < line["ms"] < 60_000
    assert "SECRETWORD" not in written.getvalue()


def test_the_api_tells_the_tenant_that_was_asked_for(written: io.StringIO, client: Client, bob: Any) -> None:
    client.force_login(bob)
    client.get("/api/v1/panels/cpu/data?tenant_id=acme")
    assert answered(written).items() >= {"tenant": "acme", "panel": "cpu", "user": bob.pk}.items()


def test_a_programs_call_tells_whose_token_it_was_and_not_the_token(written: io.StringIO, client: Client, bob: Any) -> None:
    _, secret = make_token(bob, name="x", scope=TokenScope.READ, tenant=None, days=1)
    client.get("/api/v1/panels?tenant_id=acme", headers={"Authorization": f"Bearer {secret}"})
    assert answered(written).items() >= {"status": 200, "tenant": "acme", "user": bob.pk}.items()
    assert secret not in written.getvalue()


def test_the_secret_of_a_mails_link_is_not_in_the_log(written: io.StringIO, client: Client, db: None) -> None:
    client.get("/accounts/password/reset/key/1-CANARYKEY/")
    assert answered(written)["view"] == "account_reset_password_from_key"
    assert "CANARYKEY" not in written.getvalue()


def test_probes_and_files_write_no_line(written: io.StringIO, client: Client, db: None) -> None:
    client.get("/live")
    client.get("/static/css/tokens.css")
    assert '"request"' not in written.getvalue()


def test_a_request_that_is_refused_by_its_tenant_keeps_every_line_to_itself(
    written: io.StringIO, client: Client, bob: Any
) -> None:
    """What a line says belongs to its request: nothing of an earlier one in the same thread is left."""
    client.force_login(bob)
    client.get("/t/acme/d/none/panels/cpu/")
    client.get("/accounts/logout/")
    assert not {"tenant", "panel", "dashboard"} & set(answered(written))


def test_requests_can_be_left_out() -> None:
    assert logging_settings(level="INFO", style="text", requests=False)["loggers"]["paneldash.request"] == {"level": "WARNING"}
