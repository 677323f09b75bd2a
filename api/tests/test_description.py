"""What the description says, against what is so: complete, and kept by every answer to whatever is sent."""

import json
from collections.abc import Iterator
from typing import Any
from zlib import crc32

import pytest
import schemathesis
from django.core.signals import request_finished, request_started
from django.core.wsgi import get_wsgi_application
from django.db import close_old_connections
from django.test import Client
from hypothesis import Phase, given, settings
from schemathesis.core import NOT_SET

from api.urls import api
from dashboards.models import Dashboard, Placement
from datasources.models import DataSource
from tenants.connection_test import Report
from tenants.models import Tenant

KPI = {"type": "kpi", "data_source": {"sql": "SELECT 1 AS value"}}
EXAMPLES = 8  # of each operation for each caller: half a minute in all
KNOWN = {
    "tenant_id": ["acme", "globex"],
    "panel_id": ["own", "shared", "theirs"],
    "slug": ["board", "theirs"],
    "source_id": ["more", "tenant"],
}
CHECKS = [
    schemathesis.checks.not_a_server_error,
    schemathesis.checks.status_code_conformance,
    schemathesis.checks.content_type_conformance,
    schemathesis.checks.response_schema_conformance,
    schemathesis.checks.response_headers_conformance,
]


@pytest.fixture
def description(client: Client, db: None, root: Any) -> dict[str, Any]:
    client.force_login(root)
    return client.get("/api/openapi.json").json()


def operations(description: dict[str, Any]) -> list[tuple[str, str, dict[str, Any]]]:
    return [(method, path, one) for path, methods in description["paths"].items() for method, one in methods.items()]


def test_every_operation_is_named_once_and_stands_under_a_tag(description):
    named = [one["operationId"] for _, _, one in operations(description)]
    assert len(named) == len(set(named)) >= 31
    known = {tag["name"] for tag in description["tags"]}
    assert all(len(one["tags"]) == 1 and set(one["tags"]) <= known for _, _, one in operations(description))
    assert all(one.get("description") for _, _, one in operations(description))


def test_every_error_of_every_operation_has_a_model_and_an_example(description):
    for method, path, one in operations(description):
        assert {"400", "401", "403", "422", "429", "500", "503"} <= set(one["responses"]), (method, path)
        if method != "get":
            assert {"409", "413"} <= set(one["responses"]), (method, path)
        if "{" in path:
            assert "404" in one["responses"], (method, path)
        for status, answer in one["responses"].items():
            if int(status) >= 400:
                content = answer["content"]["application/json"]
                assert content["schema"]["$ref"].startswith("#/components/schemas/")
                assert content["examples"]["problem"]["value"]["detail"]


def test_what_is_changed_by_version_is_overtaken_everywhere_in_one_shape(description):
    schemas = description["components"]["schemas"]
    for method, path, one in operations(description):
        if method != "get" and any(parameter["name"] == "If-Match" for parameter in one.get("parameters", ())):
            name = one["responses"]["409"]["content"]["application/json"]["schema"]["$ref"].rpartition("/")[2]
            assert schemas[name]["required"] == ["detail"], (method, path)
            assert set(schemas["Overtaken"]["properties"]) <= set(schemas[name]["properties"]), (method, path)


def test_every_answer_has_a_model(description):
    for method, path, one in operations(description):
        good = {status: answer for status, answer in one["responses"].items() if int(status) < 300}
        assert good, (method, path)
        for status, answer in good.items():
            assert (status == "204") == ("content" not in answer), (method, path)


def test_every_body_has_an_example(description):
    schemas = description["components"]["schemas"]
    for method, path, one in operations(description):
        if "requestBody" in one:
            name = one["requestBody"]["content"]["application/json"]["schema"]["$ref"].rpartition("/")[2]
            assert schemas[name].get("examples") or "token" in path, (method, path)


def test_what_is_named_is_there(description):
    text = json.dumps(description)
    schemas = description["components"]["schemas"]
    named = {piece.partition('"')[0] for piece in text.split("#/components/schemas/")[1:]}
    assert named <= set(schemas)
    assert "x-document" not in text
    assert set(description["components"]["securitySchemes"]) == {"BearerToken", "SignedIn"}
    assert description["openapi"] == "3.1.0"


@pytest.fixture
def things(acme: Tenant, globex: Tenant, make_panel: Any) -> None:
    """Something under each of the KNOWN ids."""
    for slug, tenant in (("own", acme), ("shared", None), ("theirs", globex)):
        make_panel(slug, tenant=tenant, **KPI)
    where = {"host": "db.example.com", "database": "d", "user": "u"}
    DataSource.objects.create(slug="more", name="More", kind="postgres", settings=where, tenant=acme)
    for slug, tenant in (("board", acme), ("theirs", globex)):
        board = Dashboard.objects.create(slug=slug, name=slug, scope="tenant", tenant=tenant)
        Placement.objects.create(dashboard=board, panel_slug="own")


@pytest.fixture(params=["session", "token"])
def caller(request: pytest.FixtureRequest, token_for: Any, who: Any) -> dict[str, Any]:
    """What lets `who` in: headers and cookies."""
    plain = {"Accept-Encoding": "identity"}
    if request.param == "token":
        return {"headers": {**plain, "Authorization": f"Bearer {token_for(who)}"}, "cookies": {}}
    browser = Client()
    browser.force_login(who)
    token = "x" * 32
    cookies = {"sessionid": browser.cookies["sessionid"].value, "csrftoken": token}
    return {"headers": {**plain, "X-CSRFToken": token}, "cookies": cookies}


@pytest.fixture(params=["root", "bob"])
def who(request: pytest.FixtureRequest) -> Any:
    return request.getfixturevalue(request.param)


@pytest.fixture
def in_one_transaction() -> Iterator[None]:
    """The end of a request closes connections, and would end the test's transaction; Django's own client keeps it too."""
    signals = (request_started, request_finished)
    for signal in signals:
        signal.disconnect(close_old_connections)
    yield
    for signal in signals:
        signal.connect(close_old_connections)


@pytest.fixture
def no_network(monkeypatch: pytest.MonkeyPatch, settings: Any) -> None:
    """Nobody is asked at the addresses that come up here, and nobody is held up by the limits."""
    for module in ("api.tenants", "tenants.saving", "datasources.kinds.postgres"):
        monkeypatch.setattr(f"{module}.examine", lambda tenant: Report(reachable=True, latency_ms=1.0))
    settings.API_RATE_DATA = settings.API_RATE_DEAR = 0
    settings.ALLOWED_HOSTS = ["*"]


def without_security(description: dict[str, Any]) -> dict[str, Any]:
    """So that no tokens and sessions are made up in the place of the caller's."""
    for _, _, one in operations(description):
        one.pop("security", None)
    return description


DESCRIBED = schemathesis.openapi.from_dict(without_security(json.loads(json.dumps(api.get_openapi_schema(path_prefix="/api/")))))
DESCRIBED.app = get_wsgi_application()
OPERATIONS = [found.ok() for found in DESCRIBED.get_all_operations()]


@pytest.mark.parametrize("operation", OPERATIONS, ids=lambda operation: operation.label)
def test_every_answer_is_as_described(operation, caller, things, no_network, in_one_transaction):
    @given(case=operation.as_strategy())
    @settings(max_examples=EXAMPLES, phases=[Phase.generate], derandomize=True, database=None)
    def answers(case):
        _name_what_there_is(case)
        answer = case.call_and_validate(**caller, checks=CHECKS)
        assert answer.status_code != 401 or operation.path == "/api/v1/auth/tokens"

    answers()


def _name_what_there_is(case: Any) -> None:
    """Ids made up at random lead nowhere: two in three cases are about something that there is, the same ones in each run."""
    body = None if case.body is NOT_SET else case.body  # whose repr has its address
    for place in (case.path_parameters, case.query):
        for name in place or {}:
            chance = crc32(repr((body, case.query, name)).encode("utf-8", "surrogatepass")) % 6
            if name in KNOWN and chance < 4:
                place[name] = KNOWN[name][chance % len(KNOWN[name])]
