"""Asking a source for what is not kept: closed buckets come from the store, the rest from the tenant's database."""

import time
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field

from datasources.base import Query, Source
from datasources.frame import Answered, SeriesFrame, series_of
from datasources.merging import merged
from datasources.prom_queries import PromQueries
from datasources.results.filling import filled
from datasources.runs import Limits, Runs, Splittable
from datasources.store import Store, StoreDown

RUNS_SECONDS = 6 * 3_600.0


@dataclass(frozen=True, slots=True)
class Asked:
    """The answers, and the runs of closed buckets to keep, by the keys they are kept under."""

    frames: Mapping[str, Answered]
    runs: Mapping[str, Runs] = field(default_factory=dict)


def ask(source: Source, queries: Mapping[str, Query], shared: Store, *, anew: bool = False) -> Asked:
    """Run queries on one snapshot, those over buckets for what is missing only; `anew`, all of it. Raises as the source."""
    parts = {_part(name, place): part for name, query in queries.items() for place, part in enumerate(_parts(query))}
    asked = _ask(source, parts, shared, anew=anew)
    frames = {
        name: merged([asked.frames[_part(name, place)] for place in range(len(_parts(query)))], _parts(query))
        for name, query in queries.items()
    }
    return Asked(_filled(source, queries, frames), asked.runs)


def _ask(source: Source, queries: Mapping[str, Query], shared: Store, *, anew: bool) -> Asked:
    splits = {name: found for name, query in queries.items() if (found := source.split(query)) is not None}
    if not splits:
        return Asked(source.run(queries))
    keys = {name: _key(source, one) for name, one in splits.items()}
    kept = {} if anew else _kept(shared, keys)
    now = time.time()
    missing = {name: one.missing(kept.get(name), now=now) for name, one in splits.items()}
    asked = {name: query for name, query in queries.items() if name not in splits}
    for name, ranges in missing.items():
        asked |= {_piece(name, place): splits[name].at(one) for place, one in enumerate(ranges)}
    answers = source.run(asked) if asked else {}
    frames = {name: answers[name] for name in queries if name not in splits}
    runs: dict[str, Runs] = {}
    for name, one in splits.items():
        pieces = [(time_range, series_of(answers, _piece(name, place))) for place, time_range in enumerate(missing[name])]
        joined = one.joined(kept.get(name), pieces, asked_at=now, limits=_limits(source))
        if joined is None:
            joined = one.joined(None, [(one.time_range, _whole(source, one))], asked_at=now, limits=_limits(source))
        assert joined is not None
        frames[name] = one.finished(joined.frame)
        if joined.runs is not None:
            runs[keys[name]] = joined.runs
    return Asked(frames, runs)


def keep(shared: Store, runs: Mapping[str, Runs]) -> None:
    with suppress(StoreDown):
        for key, one in runs.items():
            shared.put(key, one.to_bytes(), RUNS_SECONDS)


def _filled(source: Source, queries: Mapping[str, Query], frames: Mapping[str, Answered]) -> dict[str, Answered]:
    return filled(frames, queries, zone=source.tenant.time_zone, most_points=source.limits().rows)


def _kept(shared: Store, keys: Mapping[str, str]) -> dict[str, Runs]:
    try:
        found = shared.get_many(keys.values())
    except StoreDown:
        return {}
    read = {name: Runs.from_bytes(found[key]) for name, key in keys.items() if key in found}
    return {name: one for name, one in read.items() if one is not None}


def _key(source: Source, one: Splittable) -> str:
    limits = source.limits()
    return f"runs:{source.identity}:{source.platform:d}:{limits.rows}:{limits.bytes}:{one.key()}"


def _limits(source: Source) -> Limits:
    limits = source.limits()
    return Limits(limits.rows, limits.bytes)


def _whole(source: Source, one: Splittable) -> SeriesFrame:
    return series_of(source.run({"whole": one.at(one.time_range)}), "whole")


def _parts(query: Query) -> Sequence[Query]:
    """Points are kept of each query by itself; rows belong together."""
    return query.parts if isinstance(query, PromQueries) and not query.instant else (query,)


def _part(name: str, place: int) -> str:
    return f"{name}/{place}"


def _piece(name: str, place: int) -> str:
    return f"{name} {place}"
