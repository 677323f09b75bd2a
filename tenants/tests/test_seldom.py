"""What is said once in a while."""

from tenants.seldom import Seldom


def test_a_pause_is_kept_by_key_and_forgets_the_oldest() -> None:
    now = [0.0]
    seldom = Seldom(every_seconds=10.0, most=2, clock=lambda: now[0])
    assert [seldom.is_due(key) for key in ("a", "a", "b", "b")] == [True, False, True, False]
    now[0] = 10.0
    assert [seldom.is_due(key) for key in ("a", "a")] == [True, False]
    assert seldom.is_due("c")
    assert seldom.is_due("b")
