"""Health status: what each service says of itself, worst first."""

from collections import Counter
from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Annotated, Any, ClassVar, Literal, Self

from pydantic import BaseModel, BeforeValidator, Field, model_validator

from dashboards.panels.anchors import Origin, href_of
from dashboards.panels.base import Answer, Ask, Data, PanelType, WrongShape
from dashboards.panels.colours import NAMED, hex_of
from dashboards.panels.document import PanelDocument, QueryDocument
from dashboards.panels.links import Link
from dashboards.panels.mappings import Mapped, Mappings, mapped
from dashboards.panels.parts import Colour, DataSource, Label, Name, Strict
from dashboards.panels.querying import RowColumns, rows_query
from dashboards.panels.thresholds import SHAPES, tone_of
from dashboards.panels.values import json_value, text_of
from datasources.base import Query
from datasources.frame import Frame, Frames, renamed, rows_of
from datasources.timerange import UTC_ZONE

MOST_SERVICES = 1_000
UNKNOWN_SHAPE = "diamond"


class Status(Strict):
    """`severity` orders the statuses, the highest is worst; without one it is the place in the mapping."""

    label: Annotated[Label, Field(min_length=1)]
    color: Colour
    severity: Annotated[int, Field(ge=0, le=1_000)] | None = None


def _key(raw: Any) -> Any:
    """YAML reads `0:` as a number and `yes:` as a truth: a status is known by the text it has in a query's answer."""
    return text_of(raw, UTC_ZONE) if isinstance(raw, int | float) else raw


class HealthDisplay(Strict):
    """`mappings` are for statuses that `status_mapping` has none of. `link`: where a service leads, with its row's values."""

    mappings: Mappings = []
    link: Link | None = None
    status_mapping: Annotated[dict[Annotated[Label, BeforeValidator(_key)], Status], Field(max_length=50)] = {}

    @model_validator(mode="after")
    def _keep_the_order(self) -> Self:
        """Write down the severities that are given by order: a JSON database column does not keep the order of keys."""
        for place, (key, status) in enumerate(self.status_mapping.items()):
            if status.severity is None:
                self.status_mapping[key] = status.model_copy(update={"severity": place})
        return self


class Columns(Strict):
    service_name: Name
    status_value: Name
    changed_at: Name | None = None


class HealthSource(DataSource):
    columns: Columns | None = None


class HealthDocument(QueryDocument):
    type: Literal["health_status"] = "health_status"
    data_source: HealthSource
    display: HealthDisplay = HealthDisplay()


class Service(BaseModel):
    service_name: str
    status_value: Any
    status_label: str
    status_color: Annotated[str, Field(examples=["#10B981"])]


class HealthData(Data):
    services: list[Service]


class HealthStatus(PanelType[HealthDocument]):
    name: ClassVar[str] = "health_status"
    label: ClassVar[str] = "Health status"
    document: ClassVar[type[PanelDocument]] = HealthDocument
    shape: ClassVar[type[Data]] = HealthData

    def queries(self, document: HealthDocument, ask: Ask) -> dict[str, Query]:
        return {"services": rows_query(document, ask, _read(document.data_source), limit=MOST_SERVICES + 1)}

    def answer(self, document: HealthDocument, frames: Frames, ask: Ask) -> Answer:
        services = _services(rows_of(frames, "services"), document.display, ask)
        public = ("service_name", "status_value", "status_label", "status_color")
        data = {"services": [{name: service[name] for name in public} for service in services]}
        return Answer(data=data, notes=_notes(rows_of(frames, "services")), is_empty=not services)

    def context(self, document: HealthDocument, frames: Frames, ask: Ask) -> dict[str, Any]:
        """`services`, worst first: the contract's fields, `shape`, and `changed_at` (a datetime or None).

        `counts`: one a status, worst first, with `status_label`, `status_color`, `shape` and `number`.
        """
        services = _services(rows_of(frames, "services"), document.display, ask)
        return {
            "services": services,
            "counts": _counts(services),
            "notes": _notes(rows_of(frames, "services")),
            "is_empty": False,
        }

    def export(self, document: HealthDocument, ask: Ask) -> Query:
        return self.queries(document, ask)["services"]


def _read(source: HealthSource) -> RowColumns | None:
    """A service is shown as it is now, whatever the page's range; but of a history, with an aggregate, what is in the range."""
    if source.columns is None:
        return None
    given = source.columns.model_dump(exclude_none=True)
    name = {"service_name": given.pop("service_name")}
    return RowColumns(given, name, timestamp=source.columns.changed_at if source.aggregate is not None else None)


def _services(frame: Frame, display: HealthDisplay, ask: Ask) -> list[dict[str, Any]]:
    """The services with what the mapping says of their status, worst first, then by name.

    Of PromQL the label of a series names the service, and its value is the status.
    """
    if {"label", "value"} <= set(frame.names):
        frame = renamed(frame, {"label": "service_name", "value": "status_value"})
    for needed in ("service_name", "status_value"):
        if needed not in frame.names:
            raise WrongShape(f"The query of a health panel gives a column named “{needed}”.")
    ranks = _ranks(display)
    worst = max(ranks.values(), default=0)
    rows = (dict(zip(frame.names, row, strict=True)) for row in frame.rows())
    services = [_service(row, display, ranks, worst, ask) for row in rows]
    services.sort(key=lambda service: (-service["rank"], service["service_name"].lower()))
    return services[:MOST_SERVICES]


def _service(row: Mapping[str, Any], display: HealthDisplay, ranks: Mapping[str, int], worst: int, ask: Ask) -> dict[str, Any]:
    value, changed_at = row["status_value"], row.get("changed_at")
    name, key = text_of(row["service_name"], UTC_ZONE), _status_key(value)
    status = display.status_mapping.get(key) if value is not None else None
    called = mapped(display.mappings, value) if status is None and display.mappings else None
    return {
        "service_name": name,
        "status_value": json_value(value),
        **(_as_mapped(status, ranks[key], worst) if status is not None else _as_called(called, worst)),
        "changed_at": changed_at if isinstance(changed_at, datetime) else None,
        "href": href_of(display.link, ask, Origin(row, value, name)) if display.link is not None else "",
    }


def _as_mapped(status: Status, rank: int, worst: int) -> dict[str, Any]:
    return {"status_label": status.label, "status_color": hex_of(status.color), "rank": rank, "shape": _shape(rank, worst)}


def _as_called(called: Mapped | None, worst: int) -> dict[str, Any]:
    """A status by its value mapping: as bad as its colour says. CONTRACT.md: one that nobody knows is unknown."""
    if called is None:
        return {"status_label": "unknown", "status_color": NAMED["unknown"], "rank": 1, "shape": UNKNOWN_SHAPE}
    tone = tone_of(called.colour)
    rank = {"good": 0, "warning": 1, "critical": max(worst, 2)}[tone] if tone else 1
    label, colour = called.text or "unknown", called.colour or NAMED["unknown"]
    return {"status_label": label, "status_color": colour, "rank": rank, "shape": SHAPES[tone] if tone else UNKNOWN_SHAPE}


def _status_key(value: Any) -> str:
    """A status as it is written in a document: 1.0 from a column of doubles is 1."""
    text = text_of(value, UTC_ZONE)
    return text.rstrip("0").rstrip(".") if "." in text and not isinstance(value, str) else text


def _ranks(display: HealthDisplay) -> dict[str, int]:
    """Even numbers by severity. What is unknown, 1, stands between the best and the next: it may be bad."""
    severities = {key: status.severity or 0 for key, status in display.status_mapping.items()}
    order = sorted(set(severities.values()))
    return {key: 2 * order.index(severity) for key, severity in severities.items()}


def _shape(rank: int, worst: int) -> str:
    tone = "good" if rank == 0 else "critical" if rank == worst else "warning"
    return SHAPES[tone]


def _counts(services: Iterable[dict[str, Any]]) -> list[dict[str, Any]]:
    number = Counter(service["status_label"] for service in services)
    first: dict[str, dict[str, Any]] = {}
    for service in services:
        first.setdefault(service["status_label"], service)
    names = ("status_label", "status_color", "shape")
    return [{**{name: service[name] for name in names}, "number": number[label]} for label, service in first.items()]


def _notes(frame: Frame) -> tuple[str, ...]:
    return (f"Only {MOST_SERVICES:,} services are shown.",) if frame.row_count > MOST_SERVICES or frame.truncated else ()


PANEL_TYPE = HealthStatus()
