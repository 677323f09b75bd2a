"""PostgreSQL's types: what each is for people, how a cell is cut on the server, and how a value reaches Python."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any

from psycopg import adapters

from datasources.frame import Column, Kind

CELL_BYTES = 32_768
CELL_CHARACTERS = 8_192  # what is left of a longer cell


@dataclass(frozen=True, slots=True)
class TypeRule:
    """`native`: it travels in PostgreSQL's binary form; everything else travels as the text PostgreSQL prints."""

    kind: Kind
    native: bool


_NATIVE: dict[str, tuple[Kind, tuple[str, ...]]] = {
    "number": ("number", ("int2", "int4", "int8", "float4", "float8", "numeric", "oid")),
    "text": ("text", ("text", "varchar", "bpchar", "name", "char")),
    "time": ("time", ("timestamptz", "timestamp")),
    "date": ("date", ("date",)),
    "boolean": ("boolean", ("bool",)),
}
_BY_NAME = {name: TypeRule(kind, native=True) for kind, names in _NATIVE.values() for name in names}
_BY_NAME |= {"json": TypeRule("json", native=False), "jsonb": TypeRule("json", native=False)}
_OTHER = TypeRule("other", native=False)
_TYPES = adapters.types
_OIDS = {info.oid: info.name for info in _TYPES}
_CAN_BE_LONG = {"text", "varchar", "bpchar", "numeric"}


def type_name(oid: int) -> str:
    return _OIDS.get(oid, "")


def column(name: str, oid: int) -> Column:
    return Column(name, _BY_NAME.get(type_name(oid), _OTHER).kind, type_name(oid))


def unique_names(names: Iterable[str]) -> list[str]:
    """Every column gets a name of its own: `count`, `count_2`; one without a name is `column_3`, by its place."""
    given: list[str] = []
    taken: set[str] = set()
    for place, name in enumerate(names, start=1):
        base = name if name and name != "?column?" else f"column_{place}"
        candidate, number = base, 1
        while candidate in taken:
            number += 1
            candidate = f"{base}_{number}"
        taken.add(candidate)
        given.append(candidate)
    return given


def is_own(name: str, names: Sequence[str]) -> bool:
    """Whether a name that `unique_names` gave is surely the column's own, and no other column's. In doubt it is not."""
    base, _, number = name.rpartition("_")
    is_made = number.isdecimal() and (base in names or base == "column")
    return not is_made and f"{name}_2" not in names


def quoted(name: str) -> str:
    """An identifier as SQL writes it, whatever stands in it."""
    return '"' + name.replace('"', '""') + '"'


def cell(place: int, oid: int, *, times_as_text: bool = False) -> str:
    """The expression for column `c<place>` in the wrapper: native, or as text, and no longer than a cell may be.

    `times_as_text` is for results with infinity, years before Christ or after 9999, which have no binary form in Python.
    """
    name, kind = f"c{place}", type_name(oid)
    rule = _BY_NAME.get(kind, _OTHER)
    if times_as_text and rule.kind in {"time", "date"}:
        return f"timezone('UTC', {name})::text" if kind == "timestamptz" else f"{name}::text"
    if kind == "float4":
        return f"{name}::text::float8"  # 0.1, not 0.10000000149011612
    if rule.native and kind not in _CAN_BE_LONG:
        return name
    if kind == "numeric":
        return f"CASE WHEN pg_column_size({name}) > {CELL_BYTES} THEN NULL ELSE {name} END"
    text = name if rule.native else as_text(place, oid)
    return f"CASE WHEN octet_length({text}) > {CELL_BYTES} THEN left({text}, {CELL_CHARACTERS}) || '…' ELSE {text} END"


def as_text(place: int, oid: int) -> str:
    """Column `c<place>` as PostgreSQL prints it. inet's cast adds the mask that its output leaves away for a single host."""
    return f"nullif(format('%s', c{place}), '')" if type_name(oid) == "inet" else f"c{place}::text"


def is_native(oid: int) -> bool:
    """Whether the type is one of PostgreSQL's plain ones: numbers, texts, times, truths."""
    return _BY_NAME.get(type_name(oid), _OTHER).native


def answered_oid(oid: int, *, times_as_text: bool = False) -> int | None:
    """The type in which a column of type `oid` is answered; None where that is a text whatever the column is."""
    rule = _BY_NAME.get(type_name(oid), _OTHER)
    if type_name(oid) == "float4":
        return _TYPES["float8"].oid
    return None if is_text(oid) or (times_as_text and rule.kind in {"time", "date"}) else oid


def can_be_cut(oid: int) -> bool:
    """Whether a cell's length is bounded by CELL_BYTES alone."""
    rule = _BY_NAME.get(type_name(oid), _OTHER)
    return not rule.native or type_name(oid) in _CAN_BE_LONG


def is_text(oid: int) -> bool:
    """Whether the column's cells arrive as str, which may be long."""
    return can_be_cut(oid) and type_name(oid) != "numeric"


def read_times(column: Column, values: Sequence[Any]) -> Sequence[Any]:
    """Times in UTC. Those that came as text are WrittenTimes.

    A connection gives all times in one zone, often in UTC itself.
    """
    first = next((value for value in values if value is not None), None)
    if isinstance(first, str):
        return WrittenTimes(column, values)
    if column.type_name != "timestamptz" or first is None or first.tzinfo is UTC:
        return values
    return [value.astimezone(UTC) if value is not None else None for value in values]


class WrittenTimes(Sequence[Any]):
    """Times or dates as PostgreSQL wrote them, read when one looks: datetimes or dates, but for what only PostgreSQL can say.

    `texts` are as they came, those of a timestamp with a zone in UTC, without saying so.
    """

    def __init__(self, column: Column, texts: Sequence[str | None]) -> None:
        self.column, self.texts = column, texts

    def __len__(self) -> int:
        return len(self.texts)

    def __getitem__(self, place: Any) -> Any:
        chosen = self.texts[place]
        return [self._read(text) for text in chosen] if isinstance(place, slice) else self._read(chosen)

    def __iter__(self) -> Iterator[Any]:
        return map(self._read, self.texts)

    def _read(self, text: str | None) -> datetime | date | str | None:
        if text is None:
            return None
        is_utc = self.column.type_name == "timestamptz"
        try:
            if self.column.kind == "date":
                return date.fromisoformat(text)
            moment = datetime.fromisoformat(text)
            return moment.replace(tzinfo=UTC) if is_utc else moment
        except ValueError:
            return with_offset(text) if is_utc else text


def with_offset(text: str) -> str:
    """A time in UTC, written without saying so, as PostgreSQL writes it in that zone: `0044-03-15 12:00:00+00 BC`."""
    moment, space, era = text.partition(" BC")
    return f"{moment}+00{space}{era}" if ":" in moment else text
