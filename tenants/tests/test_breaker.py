import pytest

from tenants.breaker import LOGIN_PROBE_SECONDS, PROBE_SECONDS, WITHIN_SECONDS, Breaker
from tenants.errors import TenantUnreachable

AWAY = TenantUnreachable("It is away.", detail="refused")


class Clock:
    def __init__(self) -> None:
        self.now = 1_000.0

    def __call__(self) -> float:
        return self.now


def is_let_through(breaker: Breaker) -> bool:
    try:
        breaker.check()
    except TenantUnreachable:
        return False
    return True


def opened(clock: Clock) -> Breaker:
    breaker = Breaker(clock)
    for _ in range(3):
        breaker.failed(AWAY)
    return breaker


def test_three_failures_within_half_a_minute_open_it() -> None:
    breaker = Breaker(Clock())
    for is_open in (False, False, True):
        breaker.failed(AWAY)
        assert breaker.is_open is is_open
    assert not is_let_through(breaker)


def test_it_answers_with_what_opened_it_and_when_to_come_again() -> None:
    with pytest.raises(TenantUnreachable, match=AWAY.sentence) as caught:
        opened(Clock()).check()
    assert caught.value.detail == AWAY.detail
    assert 0 < caught.value.retry_after_seconds <= PROBE_SECONDS * 1.2


def test_failures_far_apart_do_not() -> None:
    clock = Clock()
    breaker = Breaker(clock)
    for _ in range(6):
        breaker.failed(AWAY)
        clock.now += 16
    assert not breaker.is_open


def test_a_success_between_starts_the_count_again() -> None:
    breaker = Breaker(Clock())
    breaker.failed(AWAY)
    breaker.failed(AWAY)
    breaker.succeeded()
    breaker.failed(AWAY)
    assert not breaker.is_open


def test_one_probe_at_a_time_is_let_through() -> None:
    clock = Clock()
    breaker = opened(clock)
    clock.now += PROBE_SECONDS * 1.3
    assert [is_let_through(breaker) for _ in range(4)] == [True, False, False, False]


def test_a_probe_that_fails_keeps_it_open_and_one_that_succeeds_closes_it() -> None:
    clock = Clock()
    breaker = opened(clock)
    clock.now += PROBE_SECONDS * 1.3
    assert is_let_through(breaker)
    breaker.failed(AWAY)
    assert not is_let_through(breaker)
    clock.now += PROBE_SECONDS * 1.3
    assert is_let_through(breaker)
    breaker.succeeded()
    assert all(is_let_through(breaker) for _ in range(3))


def test_a_refused_password_opens_it_with_the_first() -> None:
    breaker = Breaker(Clock())
    breaker.failed(AWAY, at_once=True)
    assert not is_let_through(breaker)


def test_a_refused_password_is_probed_seldom() -> None:
    """Some servers lock an account that fails to sign in too often."""
    clock = Clock()
    breaker = Breaker(clock)
    breaker.failed(AWAY, at_once=True)
    clock.now += LOGIN_PROBE_SECONDS * 0.7
    assert not is_let_through(breaker)
    clock.now += LOGIN_PROBE_SECONDS * 0.6
    assert is_let_through(breaker)


def test_to_refuse_takes_no_probe() -> None:
    clock = Clock()
    breaker = opened(clock)
    with pytest.raises(TenantUnreachable):
        breaker.refuse()
    clock.now += PROBE_SECONDS * 1.3
    breaker.refuse()
    breaker.refuse()
    assert is_let_through(breaker)


def test_a_failure_is_doubted_by_for_a_while() -> None:
    clock = Clock()
    breaker = Breaker(clock)
    breaker.doubt()
    breaker.failed(AWAY)
    assert not breaker.is_quiet
    with pytest.raises(TenantUnreachable, match=AWAY.sentence):
        breaker.doubt()
    clock.now += WITHIN_SECONDS + 1
    assert breaker.is_quiet
    breaker.doubt()


def test_how_many_failures_open_it_may_be_said() -> None:
    clock = Clock()
    breaker = Breaker(clock, failures=2, within_seconds=float("inf"))
    breaker.failed(AWAY)
    clock.now += 86_400
    breaker.failed(AWAY)
    assert breaker.is_open


def test_one_probe_may_be_allowed_before_its_time() -> None:
    breaker = opened(Clock())
    breaker.allow_probe()
    assert [is_let_through(breaker) for _ in range(2)] == [True, False]


def test_probes_of_many_are_spread() -> None:
    clock = Clock()
    waits = set()
    for breaker in (opened(clock) for _ in range(20)):
        with pytest.raises(TenantUnreachable) as caught:
            breaker.check()
        waits.add(caught.value.retry_after_seconds)
    assert len(waits) > 10
    assert all(PROBE_SECONDS * 0.8 <= wait <= PROBE_SECONDS * 1.2 for wait in waits)
