"""What is made of a result once, for all who look at it."""

from datasources.results.entry import MOST_MADE, make_entry


def test_of_two_who_make_it_at_the_same_moment_both_have_the_first() -> None:
    entry = make_entry({}, asked_at=0.0, elapsed_ms=0.0)

    def slower() -> str:
        entry.once("a", lambda: "first")
        return "second"

    assert entry.once("a", slower) == "first"
    assert entry.once("a", lambda: "third") == "first"


def test_the_newest_ways_to_look_are_kept() -> None:
    entry = make_entry({}, asked_at=0.0, elapsed_ms=0.0)
    for key in range(MOST_MADE + 2):
        entry.once(key, lambda key=key: key)
    assert list(entry.made) == list(range(2, MOST_MADE + 2))
