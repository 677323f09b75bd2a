"""Mistakes in PromQL, each with its place; and what the parser is kept from."""

import random
import subprocess
import sys
from contextlib import suppress

import pytest

from datasources.errors import QueryRefused
from datasources.promql.check import MOST_DEPTH, MOST_SIGNS, check
from datasources.promql.expand import expand, validate
from datasources.promql.mistake import Mistake
from datasources.promql.splitting import looks_back_only

# ⟨ stands where the mistake is.
MISTAKES = [
    "up + + ⟨", "a ⟨b", "up{a=⟨}", 'up{a="b" ⟨c="d"}', "sum(up) by ⟨a", "1 +⟨* 2", "up @ ⟨x", "⟨group_left(up)", "rate(x[5m]) ⟨sum",
    "sum(rate(up[5m]) ⟨by (a) foo)", "1 + ⟨foo(up)", 'up{job=~⟨"("}', 'label_replace(up, "a" ⟨"b")', "sum by (a ⟨up)",
    "histogram_quantile(0.9, sum by (le) ⟨rate(x[5m]))", "up{a=⟨'", "up ⟨ü", "up⟨[5m", "up{⟨=1}", 'up{a="b",⟨,}', "sum by (a,⟨,b)(up)",
    "up offset⟨", "up == bool⟨", "1 + ⟨rate(up)", "up⟨)", "up⟨{", "(up⟨]", "up\n  + sum(up\n) ⟨)", "up and ⟨* up", "⟨", "up{a=~⟨up}",
    "x # comment ( {\n + ⟨/ y", "rate(x[⟨])", "sum by ⟨a (up)", "up ⟨! 1",
]  # fmt: skip


def parsed(written: str) -> object:
    return check(expand(written, variables={}, macros={}))


@pytest.mark.parametrize("marked", MISTAKES)
def test_a_mistake_is_shown_with_its_place(marked: str) -> None:
    written = marked.replace("⟨", "")
    with pytest.raises(Mistake) as caught:
        parsed(written)
    assert caught.value.at == marked.index("⟨")
    assert f"column {caught.value.column}" in caught.value.detail
    assert caught.value.sentence == "The PromQL has a mistake."


def test_the_place_is_in_what_was_written() -> None:
    """Not in what variables have made of it."""
    written = 'sum(rate(x{a="$long"}[$__rate_interval])) + * 2'
    with pytest.raises(Mistake) as caught:
        check(expand(written, variables={"long": "x" * 500}, macros={"__rate_interval": "1m15s"}))
    assert caught.value.at == written.index("*")
    with pytest.raises(Mistake) as caught:
        check(validate(written))
    assert caught.value.at == written.index("*")


@pytest.mark.parametrize(
    "text", ["up{a=`x\\d`}", "up{a='x'}", "up{a=`it's \"x\"`}", "x:y:rate5m", "rate(x[5m:1m])", "x offset -5m @ end()", "1e-3", ".5", "0x1F",
             "-x ^ 2", "count_values(\"v\", x)", "a{b=\"c\"} # end", "sum(x) without (a)", "limitk(2, x)", "{__name__=~\"a|b\"}", "inf"],
)  # fmt: skip
def test_what_is_right_passes(text: str) -> None:
    parsed(text)


@pytest.mark.parametrize(
    "text", ["(" * 5_000 + "x" + ")" * 5_000, "-" * 20_000 + "x", "+".join(["x"] * 10_000), "^".join(["x"] * 9_000),
             "abs(" * 4_000 + "x" + ")" * 4_000, "[" * 9_000, "{" * 9_000, "x{a='b'}" + "[5m:]" * 9_000],
    ids=range(8),
)  # fmt: skip
def test_a_tree_that_is_too_deep_never_reaches_the_parser(text: str) -> None:
    """It calls itself for each level, and a thread's stack is all it has: the process would be gone."""
    with pytest.raises(QueryRefused):
        parsed(text)


def test_the_deepest_trees_fit_a_small_stack() -> None:
    """A quarter of what a thread has."""
    program = f"""
import threading, promql_parser
threading.stack_size(2**21)
def parse():
    for text in ("(" * {MOST_DEPTH} + "x" + ")" * {MOST_DEPTH}, "+".join(["x"] * {MOST_SIGNS}), "-" * {MOST_SIGNS} + "x", "^".join(["x"] * {MOST_SIGNS})):
        str(promql_parser.parse(text))
    done.append(True)
done = []
thread = threading.Thread(target=parse); thread.start(); thread.join()
assert done
"""
    subprocess.run([sys.executable, "-c", program], check=True)


def test_nothing_but_a_mistake_comes_of_noise() -> None:
    signs = [
        "up",
        "{",
        "}",
        "(",
        ")",
        "[",
        "]",
        "5m",
        ",",
        "=",
        '"a"',
        "sum",
        "by",
        "+",
        "@",
        "offset",
        "=~",
        ":",
        "$v",
        "rate",
        "`",
        "#",
        "\n",
        "1",
    ]
    chance = random.Random(7)
    for _ in range(400):
        written = " ".join(chance.choices(signs, k=chance.randint(1, 12)))
        with suppress(QueryRefused):
            check(validate(written))


@pytest.mark.parametrize(
    ("written", "is_so"),
    [
        ("rate(x[5m])", True), ("x offset 5m", True), ("sum(max_over_time(x[1h:5m]))", True), ("topk(5, x)", True), ("time()", True),
        ("x offset -5m", False), ("x @ end()", False), ("x @ start()", False), ("x @ 100", False), ("rate(x[5m] offset -1h)", False),
        ("sum(max_over_time(x[1h:5m] offset -1m))", False), ("max_over_time((x @ end())[1h:5m])", False), ("rate(x[$__range])", False),
        ("x / $__range_s", False), ("rate(x[$__rate_interval])", True), ("1 + abs(x offset -1m)", False),
        ('sum by (offset) (x{offset="-1", a="@"})', True), ("x OFFSET -5m", False),
    ],
)  # fmt: skip
def test_what_looks_ahead_is_told_from_what_looks_back(written: str, is_so: bool) -> None:
    assert looks_back_only(written, check(validate(written)).text) is is_so
