"""Rows as CSV, a column at a time: a million of them must not take longer than their database takes to read them.

What holds for a cell is values.csv_cell's to say. Here whole columns are looked at first, and those in which nothing needs
it are left as they are.
"""

import re
from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from operator import itemgetter
from typing import Any
from zoneinfo import ZoneInfo

from dashboards.panels.values import csv_cell, disarmed, in_zone, lists_as_texts, text_of
from datasources.frame import Column
from datasources.values import WrittenTimes, with_offset

LINE_END = "\r\n"  # RFC 4180
_RISKY_START = re.compile(r"""[\s'";=+\-@＝＋－＠]""")  # what a text that has to be disarmed begins with
_QUOTED = re.compile('[",\r\n]')
_HOUR, _MINUTE = 13, 16  # so long is a time up to there: `2026-03-01 12:30`
MOST_KNOWN_HOURS = 10_000


def csv_lines(columns: Sequence[tuple[Column, Sequence[Any]]], zone: ZoneInfo) -> str:
    """The rows of some columns of one length, each line with its end."""
    written = [_written(column, cells, zone) for column, cells in columns]
    if len(written) == 1:
        written = [[cell or '""' for cell in written[0]]]  # else a line without anything would be no row
    lines = LINE_END.join(map(",".join, zip(*written, strict=True)))
    return lines + LINE_END if lines else ""


def csv_line(cells: Sequence[str]) -> str:
    """One line of texts that are disarmed already."""
    return ",".join(_quoted(cells) if len(cells) > 1 else [_quoted(cells)[0] or '""']) + LINE_END


def _written(column: Column, cells: Sequence[Any], zone: ZoneInfo) -> Sequence[str]:
    if isinstance(cells, WrittenTimes):
        return _each(cells.texts, lambda texts: _times(column, texts, zone))
    if column.kind == "number":
        return _each(cells, lambda known: _numbers(known, zone))
    if column.kind in {"text", "json", "other"}:
        return _each(lists_as_texts(column.kind, cells, zone), _texts)
    return [csv_cell(cell, zone) for cell in cells]


def _each(cells: Sequence[Any], write: Callable[[Sequence[Any]], Sequence[str]]) -> Sequence[str]:
    """What `write` makes of the cells there are; NULL is empty."""
    if None not in cells:
        return write(cells)
    written = iter(write([cell for cell in cells if cell is not None]))
    return ["" if cell is None else next(written) for cell in cells]


def _numbers(cells: Sequence[Any], zone: ZoneInfo) -> Sequence[str]:
    written = list(map(str, cells))
    together = "".join(written)
    is_plain = not any(letter in together for letter in "eEnN")  # 1e+20, 1E+3, nan, NaN, Infinity
    return written if is_plain else [csv_cell(cell, zone) for cell in cells]


def _texts(cells: Sequence[str]) -> Sequence[str]:
    together = "".join(cells)
    starts = "".join(set(map(itemgetter(0), filter(None, cells))))
    if _RISKY_START.search(starts) or ";" in together or not _is_sound(together):
        cells = list(map(disarmed, cells))
    return _quoted(cells) if '"' in together or "," in together or "\n" in together or "\r" in together else cells


def _is_sound(text: str) -> bool:
    """Whether it is valid UTF-8 without NUL, as PostgreSQL's texts are."""
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return "\0" not in text


def _quoted(cells: Sequence[str]) -> list[str]:
    return ['"' + cell.replace('"', '""') + '"' if _QUOTED.search(cell) else cell for cell in cells]


def _times(column: Column, texts: Sequence[str], zone: ZoneInfo) -> Sequence[str]:
    """Times as PostgreSQL wrote them, with a zone's in `zone`: all digits there are. A time only PostgreSQL can say is text."""
    together = "".join(texts)
    is_plain = "f" not in together and "B" not in together  # `infinity`, and years before Christ
    if column.type_name != "timestamptz":
        return texts if is_plain else _texts(texts)
    if is_plain:
        for clock in (_clock(zone.key, _HOUR), _clock(zone.key, _MINUTE)):
            try:
                return clock.read(texts)
            except _Uneven:
                continue
    return [_time(text, zone) for text in texts]


def _time(text: str, zone: ZoneInfo) -> str:
    try:
        moment = datetime.fromisoformat(text).replace(tzinfo=UTC)
    except ValueError:
        return disarmed(with_offset(text))
    return text_of(in_zone(moment, zone), zone)


class _Uneven(Exception):
    """The zone's clock is not the same number of whole hours, or minutes, from UTC all through one of them."""


class _Clock(dict[str, tuple[str, str]]):
    """What the first characters of a time in UTC, to its hour or minute, are on a zone's clock; and the zone's offset then."""

    def __init__(self, zone: ZoneInfo, length: int) -> None:
        super().__init__()
        self.zone, self.length = zone, length

    def read(self, texts: Sequence[str]) -> list[str]:
        """Raises _Uneven."""
        length, first = self.length, min(texts, default="")[: self.length]
        if first and first == max(texts)[:length]:  # so are all between them: rows that were written one after the other
            start, offset = self[first]
            joined = "\n".join(texts).replace(f"\n{first}", f"{offset}\n{start}")
            return f"{start}{joined[length:]}{offset}".split("\n")
        return [f"{start}{text[length:]}{offset}" for text in texts for start, offset in (self[text[:length]],)]

    def __missing__(self, start: str) -> tuple[str, str]:
        try:
            first = datetime.fromisoformat(f"{start}:00"[:_MINUTE]).replace(tzinfo=UTC)
            last = first + timedelta(hours=1 if self.length == _HOUR else 0, minutes=0 if self.length == _HOUR else 1, seconds=-1)
            local, later = first.astimezone(self.zone), last.astimezone(self.zone)
        except (ValueError, OverflowError) as error:
            raise _Uneven from error
        text = local.isoformat(sep=" ")
        if text[self.length : 19] != "0000-00-00 00:00:00"[self.length :] or later.utcoffset() != local.utcoffset():
            raise _Uneven
        if len(self) >= MOST_KNOWN_HOURS:
            self.clear()
        found = self[start] = (text[: self.length], text[19:])
        return found


@lru_cache(maxsize=64)
def _clock(zone: str, length: int) -> _Clock:
    return _Clock(ZoneInfo(zone), length)
