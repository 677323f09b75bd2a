"""Health status: what each service says of itself, worst first."""

from collections import Counter
from collections.abc import Mapping
from datetime import datetime
from typing import Annotated, Any, Literal

from pydantic import Field

from dashboards.panels.base import Answer, Ask, PanelType, WrongShape
from dashboards.panels.cells import json_value, text_of
from dashboards.panels.document import Colour, DataSource, Label, Name, PanelDocument, Strict
from datasources.base import Query, SqlQuery, TableQuery
from datasources.frame import Frame
from datasources.guard import split_kpi_query

UNKNOWN = ("unknown", "#6B7280")  # CONTRACT.md: an unmapped status, and NULL
SHAPES = ("circle", "triangle", "octagon", "diamond")
MOST_SERVICES = 1_000


class Status(Strict):
    """`severity` orders the statuses, the highest is worst; without one it is the place in the mapping."""

    label: Label
    color: Colour
    severity: Annotated[int, Field(ge=0, le=100)] | None = None


class Columns(Strict):
    service_name: Name
    status_value: Name
    changed_at: Name | None = None


class HealthSource(DataSource):
    columns: Columns | None = None


class HealthDisplay(Strict):
    status_mapping: Annotated[dict[str, Status], Field(max_length=50)] = {}

    model_config = {**Strict.model_config, "coerce_numbers_to_str": True}


class HealthDocument(PanelDocument):
    type: Literal["health_status"] = "health_status"
    data_source: HealthSource
    display: HealthDisplay = HealthDisplay()


class HealthStatus(PanelType[HealthDocument]):
    name = "health_status"
    label = "Health status"
    document = HealthDocument

    def queries(self, document: HealthDocument, ask: Ask) -> dict[str, Query]:
        source, variables = document.data_source, {**document.variables, **ask.variables}
        if source.columns is None or source.table is None:
            return {"services": SqlQuery(text=source.sql or "", time_range=ask.time_range, variables=variables)}
        where, order_by, _ = (
            split_kpi_query(source.query) if isinstance(source.query, str) else (source.where, source.order_by, None)
        )
        columns = source.columns.model_dump(exclude_none=True)
        return {
            "services": TableQuery(
                table=source.table,
                columns=columns,
                where=where,
                order_by=order_by,
                limit=MOST_SERVICES,
                variables=variables,
            )
        }

    def answer(self, document: HealthDocument, frames: Mapping[str, Frame], ask: Ask) -> Answer:
        services = _services(frames["services"], document.display, ask)
        public = ("service_name", "status_value", "status_label", "status_color")
        data = {"services": [{name: service[name] for name in public} for service in services]}
        return Answer(data=data, is_empty=not services)

    def context(self, document: HealthDocument, frames: Mapping[str, Frame], ask: Ask) -> dict[str, Any]:
        """`counts` (label, color, shape, number; worst first), `services` (besides: shape, changed_at), `is_empty`."""
        services = _services(frames["services"], document.display, ask)
        number = Counter(service["status_label"] for service in services)
        first = {service["status_label"]: service for service in reversed(services)}
        shown = dict.fromkeys(service["status_label"] for service in services)
        return {
            "counts": [{**first[label], "number": number[label]} for label in shown],
            "services": services,
            "is_empty": not services,
        }

    def export(self, document: HealthDocument, ask: Ask) -> Query:
        return self.queries(document, ask)["services"]


def _services(frame: Frame, display: HealthDisplay, ask: Ask) -> list[dict[str, Any]]:
    """The services with what the mapping says of their status, worst first, then by name."""
    for needed in ("service_name", "status_value"):
        if needed not in frame.names:
            raise WrongShape(f"The query of a health panel gives a column named “{needed}”.")
    rows = [dict(zip(frame.names, row, strict=True)) for row in frame.rows()]
    ranks = _ranks(display)
    services = [_service(row, display, ranks, ask) for row in rows]
    return sorted(services, key=lambda service: (-service["rank"], service["service_name"].lower()))


def _service(row: Mapping[str, Any], display: HealthDisplay, ranks: Mapping[str, int], ask: Ask) -> dict[str, Any]:
    value = row["status_value"]
    key = text_of(value, ask.zone)
    status = display.status_mapping.get(key) if value is not None else None
    label, colour = (status.label, status.color) if status is not None else UNKNOWN
    changed = row.get("changed_at")
    rank = ranks.get(key, 1) if status is not None else 1
    return {
        "service_name": text_of(row["service_name"], ask.zone),
        "status_value": json_value(value),
        "status_label": label,
        "status_color": colour,
        "rank": rank,
        "shape": SHAPES[min(rank // 2, 2)] if status is not None else SHAPES[3],
        "changed_at": changed if isinstance(changed, datetime) else None,
    }


def _ranks(display: HealthDisplay) -> dict[str, int]:
    """Even numbers by severity or place; unknown, 1, stands between the best and the next."""
    severities = {
        key: status.severity if status.severity is not None else place
        for place, (key, status) in enumerate(display.status_mapping.items())
    }
    order = sorted(set(severities.values()))
    return {key: 2 * order.index(severity) for key, severity in severities.items()}


PANEL_TYPE = HealthStatus()
