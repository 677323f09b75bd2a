"""What panels show, by their type: each type says the shape of its own."""

from functools import reduce
from operator import or_
from typing import Annotated, Any, Literal

from pydantic import BaseModel, Field

from dashboards.panels import PANEL_TYPES

SHAPES: Any = reduce(or_, (kind.shape for kind in PANEL_TYPES.values()))


class Aggregated(BaseModel):
    applied: Literal[True]
    bucket_interval: Annotated[str, Field(examples=["1 hour"])]


class NotAggregated(BaseModel):
    applied: Literal[False]
    reason: Literal["range too small", "disable_aggregation flag"]


class PanelData(BaseModel):
    panel_id: str
    panel_type: str
    data: SHAPES
    aggregation_info: Annotated[Aggregated | NotAggregated | None, Field(description="Of a time series with a range.")]


EXAMPLE = {
    "panel_id": "cpu_usage",
    "panel_type": "timeseries",
    "data": {"series": [{"label": "web-1", "timestamps": ["2026-11-21T12:00:00Z"], "values": [41.5]}]},
    "aggregation_info": {"applied": True, "bucket_interval": "1 minute"},
}
