"""What panels show, by their type: CONTRACT.md to the letter."""

from typing import Annotated, Any, Literal

from pydantic import BaseModel, Field

QUERY = Field(description="The SQL that was run; for editors.")
Colour = Annotated[str, Field(examples=["#10B981"])]


class Series(BaseModel):
    label: str
    timestamps: list[str]
    values: list[float | None]


class TimeseriesData(BaseModel):
    series: list[Series]
    query_executed: Annotated[str | None, QUERY] = None


class KpiData(BaseModel):
    value: float | None
    unit: str
    decimals: int | None
    threshold_status: str
    threshold_color: Colour
    query_executed: Annotated[str | None, QUERY] = None


class Service(BaseModel):
    service_name: str
    status_value: Any
    status_label: str
    status_color: Colour


class HealthData(BaseModel):
    services: list[Service]
    query_executed: Annotated[str | None, QUERY] = None


class TableColumn(BaseModel):
    name: str
    display: str
    format: str | None


class Pagination(BaseModel):
    current_page: int
    page_size: int
    total_rows: int
    total_pages: int
    total_is_estimate: Annotated[bool, Field(description="There where the total is not exact.")] = False


class Sorting(BaseModel):
    column: str | None
    order: Literal["asc", "desc"]


class TableData(BaseModel):
    columns: list[TableColumn]
    rows: list[dict[str, Any]]
    pagination: Pagination
    sort: Sorting
    query_executed: Annotated[str | None, QUERY] = None


class Aggregated(BaseModel):
    applied: Literal[True]
    bucket_interval: Annotated[str, Field(examples=["1 hour"])]


class NotAggregated(BaseModel):
    applied: Literal[False]
    reason: Literal["range too small", "disable_aggregation flag"]


class PanelData(BaseModel):
    panel_id: str
    panel_type: str
    data: TimeseriesData | KpiData | HealthData | TableData
    aggregation_info: Annotated[Aggregated | NotAggregated | None, Field(description="Of a time series with a range.")]


EXAMPLE = {
    "panel_id": "cpu_usage",
    "panel_type": "timeseries",
    "data": {"series": [{"label": "web-1", "timestamps": ["2026-11-21T12:00:00Z"], "values": [41.5]}]},
    "aggregation_info": {"applied": True, "bucket_interval": "1 minute"},
}
