"""Arithmetic between fields: `(errors + timeouts) / requests * 100`. Read by hand, never evaluated as a program.

sum     = product {("+" | "-") product}
product = sign {("*" | "/" | "%") sign}
sign    = "-" sign | value
value   = number | field | "quoted field" | function "(" sum {"," sum} ")" | "(" sum ")"
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import numpy as np

from datasources.frame import Doubles

LONGEST, DEEPEST, MOST_STEPS = 500, 30, 200
_TOKEN = re.compile(
    r"""\s*(?:(?P<number>\d+(?:\.\d*)?(?:[eE][+-]?\d{1,3})?|\.\d+)|(?P<name>[^\W\d]\w*)|"(?P<quoted>[^"]+)"|(?P<sign>[-+*/%(),]))"""
)

Evaluate = Callable[[Mapping[str, Doubles]], Any]


class BadExpression(ValueError):
    """Where an expression is not one: the message names the place."""


@dataclass(frozen=True, slots=True)
class Expression:
    """`fields` are those it needs; `of` gives its values, NaN where one is missing or nothing can be computed."""

    fields: frozenset[str]
    _evaluate: Evaluate

    def of(self, values: Mapping[str, Doubles], rows: int) -> Doubles:
        with np.errstate(all="ignore"):
            found = np.broadcast_to(np.asarray(self._evaluate(values), dtype=np.float64), (rows,)).copy()
        found[~np.isfinite(found)] = np.nan
        return found


@dataclass(frozen=True, slots=True)
class Function:
    """How many arguments it takes: at least and at most."""

    least: int
    most: int
    compute: Callable[..., Any]


def _coalesce(*values: Any) -> Any:
    found = values[-1]
    for value in reversed(values[:-1]):
        found = np.where(np.isnan(value), found, value)
    return found


def _rounded(value: Any, decimals: Any = 0) -> Any:
    places = np.clip(np.nan_to_num(np.asarray(decimals)), 0, 15)
    unit = 10.0 ** np.floor(places)
    return np.round(value * unit) / unit


FUNCTIONS = {
    "abs": Function(1, 1, np.abs),
    "floor": Function(1, 1, np.floor),
    "ceil": Function(1, 1, np.ceil),
    "round": Function(1, 2, _rounded),
    "sqrt": Function(1, 1, np.sqrt),
    "exp": Function(1, 1, np.exp),
    "ln": Function(1, 1, np.log),
    "log2": Function(1, 1, np.log2),
    "log10": Function(1, 1, np.log10),
    "power": Function(2, 2, lambda base, exponent: np.asarray(base, dtype=np.float64) ** exponent),
    "least": Function(2, 10, lambda *values: _folded(np.fmin, values)),
    "greatest": Function(2, 10, lambda *values: _folded(np.fmax, values)),
    "coalesce": Function(2, 10, _coalesce),
}
_SIGNS: dict[str, Callable[[Any, Any], Any]] = {
    "+": np.add,
    "-": np.subtract,
    "*": np.multiply,
    "/": np.divide,
    "%": np.mod,
}


def _folded(combine: Callable[[Any, Any], Any], values: tuple[Any, ...]) -> Any:
    found = values[0]
    for value in values[1:]:
        found = combine(found, value)
    return found


@lru_cache(maxsize=1_024)
def read_expression(text: str) -> Expression:
    """Raises BadExpression."""
    reader = _Reader(text)
    evaluate = reader.sum(0)
    reader.end()
    return Expression(frozenset(reader.fields), evaluate)


class _Reader:
    """Reads from left to right; what it has read so far is a function of the fields."""

    def __init__(self, text: str) -> None:
        if len(text) > LONGEST:
            raise BadExpression(f"an expression has at most {LONGEST} characters")
        self.fields: set[str] = set()
        self._tokens = _tokens(text)
        self._at = self._steps = 0

    def sum(self, depth: int) -> Evaluate:
        return self._chain(("+", "-"), self._product, depth)

    def end(self) -> None:
        if self._at < len(self._tokens):
            raise self._unexpected()

    def _product(self, depth: int) -> Evaluate:
        return self._chain(("*", "/", "%"), self._signed, depth)

    def _chain(self, signs: tuple[str, ...], part: Callable[[int], Evaluate], depth: int) -> Evaluate:
        first = part(depth)
        rest: list[tuple[Callable[[Any, Any], Any], Evaluate]] = []
        while (kind := self._next()) and kind[0] == "sign" and kind[1] in signs:
            self._take()
            rest.append((_SIGNS[kind[1]], part(depth)))
        return _chained(first, rest) if rest else first

    def _signed(self, depth: int) -> Evaluate:
        is_negative = False
        while self._next()[:2] == ("sign", "-"):
            self._take()
            is_negative = not is_negative
        value = self._value(depth)
        return (lambda fields: np.negative(value(fields))) if is_negative else value

    def _value(self, depth: int) -> Evaluate:
        if depth > DEEPEST:
            raise BadExpression(f"parentheses stand in one another at most {DEEPEST} deep")
        kind, text, _ = self._take()
        if kind == "number":
            number = float(text)
            return lambda fields: number
        if kind == "name" and self._next()[:2] == ("sign", "("):
            return self._called(text, depth)
        if kind in {"name", "quoted"}:
            self.fields.add(text)
            return lambda fields: fields[text]
        if (kind, text) == ("sign", "("):
            inner = self.sum(depth + 1)
            self._must_be(")")
            return inner
        self._at -= 1
        raise self._unexpected()

    def _called(self, name: str, depth: int) -> Evaluate:
        function = FUNCTIONS.get(name.lower())
        if function is None:
            raise BadExpression(f"there is no function {name[:40]}; there are {', '.join(FUNCTIONS)}")
        self._must_be("(")
        arguments = [self.sum(depth + 1)]
        while self._next()[:2] == ("sign", ","):
            self._take()
            arguments.append(self.sum(depth + 1))
        self._must_be(")")
        if not function.least <= len(arguments) <= function.most:
            wanted = str(function.least) if function.least == function.most else f"{function.least} to {function.most}"
            raise BadExpression(f"{name} takes {wanted} values, not {len(arguments)}")
        return lambda fields: function.compute(*(argument(fields) for argument in arguments))

    def _next(self) -> tuple[str, str, int]:
        return self._tokens[self._at] if self._at < len(self._tokens) else ("", "", -1)

    def _take(self) -> tuple[str, str, int]:
        self._steps += 1
        if self._steps > MOST_STEPS:
            raise BadExpression(f"an expression has at most {MOST_STEPS} parts")
        token = self._next()
        self._at += 1
        return token

    def _must_be(self, sign: str) -> None:
        if self._next()[:2] != ("sign", sign):
            raise self._unexpected(f"“{sign}” is missing")
        self._take()

    def _unexpected(self, why: str = "") -> BadExpression:
        kind, text, place = self._next()
        where = f"at character {place + 1}" if kind else "at the end"
        return BadExpression(f"{why or (f'“{text[:40]}” cannot stand' if kind else 'a value is missing')} {where}")


def _tokens(text: str) -> list[tuple[str, str, int]]:
    """Each with its kind and its place."""
    found, at = [], 0
    stripped = text.rstrip()
    while at < len(stripped):
        match = _TOKEN.match(stripped, at)
        if match is None:
            raise BadExpression(f"“{stripped[at : at + 20].strip()}” cannot be read at character {at + 1}")
        kind = str(match.lastgroup)
        found.append((kind, match[kind], match.start(kind)))
        at = match.end()
    return found


def _chained(first: Evaluate, rest: list[tuple[Callable[[Any, Any], Any], Evaluate]]) -> Evaluate:
    def evaluate(fields: Mapping[str, Doubles]) -> Any:
        found = first(fields)
        for combine, part in rest:
            found = combine(found, part(fields))
        return found

    return evaluate
