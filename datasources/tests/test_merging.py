"""Several queries' rows as those of one."""

from typing import Any

import pytest

from datasources.frame import Column, Frame
from datasources.merging import merged
from datasources.prom_queries import PromQuery
from datasources.timerange import TimeRange

QUERIES = [
    PromQuery(text=text, time_range=TimeRange(), instant=True, letter=letter) for text, letter in (("up", "A"), ("age", "B"))
]


def rows(*found: tuple[Any, ...], names: tuple[str, ...] = ("__name__", "job", "value")) -> Frame:
    columns = tuple(Column(name, "number" if name == "value" else "text") for name in names)
    return Frame(columns, tuple(map(list, zip(*found, strict=True))))


def test_rows_of_two_metrics_are_one_where_their_labels_are_equal() -> None:
    both = merged([rows(("up", "api", 1.0), ("up", "web", 0.0)), rows(("age", "web", 7.0))], QUERIES)
    assert isinstance(both, Frame)
    assert both.names == ["job", "value A", "value B"]
    assert list(both.rows()) == [("api", 1.0, None), ("web", 0.0, 7.0)]


@pytest.mark.parametrize("other", [rows(("age", "api", 7.0)), rows(("api", 7.0), names=("job", "value"))])
def test_a_query_for_several_metrics_keeps_their_names(other: Frame) -> None:
    both = merged([rows(("up", "api", 1.0), ("down", "api", 2.0)), other], QUERIES)
    assert isinstance(both, Frame)
    assert both.names == ["__name__", "job", "value A", "value B"]
    assert both.row_count == 3
