"""Data sources through the API: kept by admins as on the pages, tried by editors, and no secret ever comes out."""

import json
from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client

from audit.models import Event
from datasources.kinds.base import Status
from datasources.kinds.prometheus import PrometheusKind
from datasources.models import DataSource
from datasources.sources import configured_of
from datasources.tests.kinds.conftest import further_database, make_postgres, wire
from tenants.models import Tenant, User

__all__ = ["further_database", "make_postgres", "wire"]
SECRET = "canary-hunter2"
NEW = {
    "tenant_id": "acme",
    "source_id": "prom",
    "kind": "prometheus",
    "name": "Prometheus",
    "settings": {"url": "https://prom.example.com", "auth": "bearer"},
    "secrets": {"token": SECRET},
}
PLACE = "/datasources/prom?tenant_id=acme"
NUMBERS = "SELECT n, 'x' || n AS label FROM generate_series(1, 150) AS n WHERE n > :least::int"


@pytest.fixture
def ann(make_user: Callable[..., User], acme: Tenant) -> User:
    return make_user("ann", admin=acme)


@pytest.fixture
def send() -> Callable[..., Any]:
    def ask(user: User, method: str, path: str, body: Any = None, **headers: str) -> Any:
        client = Client()
        client.force_login(user)
        sent = {} if body is None else {"data": json.dumps(body), "content_type": "application/json"}
        named = {name.replace("_", "-"): text for name, text in headers.items()}
        answer = getattr(client, method)(f"/api/v1{path}", **sent, headers=named)
        assert SECRET not in answer.content.decode()
        return answer

    return ask


@pytest.fixture
def made(send: Callable, ann: User) -> Any:
    answer = send(ann, "post", "/datasources", NEW)
    assert answer.status_code == 201, answer.content
    return answer.json()


def secrets_of(source: DataSource) -> dict[str, Any]:
    source.refresh_from_db()
    configured = configured_of(source)
    assert configured is not None
    return configured.secrets().model_dump(exclude_defaults=True)


def test_what_is_made_is_answered_without_its_secrets(made: Any, send: Callable, ann: User) -> None:
    assert (made["source_id"], made["tenant_id"], made["is_default"], made["has_secrets"]) == ("prom", "acme", True, True)
    assert made["settings"]["scrape_interval"] == "15s"
    assert send(ann, "get", PLACE).json() == made
    assert send(ann, "get", "/datasources?tenant_id=acme&q=PROM").json()["count"] == 1
    assert secrets_of(DataSource.objects.get()) == {"token": SECRET}
    assert send(ann, "post", "/datasources", NEW).status_code == 409
    told = [(one.action, one.before, one.after, one.details) for one in Event.objects.filter(object="Prometheus")]
    assert {one[0] for one in told} == {"create", "change"}
    assert SECRET not in str(told)


@pytest.mark.parametrize(
    ("wrong", "path"),
    [
        ({"settings": {"url": "ftp://x"}}, "settings.url"),
        ({"settings": {"url": "https://x", "speed": 3}}, "settings.speed"),
        ({"settings": {"url": "https://x", "user": "a:b"}}, "settings"),
        ({"secrets": {"token": 5}}, "secrets.token"),
        ({"secrets": {"pin": "1"}}, "secrets.pin"),
        ({"kind": "gopher"}, "kind"),
        ({"source_id": "tenant"}, "source_id"),
        ({"is_open": True}, "is_open"),
        ({"timeout_ms": 5}, "timeout_ms"),
    ],
)
def test_what_is_wrong_is_said_at_its_place(send: Callable, ann: User, wrong: dict, path: str) -> None:
    answer = send(ann, "post", "/datasources", {**NEW, **wrong})
    assert (answer.status_code, answer.json()["errors"][0]["path"]) == (422, path)
    assert not DataSource.objects.exists()


def test_a_change_keeps_what_it_does_not_name(made: Any, send: Callable, ann: User) -> None:
    version = made["version"]
    changed = send(ann, "patch", PLACE, {"version": version, "name": "Metrics", "settings": {"scrape_interval": "30s"}}).json()
    assert (changed["name"], changed["settings"]["scrape_interval"], changed["settings"]["auth"]) == ("Metrics", "30s", "bearer")
    assert changed["version"] == version + 1
    assert secrets_of(DataSource.objects.get()) == {"token": SECRET}
    off = send(ann, "patch", PLACE, {"version": changed["version"], "is_enabled": False, "timeout_ms": 900}).json()
    assert (off["is_enabled"], off["timeout_ms"]) == (False, 900)


def test_of_two_renames_at_once_the_second_is_told(made: Any, send: Callable, ann: User) -> None:
    first = send(ann, "get", PLACE)
    assert send(ann, "get", PLACE, if_none_match=first["ETag"]).status_code == 304
    renamed = send(ann, "patch", PLACE, {"name": "Mine"}, if_match=first["ETag"])
    assert (renamed.status_code, renamed.json()["version"]) == (200, made["version"] + 1)
    for late in ({"version": made["version"], "name": "Late"}, {"name": "Late"}):
        answer = send(ann, "patch", PLACE, late, **({} if "version" in late else {"if_match": first["ETag"]}))
        assert (answer.status_code, answer.json()["version"]) == (409, renamed.json()["version"])
        assert "has changed it" in answer.json()["detail"]
    assert send(ann, "delete", PLACE, if_match=first["ETag"]).status_code == 409
    nameless = send(ann, "patch", PLACE, {"name": "Late"})
    assert (nameless.status_code, nameless.json()["errors"][0]["path"]) == (422, "version")
    assert DataSource.objects.get().name == "Mine"
    assert send(ann, "delete", PLACE, if_match=renamed["ETag"]).status_code == 204


def test_secrets_are_sent_nowhere_else_than_they_were_given_for(made: Any, send: Callable, ann: User) -> None:
    elsewhere = {"version": made["version"], "settings": {"url": "https://evil.example.com"}}
    answer = send(ann, "patch", PLACE, elsewhere)
    assert (answer.status_code, answer.json()["errors"][0]["path"]) == (422, "secrets.token")
    assert send(ann, "patch", PLACE, {**elsewhere, "secrets": {"token": "another"}}).status_code == 200
    assert secrets_of(DataSource.objects.get()) == {"token": "another"}
    forgotten = {"version": DataSource.objects.get().version, "settings": {"auth": "none"}, "forget_secrets": True}
    assert send(ann, "patch", PLACE, forgotten).json()["has_secrets"] is False


def test_shared_ones_are_the_platforms(send: Callable, root: User, ann: User) -> None:
    shared = {**NEW, "tenant_id": None}
    assert send(ann, "post", "/datasources", shared).status_code == 403
    assert send(root, "post", "/datasources", shared).status_code == 201
    assert send(root, "post", "/datasources", {**shared, "kind": "postgres"}).json()["errors"][0]["path"] == "kind"
    seen = send(ann, "get", PLACE).json()
    assert (seen["is_shared"], seen["settings"], seen["has_secrets"]) == (True, None, None)
    assert send(ann, "patch", PLACE, {"version": seen["version"], "name": "Mine"}).status_code == 404
    assert send(root, "get", "/datasources").json()["items"][0]["source_id"] == "prom"


def test_it_is_not_deleted_under_those_who_need_it(made: Any, send: Callable, ann: User, make_panel: Any) -> None:
    make_panel("up", type="timeseries", data_source={"promql": "up"})
    answer = send(ann, "delete", PLACE)
    assert answer.status_code == 409
    assert answer.json()["uses"] == [{"what": "Panel", "name": "Up (up)", "where": "shared"}]
    send(ann, "post", "/datasources", {**NEW, "source_id": "other"})
    assert send(ann, "put", "/datasources/other/default?tenant_id=acme").json()["is_default"] is True
    assert send(ann, "delete", PLACE).status_code == 204
    assert [source.slug for source in DataSource.objects.all()] == ["other"]


def test_it_is_tested(made: Any, send: Callable, ann: User, ada: User, monkeypatch: pytest.MonkeyPatch) -> None:
    seen = Status(is_connected=False, facts=(("Targets", "0 of 1 up"),), error="It does not answer.")
    monkeypatch.setattr(PrometheusKind, "status", lambda *_: seen)
    assert send(ada, "post", "/datasources/prom/test?tenant_id=acme").status_code == 403
    answer = send(ann, "post", "/datasources/prom/test?tenant_id=acme").json()
    assert (answer["is_connected"], answer["error"], answer["facts"][0]["name"]) == (False, "It does not answer.", "Targets")
    assert Event.objects.get(action="test_connection").outcome == "failed"


# Queries tried


def test_a_query_is_run_for_its_first_rows(send: Callable, ada: User, acme: Tenant) -> None:
    body = {"tenant_id": "acme", "sql": NUMBERS, "variables": {"least": "2"}}
    answer = send(ada, "post", "/datasources/tenant/test-query", body).json()
    assert [column["name"] for column in answer["columns"]] == ["n", "label"]
    assert (answer["rows"][0], len(answer["rows"]), answer["has_more"]) == ([3, "x3"], 100, True)
    assert answer["plan"]["cost"] > 0
    told = Event.objects.get(action="run_sql")
    assert (told.tenant_id, told.details["how"], "generate_series" in told.details["sql"]) == (acme.pk, "API", True)


@pytest.mark.parametrize(
    ("body", "said"),
    [
        ({"sql": "SELECT nosuch"}, "(line 1, column 8)"),
        ({"sql": "DELETE FROM orders"}, ""),
        ({"sql": "SELECT 1 / 0"}, "division by zero"),
        ({"sql": "SELECT 1", "promql": "up"}, "either sql or promql"),
        ({"sql": "SELECT 1", "date_from": "soon"}, "date_from"),
    ],
)
def test_a_mistake_in_it_is_the_callers(send: Callable, ada: User, acme: Tenant, body: dict, said: str) -> None:
    answer = send(ada, "post", "/datasources/tenant/test-query", {"tenant_id": "acme", **body})
    assert answer.status_code == 422, answer.content
    assert said in answer.json()["detail"]


def test_a_query_is_tried_on_the_source_that_is_named(send: Callable, ada: User, acme: Tenant, make_postgres: Any) -> None:
    make_postgres(acme)
    body = {"tenant_id": "acme", "sql": "SELECT name FROM place"}
    assert send(ada, "post", "/datasources/other/test-query", body).json()["rows"] == [["further"]]
    assert send(ada, "post", "/datasources/tenant/test-query", body).status_code == 422
    assert send(ada, "post", "/datasources/nosuch/test-query", body).status_code == 404
    assert Event.objects.filter(action="run_sql", object="The other").count() == 1


def test_trying_is_dear(send: Callable, ada: User, acme: Tenant, settings: Any) -> None:
    settings.API_RATE_DEAR = 1
    body = {"tenant_id": "acme", "sql": "SELECT 1"}
    answers = [send(ada, "post", "/datasources/tenant/test-query", body) for _ in range(2)]
    assert [answer.status_code for answer in answers] == [200, 429]


@pytest.mark.parametrize(("instant", "columns"), [(True, ["time", "host", "value"]), (False, ["series", "time", "value"])])
def test_promql_is_tried_too(
    send: Callable, ada: User, acme: Tenant, make_prometheus: Any, prometheus: Any, instant: bool, columns: list
) -> None:
    make_prometheus(tenant=acme, scrape_interval="30m")
    start = prometheus.history + 86_400
    body = {"tenant_id": "acme", "promql": "room_temperature", "instant": instant, "date_from": f"{start}000"}
    answer = send(ada, "post", "/datasources/tenant/test-query", {**body, "date_to": f"{start + 3_600}000"}).json()
    assert [column["name"] for column in answer["columns"] if column["name"] in columns] == columns
    assert len(answer["rows"]) >= 2
    wrong = send(ada, "post", "/datasources/tenant/test-query", {**body, "promql": "sum(room_temperature"})
    assert (wrong.status_code, "column 4" in wrong.json()["detail"]) == (422, True)
