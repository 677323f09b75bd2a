"""Variables in PromQL: whatever their value, they are one literal, name or number, as their place demands."""

import re
from typing import Any

import pytest

from datasources.errors import QueryRefused, ValueMissing
from datasources.promql.check import check
from datasources.promql.expand import validate
from datasources.promql.mistake import Mistake
from datasources.promql.tokens import variables_in
from datasources.tests.hostile import HOSTILE
from datasources.tests.promql.asking import shape, text_of, tree_of
from datasources.variables import AllValue

QUOTED = """
    sum by (job) (rate(http_requests_total{
        a="$v", b!='${v}', c=`[[v]]`, d="x-$v.y", e=~"$v", f!~'pre.*${v:regex}|[[v]]', g=~`\\d${v}`, h="${v:raw}", i=~"${v:csv}"
    }[$__rate_interval])) or label_replace(up{a="1"}, "dst", "$1-$v", "src", "(.*)$v")  # $v "
"""
BARE = {
    "duration": "rate(up[$v])", "offset": "up offset $v", "negative offset": "up offset -$v", "subquery": "max_over_time(up[1h:$v])",
    "labels": "sum by ($v) (up)", "on": "up * on ($v) group_left () up", "metric": "$v{}", "ranged": "rate(${v}[5m])",
    "label": 'up{$v="x"}', "part": "http_${v}_total", "number": "up > $v", "argument": "topk($v, up)", "added": "0 * up + $v",
    "digits": "up > 1$v", "two": "up > $v$v", "unit": "up offset ${v}m", "at": "up @ $v",
}  # fmt: skip


BENIGN = (
    "up",
    "sum",
    "by",
    "5m",
    "5",
    "-5",
    "1e3",
    "inf",
    "NaN",
    "0x10",
    "a:b",
    "5m5m",
    "up[5m]",
    "up or x",
    "ü",
    "5 m",
    "1_000",
)


def test_a_long_list_named_often_is_refused_before_it_is_written() -> None:
    with pytest.raises(QueryRefused, match="too long"):
        text_of('up{a=~"$v"} + ' * 999 + "1", v=tuple(map(str, range(5_000))))


def test_a_hostile_value_in_quotes_is_a_literal() -> None:
    harmless = shape(tree_of(QUOTED, v="x"))[:2]
    for value in HOSTILE:
        tree = tree_of(QUOTED, v=value)
        assert shape(tree)[:2] == harmless
        a, b, c, d, e, f, g, h, i, *_, destination, replacement, source, pattern = shape(tree)[2]
        assert (a, b, c, d, h) == (value, value, value, f"x-{value}.y", value)
        assert (destination, replacement, source) == ("dst", "$1-" + value.replace("$", "$$"), "src")
        for found, meant in [(e, value), (f, f"pre{value}"), (f, value), (g, f"7{value}"), (i, value), (pattern, f"all{value}")]:
            assert re.fullmatch(found, meant, re.DOTALL)
        assert not any(re.fullmatch(found, f"{value}x") for found in (e, i))


def test_several_hostile_values_are_alternatives() -> None:
    harmless = shape(tree_of('up{a=~"x"}'))[:2]
    for value in HOSTILE:
        tree = tree_of('up{a=~"x$v"}', v=(value, "a.b"))
        (found,) = shape(tree)[2]
        assert shape(tree)[:2] == harmless
        assert all(re.fullmatch(found, f"x{one}", re.DOTALL) for one in (value, "a.b"))
        assert not re.fullmatch(found, "xa-b")


@pytest.mark.parametrize("place", BARE)
def test_a_value_without_quotes_is_refused_or_changes_no_meaning(place: str) -> None:
    """What it may be is always of one sort: a number never becomes a metric."""
    written = BARE[place]
    is_name = place in {"labels", "on", "metric", "ranged", "label", "part"}
    harmless, taken = shape(tree_of(written, v="v" if is_name else "1")), []
    for value in (*HOSTILE, *BENIGN):
        try:
            tree = tree_of(written, v=value)
        except QueryRefused:
            continue
        taken.append(value)
        assert shape(tree)[0] == harmless[0]
        assert len(shape(tree)[1]) == len(harmless[1])
        assert is_name or shape(tree)[1] == harmless[1]
    assert taken
    assert not is_name or set(taken) & {"up", "5"}


@pytest.mark.parametrize(
    ("written", "values", "text"),
    [
        ("rate(x[$__rate_interval])", {}, "rate(x[1m15s])"), ("x / $__interval_ms", {}, "x / 60000"),
        ("x[${__range}:$__interval]", {}, "x[3600s:1m]"), ('x{a="$__interval"}', {}, 'x{a="1m"}'),
        ('x{a=~"$v"}', {"v": "a.b"}, 'x{a=~"a\\\\.b"}'), ('x{a=~"$v"}', {"v": ("a.b", "c")}, 'x{a=~"(a\\\\.b|c)"}'),
        ('x{a="$v"}', {"v": ("a.b",)}, 'x{a="a.b"}'), ('x{a=~"${v:raw}"}', {"v": "web-.*"}, 'x{a=~"web-.*"}'),
        ('x{a=~"$v"}', {"v": AllValue(".*")}, 'x{a=~".*"}'), ('x{a=~"$v"}', {"v": ".*"}, 'x{a=~"\\\\.\\\\*"}'),
        ("sum by ($v) (x)", {"v": ("a", "b")}, "sum by (a, b) (x)"), ("x > $v", {"v": -5}, "x > (-5)"),
        ("x > $v", {"v": 1.5}, "x > 1.5"), ("$v{a=\"1\"}", {"v": "job:up"}, 'job:up{a="1"}'),
        ('label_replace(x, "a", "$host", "b", "(?P<host>.*)")', {}, 'label_replace(x, "a", "$host", "b", "(?P<host>.*)")'),
        ("x{a='it\\'s \"$v\"'}", {"v": "y"}, 'x{a="it\'s \\"y\\""}'), ("x # $v", {}, "x # $v"),
        ('x{a="$"}', {}, 'x{a="$"}'), ('x{a=~"b$"}', {}, 'x{a=~"b$"}'), ('x{a=~"(b$|c)"}', {}, 'x{a=~"(b$|c)"}'),
    ],
)  # fmt: skip
def test_what_is_written_out(written: str, values: dict[str, Any], text: str) -> None:
    assert text_of(written, **values) == text
    tree_of(written, **values)


@pytest.mark.parametrize(
    ("written", "values", "words"),
    [
        ('x{a="$v"}', {"v": ("a", "b")}, "write =~"), ("$v", {"v": "up"}, "cannot stand"), ("$v(x)", {"v": "rate"}, "function"),
        ("s${v}(x)", {"v": "um"}, "function"), ('x{a="$v"}', {"v": ()}, "no value"), ('x{a="${v:nosuch}"}', {"v": "a"}, "not a format"),
        ("sum by (o$v) (x)", {"v": "n"}, "keyword"), ("x > $v", {"v": ("1", "2")}, "one value"), ("$v by (a) (x)", {"v": "sum"}, "function"),
    ],
)  # fmt: skip
def test_what_a_value_cannot_be_is_said(written: str, values: dict[str, Any], words: str) -> None:
    with pytest.raises(QueryRefused, match=words):
        text_of(written, **values)


def test_a_variable_without_a_value_is_missing() -> None:
    for written in ('x{a="$nosuch"}', "rate(x[$nosuch])", 'x{a=~"a|${nosuch}"}'):
        with pytest.raises(ValueMissing, match="nosuch"):
            text_of(written)
    with pytest.raises(Mistake, match="mistake") as caught:
        text_of("rate(x[$__rate])")
    assert (caught.value.column, "$__rate_interval" in caught.value.detail) == (8, True)


def test_all_names_that_may_count_are_known() -> None:
    assert variables_in('$a ${b} ${c:regex} [[d]] [[e:csv]] "$f" # $g\n $__interval $1 $') == set("abcdefg") | {"__interval"}


@pytest.mark.parametrize("written", [QUOTED, *BARE.values()])
def test_a_text_is_checked_before_any_value_is_known(written: str) -> None:
    check(validate(written))
