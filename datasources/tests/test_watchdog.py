"""The clock outside the database: what it does to a query that outlives its time, and when."""

from collections.abc import Callable
from types import SimpleNamespace

import pytest

from datasources import watchdog
from datasources.watchdog import watched


@pytest.fixture
def due(monkeypatch: pytest.MonkeyPatch) -> list[tuple[float, Callable[[], None]]]:
    """What is to be done at which second of a clock that stands at 100."""
    noted: list[tuple[float, Callable[[], None]]] = []
    monkeypatch.setattr(watchdog, "_clock", SimpleNamespace(at=lambda moment, action: noted.append((moment, action))))
    monkeypatch.setattr(watchdog.time, "monotonic", lambda: 100.0)
    return noted


def connection() -> SimpleNamespace:
    return SimpleNamespace(info=SimpleNamespace(backend_pid=1), cancel_safe=lambda timeout: None, close=lambda: None, closed=True)


def test_a_query_is_cancelled_half_a_second_after_its_time_and_cut_off_after_three(due: list) -> None:
    with watched(connection(), timeout_seconds=10.0) as watch:
        assert [moment for moment, _ in due] == [110.5, 113.0]
        fired = [(action(), watch.fired)[1] for _, action in due]
    assert fired == ["cancel", "close"]


def test_what_ended_in_time_is_left_alone(due: list) -> None:
    with watched(connection(), timeout_seconds=10.0) as watch:
        pass
    for _, action in due:
        action()
    assert watch.fired == ""
