"""What a result is kept under. The tenant stands in it by construction; a user never does."""

import hashlib
from collections.abc import Collection, Mapping
from dataclasses import fields, is_dataclass
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

import orjson

from datasources import promql
from datasources.base import Query, Source
from datasources.compile import names_interval, variables_in
from datasources.prom_queries import PromOptions, PromQuery
from datasources.timerange import TimeRange
from datasources.variables import AllValue


def key_of(source: Source, queries: Mapping[str, Query]) -> str:
    """Two askers have one key exactly if the same statements with the same values within the same limits serve both.

    A range that is counted from now is the same range a minute later: the moment is the result's, not the key's.
    """
    limits = source.limits()
    whole = [source.platform, [limits.rows, limits.bytes], dict(queries)]
    asked = orjson.dumps(whole, default=_plain, option=orjson.OPT_PASSTHROUGH_DATACLASS)
    return f"{source.identity}:{hashlib.blake2b(asked, digest_size=20).hexdigest()}"


def _plain(value: Any) -> Any:
    if isinstance(value, TimeRange):
        return [_end(value.start, value.anchor), _end(value.stop, value.anchor)]
    if is_dataclass(value):
        facts = {field.name: getattr(value, field.name) for field in fields(value)}
        if "variables" in facts:
            used = _variables_in(value)
            facts["variables"] = sorted((name, _marked(given)) for name, given in facts["variables"].items() if name in used)
        if "interval_ms" in facts and not names_interval(facts.get("text", "")):
            del facts["interval_ms"]
        return [type(value).__name__, facts]
    if isinstance(value, ZoneInfo):
        return value.key
    if isinstance(value, Mapping):
        return list(value.items())
    raise TypeError(f"{type(value).__name__} has no place in a key")


def _variables_in(query: Any) -> Collection[str]:
    """Those that an answer may depend on."""
    if isinstance(query, PromQuery | PromOptions):
        return promql.variables_in(query.text) | promql.variables_in(getattr(query, "legend", ""))
    return variables_in(getattr(query, "text", "") or getattr(query, "where", ""))


def _marked(value: Any) -> Any:
    """A pattern that stands for all is not the text of that pattern."""
    return ["all", str(value)] if isinstance(value, AllValue) else value


def _end(moment: datetime | None, anchor: datetime | None) -> Any:
    if moment is None:
        return None
    return moment.timestamp() if anchor is None else ["now", (moment - anchor).total_seconds()]
