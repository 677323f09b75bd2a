"""What a Prometheus is asked when many look, and look again: as little as can be, and the same answer."""

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from typing import Any

import numpy as np
import pytest

from datasources.base import Query
from datasources.errors import SourceError
from datasources.frame import SeriesFrame, rows_of, series_of
from datasources.landing import landings
from datasources.prom_queries import PromQueries, PromQuery
from datasources.prometheus.server import Server
from datasources.prometheus.source import PrometheusSource
from datasources.results import Result, fetch, forget_results
from datasources.results.key import key_of
from datasources.sources import source_of
from datasources.tests.prometheus.real import RealPrometheus
from datasources.timerange import TimeRange
from datasources.variables import AllValue
from tenants.models import Tenant

NOW = datetime.now(UTC)
MONTH = TimeRange(NOW - timedelta(days=30), NOW, NOW)

Asked = list[tuple[str, dict[str, str]]]


@pytest.fixture(autouse=True)
def _nothing_kept() -> Iterator[None]:
    forget_results()
    yield
    landings.done()


def look(source: PrometheusSource, query: Query, **facts: Any) -> Result:
    """Another window, with nothing known in the process."""
    forget_results()
    return fetch(source, {"s": query}, not_before=datetime.now(UTC), **facts)


def of(result: Result) -> SeriesFrame:
    return series_of(result.entry.frames, "s")


def points(asked: Asked) -> int:
    """How many points a series was asked for."""
    return sum(
        round((float(fields["end"]) - float(fields["start"])) / float(fields["step"])) + 1
        for path, fields in asked
        if path == "query_range"
    )


def same(one: SeriesFrame, other: SeriesFrame) -> bool:
    return [(s.label, s.times.tolist(), str(s.values.tolist())) for s in one.series] == [
        (s.label, s.times.tolist(), str(s.values.tolist())) for s in other.series
    ]


HOURLY = PromQuery(text="avg_over_time(room_temperature[2h])", time_range=MONTH, max_points=1_500, min_step_ms=3_600_000)


def test_a_shared_result_costs_no_request(source: PrometheusSource, requests: Asked) -> None:
    first = fetch(source, {"s": HOURLY}, not_before=NOW)
    again = fetch(source, {"s": HOURLY}, not_before=NOW)
    forget_results()
    other_process = fetch(source, {"s": HOURLY}, not_before=NOW)
    assert [first.how, again.how, other_process.how] == ["asked", "known", "stored"]
    assert len(requests) == 1
    assert same(of(first), of(other_process))


def test_the_second_look_at_30_days_asks_for_the_newest_points(source: PrometheusSource, requests: Asked) -> None:
    whole = of(look(source, HOURLY))
    assert points(requests) == 721
    requests.clear()
    again = of(look(source, HOURLY))
    assert len(requests) == 1
    assert points(requests) <= 2  # an hour of it has two points
    assert same(whole, again)
    assert same(again, series_of(source.run({"s": HOURLY}), "s"))
    assert again.step == whole.step == 3_600


def test_who_looks_a_little_later_asks_for_the_newest_points(source: PrometheusSource, requests: Asked) -> None:
    look(source, HOURLY)
    requests.clear()
    earlier = PromQuery(
        text=HOURLY.text, legend="{{host}} °C", max_points=1_500, min_step_ms=3_600_000,
        time_range=TimeRange(MONTH.start + timedelta(hours=7), MONTH.stop),  # type: ignore[operator]
    )  # fmt: skip
    found = of(look(source, earlier))
    assert points(requests) <= 2
    assert [one.label for one in found.series] == ["web-1 °C", "web-2 °C"]
    assert same(found, series_of(source.run({"s": earlier}), "s"))


def test_another_step_or_text_is_asked_for(source: PrometheusSource, requests: Asked) -> None:
    look(source, HOURLY)
    for query in (
        PromQuery(text=HOURLY.text, time_range=MONTH, max_points=300, min_step_ms=3_600_000),
        PromQuery(text="avg_over_time(room_temperature[3h])", time_range=MONTH, max_points=1_500, min_step_ms=3_600_000),
    ):
        requests.clear()
        look(source, query)
        assert points(requests) > 300


@pytest.mark.parametrize(
    "text",
    [
        "room_temperature offset -1h",
        "room_temperature @ end()",
        "avg_over_time(room_temperature[$__range])",
        "room_temperature @ start()",
    ],
)
def test_what_may_depend_on_the_range_is_asked_whole(source: PrometheusSource, requests: Asked, text: str) -> None:
    query = PromQuery(text=text, time_range=MONTH, max_points=1_500, min_step_ms=3_600_000)
    look(source, query)
    look(source, query)
    assert points(requests) == 2 * 721


def test_many_who_ask_at_once_cost_one_request(source: PrometheusSource, requests: Asked) -> None:
    with ThreadPoolExecutor(8) as threads:
        results = list(threads.map(lambda _: fetch(source, {"s": HOURLY}, not_before=NOW), range(8)))
    assert len(requests) == 1
    assert all(same(of(result), of(results[0])) for result in results)


def test_several_queries_are_kept_each(source: PrometheusSource, requests: Asked) -> None:
    facts: dict[str, Any] = {"time_range": MONTH, "max_points": 1_500, "min_step_ms": 3_600_000}
    both = PromQueries(parts=(HOURLY, PromQuery(text="rate(visits_total[2h])", legend="visits {{host}}", **facts)))
    whole = of(look(source, both))
    requests.clear()
    assert same(whole, of(look(source, both)))
    assert points(requests) <= 4
    assert [one.label for one in whole.series] == ["visits web-1", "visits web-2", "web-1", "web-2"]
    requests.clear()
    look(source, HOURLY)
    assert points(requests) <= 2  # another panel's part of it


def test_rows_are_shared_too(source: PrometheusSource, requests: Asked) -> None:
    query = PromQuery(text="room_temperature", instant=True, names_rows=True)
    first, again = (fetch(source, {"s": query}, not_before=NOW) for _ in range(2))
    assert (first.how, again.how, len(requests)) == ("asked", "known", 1)
    forget_results()
    stored = fetch(source, {"s": query}, not_before=NOW)
    assert list(rows_of(stored.entry.frames, "s").rows()) == list(rows_of(first.entry.frames, "s").rows())


def test_notes_and_steps_are_stored(source: PrometheusSource, requests: Asked) -> None:
    query = PromQuery(text="room_temperature / 0", time_range=MONTH)
    first = fetch(source, {"s": query}, not_before=NOW)
    forget_results()
    stored = fetch(source, {"s": query}, not_before=NOW)
    assert stored.how == "stored"
    assert of(stored).notes == of(first).notes == ("Some values are infinite, and not drawn.",)
    assert of(stored).step == of(first).step is not None


def test_a_partial_answer_is_not_kept(source: PrometheusSource, monkeypatch: pytest.MonkeyPatch, requests: Asked) -> None:
    ask = Server.ask
    said: dict[str, Any] = {"warnings": ["store 10.1.2.3:10901 did not answer"]}
    monkeypatch.setattr(Server, "ask", lambda self, *args, **more: {**ask(self, *args, **more), **said})
    partial = of(look(source, HOURLY))
    assert partial.notes == ("store … did not answer",)
    said.clear()
    requests.clear()
    assert of(look(source, HOURLY)).notes == ()
    assert points(requests) == 721


def test_an_answer_that_warns_of_the_query_is_kept(
    source: PrometheusSource, monkeypatch: pytest.MonkeyPatch, requests: Asked
) -> None:
    ask = Server.ask
    said = {"infos": ["PromQL info: metric might not be a counter"]}
    monkeypatch.setattr(Server, "ask", lambda self, *args, **more: {**ask(self, *args, **more), **said})
    look(source, HOURLY)
    requests.clear()
    assert of(look(source, HOURLY)).notes == ("PromQL info: metric might not be a counter",)
    assert points(requests) <= 2


def test_tenants_share_nothing(acme: Tenant, globex: Tenant, make_prometheus: Callable[..., Any], requests: Asked) -> None:
    """Of one shared source neither: its headers may say who asks."""
    make_prometheus(scrape_interval="30m")
    for tenant in (acme, globex):
        look(source_of(tenant, language="promql", platform=True), HOURLY)  # type: ignore[arg-type]
    assert points(requests) == 2 * 721


def test_a_key_has_all_that_an_answer_depends_on(source: PrometheusSource) -> None:
    text = 'x{a=~"$a", b=~"[[b]]"}'
    variables = {"a": "1", "b": "2", "c": "3"}
    base: dict[str, Any] = {"text": text, "variables": variables, "time_range": MONTH}
    same_as_base = [{"variables": {"a": "1", "b": "2", "c": "4"}}]
    others: list[dict[str, Any]] = [
        {"variables": {**variables, "a": "4"}}, {"variables": {**variables, "b": "4"}}, {"variables": {**variables, "a": ("1",)}},
        {"variables": {**variables, "a": AllValue("1")}}, {"legend": "x"}, {"max_points": 300}, {"min_step_ms": 1_000},
        {"instant": True}, {"instant": True, "names_rows": True}, {"text": text + " "},
        {"time_range": TimeRange(NOW - timedelta(days=29), NOW, NOW)}, {"legend": "$c"}, {"legend": "$c", "variables": {**variables, "c": "9"}},
    ]  # fmt: skip
    keys = [key_of(source, {"s": PromQuery(**{**base, **changes})}) for changes in [{}, *others]]
    assert len(set(keys)) == len(keys)
    assert {key_of(source, {"s": PromQuery(**{**base, **changes})}) for changes in same_as_base} == {keys[0]}
    moved = {
        **base,
        "time_range": TimeRange(MONTH.start + timedelta(minutes=5), NOW + timedelta(minutes=5), NOW + timedelta(minutes=5)),
    }  # type: ignore[operator]
    assert key_of(source, {"s": PromQuery(**moved)}) == keys[0]


def test_an_error_is_not_kept(source: PrometheusSource, prometheus: RealPrometheus, settings: Any) -> None:
    settings.OUTBOUND_NETWORKS = []
    with pytest.raises(SourceError, match="may not go to port"):
        look(source, HOURLY)
    settings.OUTBOUND_NETWORKS = [f"127.0.0.1:{prometheus.port}"]
    assert not np.isnan(of(look(source, HOURLY)).series[0].values).all()
