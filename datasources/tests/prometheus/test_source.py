"""A real Prometheus as a source: what it answers at which steps, as series and as rows."""

import math
import threading
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any
from wsgiref.simple_server import WSGIRequestHandler, make_server

import numpy as np
import pytest
from django.core.wsgi import get_wsgi_application

from datasources.base import Sort, SqlQuery
from datasources.errors import NoSuchOrder, QueryFailed, QueryRefused
from datasources.frame import Frame, SeriesFrame, rows_of, series_of
from datasources.kinds import SOURCE_KINDS
from datasources.prom_queries import PromCount, PromOptions, PromQueries, PromQuery
from datasources.prometheus.source import PrometheusSource
from datasources.promql import Mistake
from datasources.sources import configured_of, source_of
from datasources.tests.prometheus.real import HOSTS, RealPrometheus
from datasources.timerange import TimeRange
from tenants.models import Tenant


class Quiet(WSGIRequestHandler):
    def log_message(self, *_: object) -> None:
        pass


def over(prometheus: RealPrometheus, **length: float) -> TimeRange:
    """A stretch of the history, not on any step."""
    start = datetime.fromtimestamp(prometheus.history + 86_400 + 17, UTC)
    return TimeRange(start, start + timedelta(**length))


def series(source: PrometheusSource, text: str, **facts: Any) -> SeriesFrame:
    return series_of(source.run({"s": PromQuery(text=text, **facts)}), "s")


def rows(source: PrometheusSource, text: str, **facts: Any) -> Frame:
    return rows_of(source.run({"s": PromQuery(text=text, instant=True, **facts)}), "s")


def test_points_stand_at_multiples_of_the_step(source: PrometheusSource, prometheus: RealPrometheus) -> None:
    frame = series(source, "room_temperature", time_range=over(prometheus, hours=12), max_points=300)
    assert frame.step == 1_800
    for one, host in zip(frame.series, HOSTS, strict=True):
        assert one.label == host
        assert one.labels["host"] == host
        assert len(one.times) == 24 + 1
        assert (one.times % 1_800 == 0).all()
        assert one.values.tolist() == [prometheus.temperature(host, moment) for moment in one.times.tolist()]
    assert (frame.row_count, frame.truncated, frame.lost, frame.notes) == (50, False, 0, ())


def test_the_step_follows_from_width_and_least_step(source: PrometheusSource, prometheus: RealPrometheus) -> None:
    month = over(prometheus, days=20)
    assert series(source, "room_temperature", time_range=month, max_points=300).step == 7_200
    assert series(source, "room_temperature", time_range=month, max_points=1_500).step == 1_800
    assert series(source, "room_temperature", time_range=month, max_points=1_500, min_step_ms=3_600_000).step == 3_600


def test_macros_are_grafanas(source: PrometheusSource, prometheus: RealPrometheus) -> None:
    """The rate interval is four scrapes, or a scrape more than the step; a visit a minute is 1/60 a second."""
    frame = series(source, "rate(visits_total[$__rate_interval])", time_range=over(prometheus, days=2), max_points=300)
    assert frame.sql == "rate(visits_total[2h0m0s])"
    assert np.allclose(frame.series[0].values, 1 / 60, rtol=0.01)
    (range_of,) = rows(source, "vector($__range_s)", time_range=over(prometheus, hours=3)).column("value")
    assert range_of == 10_800


def test_variables_are_written_in(source: PrometheusSource, prometheus: RealPrometheus) -> None:
    facts: dict[str, Any] = {"time_range": over(prometheus, hours=2)}
    one = series(source, 'room_temperature{host="$host"}', variables={"host": "web-2"}, **facts)
    several = series(source, 'room_temperature{host=~"$host"}', variables={"host": ("web-2", "web-1")}, **facts)
    none = series(source, 'room_temperature{host=~"$host"}', variables={"host": "web.*"}, **facts)
    assert [len(frame.series) for frame in (one, several, none)] == [1, 2, 0]


def test_who_asks_is_nobodys_to_choose(source: PrometheusSource, prometheus: RealPrometheus) -> None:
    """A shared source may have all tenants' series: what selects those of one must not be in an address."""
    facts: dict[str, Any] = {"time_range": over(prometheus, hours=2), "variables": {"__tenant": "web-2"}}
    assert series(source, 'room_temperature{host!="$__tenant"}', **facts).sql == 'room_temperature{host!="acme"}'
    assert rows(source, "room_temperature{host=~'${__tenant}'}", **facts).row_count == 0
    for text in ('label_values(room_temperature{host="$__tenant"}, host)', 'query_result(visits_total{host="$__tenant"})'):
        options = PromOptions(text=text, time_range=facts["time_range"], variables=facts["variables"])
        assert rows_of(source.run({"o": options}), "o").row_count == 0


@pytest.mark.parametrize(
    ("text", "legend", "names"),
    [
        ("room_temperature", "", ["web-1", "web-2"]), ("room_temperature", "{{host}}", ["web-1", "web-2"]),
        ("room_temperature", "{{ host }} in $city", ["web-1 in Rome", "web-2 in Rome"]), ("sum(room_temperature)", "", ["default"]),
        ("room_temperature", "all", ["all", "all (2)"]), ("sum(room_temperature)", "Sum", ["Sum"]),
        ('room_temperature{host="web-1"}', "", ["room_temperature"]), ("room_temperature", "{{nosuch}}", ["default", "default (2)"]),
        ('{__name__=~"room_temperature|visits_total", host="web-1"}', "", ["room_temperature", "visits_total"]),
        ('{__name__=~"room_temperature|visits_total"}', "", ['room_temperature{host="web-1"}', 'room_temperature{host="web-2"}',
                                                              'visits_total{host="web-1"}', 'visits_total{host="web-2"}']),
        ('sum by (host) (room_temperature{host="web-1"})', "", ['{host="web-1"}']),
    ],
)  # fmt: skip
def test_series_are_named(source: PrometheusSource, prometheus: RealPrometheus, text: str, legend: str, names: list[str]) -> None:
    frame = series(source, text, legend=legend, time_range=over(prometheus, hours=1), variables={"city": "Rome"})
    assert [one.label for one in frame.series] == names


def test_what_is_asked_together_is_of_one_moment(source: PrometheusSource) -> None:
    """Pages ask up to a moment that is still to come, and two queries' rows of equal labels are one row."""
    now = datetime.now(UTC)
    asked = TimeRange(now - timedelta(minutes=5), now + timedelta(seconds=30))
    parts = [
        PromQuery(text=text, instant=True, time_range=asked, legend=name, letter=letter)
        for text, name, letter in (("vector(1)", "one", "A"), ("vector(1) + 1", "two", "B"))
    ]
    frame = rows_of(source.run({"s": PromQueries(parts=tuple(parts))}), "s")
    assert [(row[-2:]) for row in frame.rows()] == [(1, 2)]


def test_rows_have_a_column_a_label(source: PrometheusSource, prometheus: RealPrometheus) -> None:
    time_range = over(prometheus, hours=1, seconds=-17)
    frame = rows(source, "room_temperature", time_range=time_range)
    assert frame.names == ["time", "__name__", "host", "value"]
    assert [column.kind for column in frame.columns] == ["time", "text", "text", "number"]
    assert set(frame.column("time")) == {time_range.stop}
    assert sorted(frame.column("host")) == list(HOSTS)
    named = rows(source, "room_temperature", time_range=time_range, names_rows=True, legend="at {{host}}")
    assert named.names == ["label", "time", "__name__", "host", "value"]
    assert sorted(named.column("label")) == ["at web-1", "at web-2"]


@pytest.mark.parametrize(
    ("text", "value"), [("vector(1) / 0", math.inf), ("-vector(1) / 0", -math.inf), ("vector(0) / 0", math.nan)]
)
def test_numbers_that_are_none_are_handed_on(source: PrometheusSource, text: str, value: float) -> None:
    assert str(rows(source, text).column("value")[0]) == str(value)
    frame = series(source, text, time_range=TimeRange(datetime(2026, 1, 1, tzinfo=UTC), datetime(2026, 1, 2, tzinfo=UTC)))
    assert np.isnan(frame.series[0].values).all()
    assert ("infinite" in " ".join(frame.notes)) is math.isinf(value)


def test_a_scalar_and_a_text_are_rows_too(source: PrometheusSource) -> None:
    assert next(rows(source, "1 + 1").rows())[1:] == (2.0,)
    assert rows(source, '"hello"').names == ["time", "text", "value"]
    assert len(rows(source, "room_temperature[1d]", time_range=TimeRange()).column("value")) <= 2 * 48


def test_rows_are_sorted_searched_and_cut_into_pages(
    source: PrometheusSource, prometheus: RealPrometheus, requests: list[Any]
) -> None:
    query = PromQuery(text="room_temperature", instant=True, time_range=over(prometheus, hours=1, seconds=-17))

    def look(**changes: Any) -> Frame:
        return rows(source, query.text, time_range=query.time_range, **changes)

    assert look(sort=Sort("host", descending=True)).column("host") == ("web-2", "web-1")
    assert look(search="WEB-2").column("host") == ("web-2",)
    by_host = Sort("host")
    assert [[*look(limit=1, offset=offset, sort=by_host).column("host")] for offset in range(3)] == [["web-1"], ["web-2"], []]
    with pytest.raises(NoSuchOrder):
        look(sort=Sort("nosuch"))
    requests.clear()
    answers = source.run(
        {"page": PromQuery(text=query.text, instant=True, time_range=query.time_range, limit=1), "total": PromCount(of=query)}
    )
    assert rows_of(answers, "total").column("total") == [2]
    assert len(requests) == 1  # a page and how many there are cost one request


def test_several_queries_are_one_answer(source: PrometheusSource, prometheus: RealPrometheus) -> None:
    facts: dict[str, Any] = {"time_range": over(prometheus, hours=1, seconds=-17)}
    texts = ("room_temperature", "visits_total")
    beside = series_of(source.run({"s": PromQueries(parts=tuple(PromQuery(text=text, **facts) for text in texts))}), "s")
    assert [one.label for one in beside.series] == ["web-1", "web-1 (2)", "web-2", "web-2 (2)"]
    parts = tuple(PromQuery(text=f"sum by (host) ({text})", instant=True, legend=text.split("_")[0], **facts) for text in texts)
    joined = rows_of(source.run({"s": PromQueries(parts=parts)}), "s")
    assert joined.names == ["time", "host", "room", "visits"]
    assert joined.row_count == 2
    moment = facts["time_range"].stop.timestamp()
    assert min(joined.rows())[1:] == ("web-1", prometheus.temperature("web-1", moment), prometheus.visits("web-1", moment))


def test_a_file_has_all_points(source: PrometheusSource, prometheus: RealPrometheus) -> None:
    query = PromQuery(text="room_temperature", time_range=over(prometheus, days=20), max_points=1_500)
    pieces = list(source.stream(query))
    assert pieces[0].names == ["timestamp", "label", "value"]
    assert sum(piece.row_count for piece in pieces) == source.count(query) == 2 * (20 * 48 + 1)
    assert [piece.row_count for piece in source.stream(PromQuery(text="nosuch", instant=True))] == [0]


def test_a_query_is_explained(source: PrometheusSource, prometheus: RealPrometheus) -> None:
    explained = source.explain(PromQuery(text="rate(visits_total[$__rate_interval])", time_range=over(prometheus, hours=12)))
    assert (explained.sql, explained.lines) == ("rate(visits_total[2h0m0s])", ("25 steps of 30m",))
    assert source.fit([PromQuery(text="up")]) == 0
    with pytest.raises(Mistake):
        source.fit([PromQuery(text="up +")])


def test_too_many_points_are_said(acme: Tenant, make_prometheus: Callable[..., Any], prometheus: RealPrometheus) -> None:
    acme.row_limit = 30
    make_prometheus(tenant=acme, scrape_interval="30m")
    source = source_of(acme, language="promql", platform=False)
    frame = series_of(source.run({"s": PromQuery(text="room_temperature", time_range=over(prometheus, hours=12))}), "s")
    assert (frame.truncated, frame.row_count, len(frame.series)) == (True, 25, 1)
    cut = rows_of(source.run({"s": PromQuery(text="room_temperature[20d]", instant=True)}), "s")
    assert (cut.truncated, cut.row_count) == (True, 30)


@pytest.mark.parametrize(
    ("text", "error", "words"),
    [
        ("up +", Mistake, "column 5"), ("room_temperature * on() visits_total", QueryFailed, "several series"),
        ("sum_over_time(room_temperature[30d:1s])", QueryFailed, "more samples"),
        ("label_replace(room_temperature, 'host', 'x', '', '')", QueryFailed, "same labels"),
        ("histogram_quantile(0.9, room_temperature) or vector(", Mistake, "not closed"),
    ],
)  # fmt: skip
def test_what_is_wrong_is_said(source: PrometheusSource, text: str, error: Any, words: str) -> None:
    now = datetime.now(UTC)
    with pytest.raises(error) as caught:
        series(source, text, time_range=TimeRange(now - timedelta(hours=2), now))
    assert words in f"{caught.value.sentence} {caught.value.detail}"


def test_mistakes_of_another_dialect_are_the_servers_to_find(
    acme: Tenant, make_prometheus: Callable[..., Any], prometheus: RealPrometheus
) -> None:
    """With their place in what the editor wrote, as far as it tells."""
    make_prometheus(tenant=acme, flavour="victoriametrics")
    source = source_of(acme, language="promql", platform=False)
    written = 'rate(x{host="$host"}[5m]) keep_metric_names'
    with pytest.raises(Mistake) as caught:
        source.run({"s": PromQuery(text=written, variables={"host": "y" * 100}, time_range=over(prometheus, hours=1))})
    assert caught.value.at == written.index("keep")


def test_sql_is_not_spoken(source: PrometheusSource) -> None:
    with pytest.raises(QueryRefused, match="PromQL"):
        source.run({"s": SqlQuery(text="SELECT 1")})


def test_how_it_is(make_prometheus: Callable[..., Any], prometheus: RealPrometheus, acme: Tenant) -> None:
    configured = configured_of(make_prometheus(tenant=acme))
    prometheus.wait_for_targets()
    status = SOURCE_KINDS["prometheus"].status(configured, acme)
    assert status.is_connected
    assert status.version.startswith("Prometheus 2.")
    assert status.facts == (("Targets", "2 of 4 up"),)
    assert status.latency_ms is not None
    assert rows(source_of(acme, language="promql", platform=False), 'node_load1{job="node"}').row_count == 1  # type: ignore[arg-type]


def test_it_looks_at_ourselves(source: PrometheusSource, prometheus: RealPrometheus) -> None:
    """PanelDash's own figures, drawn by PanelDash; with its second look it finds that it was asked before."""
    ours = 'paneldash_requests_total{job="paneldash", view="metrics"}'
    with make_server("127.0.0.1", prometheus.our_port, get_wsgi_application(), handler_class=Quiet) as server:
        threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True).start()
        prometheus.wait_for(f"count({ours}) > 0", answers=1)
        frame = rows(source, ours)
        server.shutdown()
    assert frame.row_count >= 1
