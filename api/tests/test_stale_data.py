"""A tenant that cannot be asked now, as programs see it: its last result says how old it is and why."""

from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client

DATA = "/api/v1/panels/one/data?tenant_id=acme"


@pytest.fixture
def get(client: Client, bob: Any, make_panel: Callable[..., Any]) -> Callable[..., Any]:
    make_panel("one", type="kpi", data_source={"sql": "SELECT 7 AS value"})
    client.force_login(bob)
    return lambda query="", **headers: client.get(DATA + query, headers=headers)


def test_a_fresh_result_has_no_age(get: Callable[..., Any]) -> None:
    answer = get()
    assert "Age" not in answer
    assert "X-Stale" not in answer


def test_the_last_result_says_its_age_and_why(get: Callable[..., Any], acme: Any, spend_budget: Callable) -> None:
    fresh = get()
    spend_budget(acme)
    stale = _later(get)
    assert stale["X-Stale"] == "budget"
    assert int(stale["Age"]) >= 0
    assert stale.json() == fresh.json()
    again = get(**{"If-None-Match": stale["ETag"]})
    assert (again.status_code, again["X-Stale"]) == (304, "budget")


def test_who_insists_on_a_fresh_one_is_told_when_to_come_back(get: Callable[..., Any], acme: Any, spend_budget: Callable) -> None:
    get("&fresh=true")
    spend_budget(acme)
    _later(get)
    error = get("&fresh=true")
    assert error.status_code == 503
    assert error.json()["detail"] == "This tenant's database has done its share for this minute."
    assert 1 <= int(error["Retry-After"]) <= 60


def _later(get: Callable[..., Any]) -> Any:
    """The answer of another second: that of the same one is still fresh."""
    answer = get()
    while "X-Stale" not in answer:
        answer = get()
    return answer
