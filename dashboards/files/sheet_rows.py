"""The rows of a sheet as XML, a column at a time: each cell by itself takes five times as long.

ECMA-376, part 1, sections 18.3.1.4 (cells), 18.3.1.53 (texts in them) and 22.9.2.19 (characters XML has no place for).
"""

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from itertools import repeat
from operator import itemgetter
from typing import Any
from zoneinfo import ZoneInfo

from dashboards.files.sheet_hours import BEFORE_FIRST_DAY, LEAP_DAY, SECONDS_A_DAY, hours_of
from dashboards.panels.units import LARGEST_EXACT
from dashboards.panels.values import clean, in_zone, json_value, lists_as_texts, text_of
from datasources.frame import Column
from datasources.values import WrittenTimes

LONGEST_CELL = 32_767
LONGEST_EXACT = 15  # so many digits a double holds, whatever they are
FIRST_YEAR = 1900  # of Excel's calendar

_NO_XML = re.compile("[\x00-\x08\x0b-\x1f\ufffe\uffff]")
_LIKE_ESCAPED = re.compile("_(?=x[0-9A-Fa-f]{4}_)")
_ODD = re.compile("[&<>\x00-\x08\x0b-\x1f\ufffe\uffff\ud800-\udfff]|_x")

NUMBER = ('"><v>', "</v></c>")
BOOLEAN = ('" t="b"><v>', "</v></c>")
TEXT = ('" t="inlineStr"><is><t>', "</t></is></c>")
TEXT_WITH_SPACE = ('" t="inlineStr"><is><t xml:space="preserve">', "</t></is></c>")


@dataclass(slots=True)
class SheetColumn:
    """A column of the sheet: its letters, and the numbers of its styles. `has_cut` tells that a text was too long."""

    column: Column
    letters: str
    zone: ZoneInfo
    time_style: str
    date_style: str
    has_cut: bool = False

    def cells(self, numbers: Sequence[str], values: Sequence[Any]) -> list[str]:
        """One for each row of these numbers; an empty text for NULL."""
        write: Callable[[Sequence[str], Sequence[Any]], list[str]]
        match self.column.kind:
            case "number":
                write = self._numbers
            case "boolean":
                write = self._booleans
            case "time" | "date":
                write = self._moments
            case _:
                return self._texts(numbers, lists_as_texts(self.column.kind, values, self.zone))
        return write(numbers, values)

    def _numbers(self, numbers: Sequence[str], values: Sequence[Any]) -> list[str]:
        """What a double cannot hold exactly is text, as in JSON; NaN and infinity are empty."""
        plain = _plain_numbers(values)
        if plain is not None:
            return self._all(numbers, plain, NUMBER)
        return [self._number(number, json_value(value)) for number, value in zip(numbers, values, strict=True)]

    def _number(self, number: str, known: Any) -> str:
        if known is None:
            return ""
        return self._text(number, known) if isinstance(known, str) else self._one(number, repr(known), NUMBER)

    def _booleans(self, numbers: Sequence[str], values: Sequence[Any]) -> list[str]:
        return self._all(numbers, [None if value is None else str(int(value)) for value in values], BOOLEAN)

    def _moments(self, numbers: Sequence[str], values: Sequence[Any]) -> list[str]:
        """On the viewer's clock: a sheet knows no zones. What is not of Excel's calendar is text."""
        is_date = self.column.kind == "date"
        around = (f'" s="{self.date_style if is_date else self.time_style}"><v>', NUMBER[1])
        if isinstance(values, WrittenTimes) and not is_date:
            zone = self.zone.key if self.column.type_name == "timestamptz" else "UTC"
            if (serials := hours_of(zone).serials(values.texts)) is not None:
                return self._all(numbers, serials, around)
        cells = []
        for number, value in zip(numbers, values, strict=True):
            moment = in_zone(value, self.zone) if isinstance(value, datetime) else value
            if moment is None:
                cells.append("")
            elif isinstance(moment, date) and moment.year >= FIRST_YEAR:
                cells.append(self._one(number, repr(serial(moment)), around))
            else:
                cells.append(self._text(number, text_of(moment, self.zone)))
        return cells

    def _texts(self, numbers: Sequence[str], values: Sequence[Any]) -> list[str]:
        """As text whatever stands in it: no formula, no link. Looked at all together first: most need nothing done.

        An empty text is no cell, as the library has it.
        """
        known = [value for value in values if value is not None]
        if not known:
            return [""] * len(values)
        is_plain = not _ODD.search("".join(known)) and max(map(len, known)) <= LONGEST_CELL and not _has_space_around(known)
        if is_plain:
            return self._all(numbers, values, TEXT)
        return [self._text(number, value) if value else "" for number, value in zip(numbers, values, strict=True)]

    def _text(self, number: str, value: str) -> str:
        if len(value) > LONGEST_CELL:
            value, self.has_cut = f"{value[: LONGEST_CELL - 1]}…", True
        return self._one(number, escaped(value), TEXT_WITH_SPACE if _has_space_around([value]) else TEXT)

    def _one(self, number: str, text: str, around: tuple[str, str]) -> str:
        return f'<c r="{self.letters}{number}{around[0]}{text}{around[1]}'

    def _all(self, numbers: Sequence[str], texts: Sequence[str | None], around: tuple[str, str]) -> list[str]:
        before, (between, after) = f'<c r="{self.letters}', around
        cells = [f"{before}{number}{between}{text}{after}" for number, text in zip(numbers, texts, strict=True)]
        return cells if all(texts) else [cell if text else "" for cell, text in zip(cells, texts, strict=True)]


def rows_xml(columns: Sequence[SheetColumn], values: Sequence[Sequence[Any]], first: int) -> str:
    """Rows from the number `first` on, of the values of each column. There is at least one column."""
    numbers = [str(number) for number in range(first, first + len(values[0]))]
    cells = (column.cells(numbers, known) for column, known in zip(columns, values, strict=True))
    starts = [f'<row r="{number}">' for number in numbers]
    return "".join(map("".join, zip(starts, *cells, repeat("</row>", len(numbers)), strict=True)))


def letters_of(place: int) -> str:
    """A column's name by its place from 0: A, …, Z, AA, …"""
    name = ""
    place += 1
    while place:
        place, letter = divmod(place - 1, 26)
        name = chr(ord("A") + letter) + name
    return name


def serial(moment: date) -> float | int:
    """Days since the last of 1899, as Excel counts them; a date's is whole."""
    if not isinstance(moment, datetime):
        days = (moment - BEFORE_FIRST_DAY.date()).days
        return days + 1 if days > LEAP_DAY else days
    since = moment.replace(tzinfo=None) - BEFORE_FIRST_DAY
    counted = since.days + (since.seconds + since.microseconds / 1_000_000) / SECONDS_A_DAY
    return counted + 1 if counted > LEAP_DAY else counted


def escaped(text: str) -> str:
    """As it stands in XML, where some characters have no place and `_x0041_` would be an A."""
    text = _LIKE_ESCAPED.sub("_x005F_", clean(text))
    text = text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    return _NO_XML.sub(lambda found: f"_x{ord(found[0]):04X}_", text)


def _plain_numbers(values: Sequence[Any]) -> list[str | None] | None:
    """Numbers as they stand in a cell, where each is one that a double holds; None where one is not, or may not be."""
    kinds = set(map(type, values)) - {type(None)}
    if kinds - {int, float, Decimal} or len(kinds) > 1:
        return None
    known = [value for value in values if value is not None]
    texts = list(map(str, known))
    if kinds == {float} and "n" in "".join(texts):  # nan, inf
        return None
    if kinds == {int} and (max(known) > LARGEST_EXACT or min(known) < -LARGEST_EXACT):
        return None
    if kinds == {Decimal} and (max(map(len, texts)) > LONGEST_EXACT or "".join(texts).translate(_DIGITS) != ""):
        return None
    if len(known) == len(values):
        return list(texts)
    following: Iterator[str] = iter(texts)
    return [None if value is None else next(following) for value in values]


_DIGITS = str.maketrans("", "", "0123456789.-")


def _has_space_around(texts: Sequence[str]) -> bool:
    there = list(filter(None, texts))
    ends = {*map(itemgetter(0), there), *map(itemgetter(-1), there)}
    return any(sign.isspace() for sign in ends)
