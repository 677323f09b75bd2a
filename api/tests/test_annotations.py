"""Annotations that programs send: a deployment's beginning and end, of one tenant on a dashboard that all share."""

from typing import Any

import pytest

from dashboards.models import Annotation, Dashboard


@pytest.fixture
def board(db: None) -> Dashboard:
    return Dashboard.objects.create(slug="board", name="Board", scope="all")


def test_a_deployment_begins_and_ends(call: Any, token_for: Any, ada: Any, acme: Any, board: Dashboard) -> None:
    secret, address = token_for(ada), "/dashboards/board/annotations"
    body = {"text": "Release 4.2", "start": "2026-03-01T10:00:00Z", "tags": ["release"]}
    made = call(secret, f"{address}?tenant_id=acme", "post", body)
    assert made.status_code == 201
    one = f"{address}/{made.json()['id']}?tenant_id=acme"
    assert call(secret, one, "patch", {"stop": "2026-03-01T09:00:00Z"}).status_code == 422
    assert call(secret, one, "patch", {"text": None}).status_code == 422
    ended = call(secret, one, "patch", {"stop": "2026-03-01T10:05:00Z"}).json()
    assert (ended["start"], ended["stop"], ended["made_by"]) == (
        "2026-03-01T10:00:00+00:00",
        "2026-03-01T10:05:00+00:00",
        "ada@example.com",
    )
    listed = call(secret, f"{address}?tenant_id=acme&date_from=2026-03-01T10:01:00Z&date_to=2026-03-01T11:00:00Z").json()
    assert [item["text"] for item in listed["items"]] == ["Release 4.2"]
    assert call(secret, f"{address}?tenant_id=acme&date_from=2026-03-01T10:05:00Z").json()["count"] == 0
    assert call(secret, one, "delete").status_code == 204
    assert not Annotation.objects.exists()


@pytest.mark.parametrize("moment", ["0001-01-01T00:00:00+14:00", "0001-01-01T00:00:00Z", "9999-12-31T23:59:59-14:00"])
def test_a_moment_that_no_clock_shows_is_refused(call: Any, token_for: Any, ada: Any, board: Dashboard, moment: str) -> None:
    secret, address = token_for(ada), "/dashboards/board/annotations?tenant_id=acme"
    assert call(secret, address, "post", {"text": "x", "start": moment}).status_code == 422
    assert call(secret, address, "post", {"text": "x", "start": "2026-03-01T10:00:00Z", "stop": moment}).status_code == 422
    assert call(secret, f"{address}&date_from={moment.replace('+', '%2B')}").status_code == 422


def test_an_offset_that_postgresql_does_not_know_is_one(call: Any, token_for: Any, ada: Any, board: Dashboard) -> None:
    address = "/dashboards/board/annotations?tenant_id=acme"
    made = call(token_for(ada), address, "post", {"text": "x", "start": "2026-03-01T10:00:00-18:51"})
    assert (made.status_code, made.json()["start"]) == (201, "2026-03-02T04:51:00+00:00")


def test_viewers_read_and_do_not_write(call: Any, token_for: Any, bob: Any, acme: Any, board: Dashboard) -> None:
    address = "/dashboards/board/annotations?tenant_id=acme"
    assert call(token_for(bob), address).json() == {"items": [], "count": 0}
    assert call(token_for(bob), address, "post", {"text": "x"}).status_code == 403


def test_one_tenants_are_nobody_elses(
    call: Any, token_for: Any, ada: Any, eve: Any, acme: Any, globex: Any, board: Dashboard
) -> None:
    made = call(token_for(ada), "/dashboards/board/annotations?tenant_id=acme", "post", {"text": "secret"}).json()
    assert call(token_for(eve), "/dashboards/board/annotations?tenant_id=globex").json()["count"] == 0
    for tenant, status in (("globex", 404), ("acme", 403)):
        address = f"/dashboards/board/annotations/{made['id']}?tenant_id={tenant}"
        assert call(token_for(eve), address, "patch", {"text": "x"}).status_code == status
        assert call(token_for(eve), address, "delete").status_code == status
    assert Annotation.objects.get().text == "secret"
