"""Lists to choose from: the functions of Grafana's variables, and names for completion."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.test import Client

from datasources.errors import QueryRefused, ValueMissing
from datasources.frame import rows_of
from datasources.prom_queries import PromOptions
from datasources.prometheus.options import Names, validate, wanted
from datasources.prometheus.source import PrometheusSource
from datasources.promql.check import check
from datasources.promql.expand import Expanded
from datasources.tests.hostile import HOSTILE
from datasources.tests.prometheus.real import RealPrometheus
from datasources.tests.promql.asking import shape
from datasources.timerange import TimeRange
from tenants.models import Tenant, User


@pytest.fixture
def options(source: PrometheusSource, prometheus: RealPrometheus) -> Callable[..., list[str]]:
    start = datetime.fromtimestamp(prometheus.history + 86_400, UTC)

    def run(text: str, **variables: Any) -> list[str]:
        query = PromOptions(text=text, time_range=TimeRange(start, start + timedelta(hours=1)), variables=variables)
        return list(rows_of(source.run({"o": query}), "o").column("value"))

    return run


def test_what_there_is_to_choose_from(options: Callable[..., list[str]], prometheus: RealPrometheus) -> None:
    assert options("label_values(host)") == ["web-1", "web-2"]
    assert options("label_values(room_temperature, host)") == ["web-1", "web-2"]
    assert options('label_values(room_temperature{host=~"$h"}, host)', h=("web-2",)) == ["web-2"]
    assert options('label_values({__name__=~"room.*", host!="web-1"}, host)') == ["web-2"]
    assert options("label_values($metric, $label)", metric="visits_total", label="host") == ["web-1", "web-2"]
    assert options("label_names()") == options("label_names(room_temperature)") == ["__name__", "host"]
    assert options("metrics()") == ["room_temperature", "visits_total"]
    assert options("metrics(temp)") == options("metrics(^room_.*e$)") == ["room_temperature"]
    moment = prometheus.history + 86_400 + 3_600
    (found,) = options('query_result(visits_total{host="web-1"})')
    assert found == f'visits_total{{host="web-1"}} {prometheus.visits("web-1", moment)} {moment * 1_000}'


def test_there_may_be_more(source: PrometheusSource) -> None:
    """Without a range, of what there was in the last day."""
    frame = rows_of(source.run({"o": PromOptions(text="label_values(room_temperature, host)", limit=1)}), "o")
    assert (list(frame.column("value")), frame.truncated) == (["web-1"], True)


@pytest.mark.parametrize(
    "text", ["", "SELECT 1", "label_values()", "label_values(a, b, c)", "label_values(up, ../../admin)", "label_values(up{, a)", "nosuch(up)",
             "label_values(up + 1, job", "metrics(()", "query_result()", "label_values(job) + 1", "label_values(a-b)"],
)  # fmt: skip
def test_what_is_no_list_is_refused(source: PrometheusSource, text: str) -> None:
    with pytest.raises(QueryRefused):
        source.run({"o": PromOptions(text=text)})


def test_a_value_changes_no_list() -> None:
    """Whatever it is: a label's name is one, a matcher's text is a literal."""
    for value in HOSTILE:
        asked = wanted(PromOptions(text='label_values(up{a="$v"}, job)', variables={"v": value}), tenant="acme")
        assert isinstance(asked, Names)
        assert asked.path == "label/job/values"
        assert shape(check(Expanded(asked.selector, asked.selector, ((0, 0),))).tree)[2] == [value]
        try:
            asked = wanted(PromOptions(text="label_values(up, $v)", variables={"v": value}), tenant="acme")
        except QueryRefused:
            continue
        assert isinstance(asked, Names)
        assert asked.path == f"label/{value}/values"
        assert value.isidentifier()
    with pytest.raises(ValueMissing):
        wanted(PromOptions(text="label_values(up, $v)"), tenant="acme")


def test_editors_get_names_for_completion(
    client: Client, ada: User, bob: User, eve: User, acme: Tenant, make_prometheus: Callable[..., Any], requests: list[Any]
) -> None:
    make_prometheus("metrics", tenant=acme)
    expected = {"metrics": "room_temperature", "labels": "host", "values": "web-1"}
    at = "/t/acme/sources/metrics/names/"
    client.force_login(ada)
    for what, name in expected.items():
        answer = client.get(at, {"what": what, "label": "host", "match": "room_temperature"})
        assert answer.status_code == 200
        assert name in answer.json()["names"]
        assert answer.json()["is_cut"] is False
    client.get(at, {"what": "metrics"})
    before = len(requests)
    assert client.get(at, {"what": "metrics", "q": "ROOM"}).json()["names"] == ["room_temperature"]
    assert len(requests) == before  # what is there is shared
    assert client.get(at, {"what": "nosuch"}).status_code == 422
    assert client.get(at, {"what": "values", "label": "../x"}).status_code == 422
    assert client.get("/t/acme/sources/nosuch/names/", {"what": "metrics"}).status_code == 422
    assert client.get("/t/acme/sources/tenant/names/", {"what": "metrics"}).status_code == 200  # the default one
    client.force_login(bob)
    assert client.get(at, {"what": "metrics"}).status_code == 403
    client.force_login(eve)
    assert client.get(at, {"what": "metrics"}).status_code == 404


def test_a_shared_source_that_is_closed_tells_tenants_no_names(
    client: Client, ada: User, acme: Tenant, make_prometheus: Callable[..., Any]
) -> None:
    row = make_prometheus("shared")
    row.is_open = False
    row.save()
    client.force_login(ada)
    assert client.get("/t/acme/sources/shared/names/", {"what": "metrics"}).status_code == 422


@pytest.mark.parametrize(
    "text",
    ["metrics(node_[a-z]+\\.x)", 'label_values(up{job=~"$job"}, $label)', "label_values($metric, job)", "query_result($q)"],
)
def test_a_list_may_be_saved_before_its_variables_have_values(text: str) -> None:
    validate(text)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("nosuch(up)", "Write label_values(metric, label)"),
        ("label_values(up{job=}, job)", "At column 21: label_values(up{job=⟨here⟩}, job)"),
        ('label_values(up{a="$long_name",, b="c"}, job)', "At column 32"),
        ("query_result(sum(up)", "At column 17"),
        ("label_values(up, in-stance)", "“in-stance” is none."),
    ],
)
def test_a_mistake_in_a_list_is_found_when_it_is_saved(text: str, said: str) -> None:
    with pytest.raises(QueryRefused) as refused:
        validate(text)
    assert said in refused.value.detail
