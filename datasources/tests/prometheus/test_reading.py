"""Answers of servers that do not say what Prometheus says: each is an error that is caught, never a bug or a wrong chart."""

from typing import Any

import pytest

from datasources.prometheus.reading import read_rows, read_series

SEEN = (KeyError, TypeError, ValueError, IndexError)


def answer(kind: str, metric: Any, **sample: Any) -> dict[str, Any]:
    return {"status": "success", "data": {"resultType": kind, "result": [{"metric": metric, **sample}]}}


@pytest.mark.parametrize("metric", ["up", ["up"], {"job": 5}, None])
def test_labels_that_are_no_texts_by_name_are_refused(metric: Any) -> None:
    with pytest.raises(SEEN):
        read_rows(answer("vector", metric, value=[1, "1"]), most_rows=10)
    with pytest.raises(SEEN):
        read_series(answer("matrix", metric, values=[[1, "1"]]), most_points=10, step=1.0)


@pytest.mark.parametrize("moment", [1e300, float("nan"), -1e300])
def test_moments_of_no_calendar_are_refused(moment: float) -> None:
    with pytest.raises(SEEN):
        read_series(answer("matrix", {"job": "a"}, values=[[moment, "1"]]), most_points=10, step=1.0)


def test_a_bound_that_is_no_number_is_not_drawn_as_another() -> None:
    buckets = [[0, "-Inf", "0", "1"], [0, "NaN", "1", "2"]]
    with pytest.raises(SEEN):
        read_series(
            answer("matrix", {"job": "a"}, histograms=[[1, {"buckets": buckets}]]), most_points=100, step=1.0, buckets=True
        )
