"""A dashboard's document: the same in the API and in files, read through one door as a panel's is."""

import re
from collections.abc import Mapping
from typing import Annotated, Any, Literal, Protocol, Self

from pydantic import Field, ValidationError, model_validator

from dashboards.annotations.definitions import AnnotationQueries, AnnotationQuery, problems_among, stored_annotations
from dashboards.models import MOST_REPEATED, Dashboard, Placement
from dashboards.panels.document import DocumentError, DocumentInvalid, Duration
from dashboards.panels.parts import Label, Strict
from dashboards.panels.reading import check_tree
from dashboards.panels.wording import errors_of
from dashboards.stored import dumped
from dashboards.variables.definitions import Variable, VariableName, Variables, problems_of, stored_variables

COLUMNS = 12
MOST_PANELS = 200
PANEL_ID = r"^[a-z0-9](?:[a-z0-9_-]{0,61}[a-z0-9])?$"

Seconds = Annotated[int, Field(ge=0, le=86_400)]


class Rectangle(Protocol):
    """What lies on the grid."""

    row: int
    col: int
    width: int
    height: int


class Position(Strict):
    row: Annotated[int, Field(ge=0, le=10_000)] = 0
    col: Annotated[int, Field(ge=0, lt=COLUMNS)] = 0
    width: Annotated[int, Field(ge=1, le=COLUMNS)] = 6
    height: Annotated[int, Field(ge=1, le=24)] = 4

    @model_validator(mode="after")
    def _fits(self) -> Self:
        if self.col + self.width > COLUMNS:
            raise ValueError(f"col and width together are more than {COLUMNS}")
        return self


class Repeat(Strict):
    """The panel stands there once for each value of a variable: beside itself and then below, or below itself."""

    variable: VariableName
    direction: Literal["right", "down"] = "right"
    max: Annotated[int, Field(ge=1, le=MOST_REPEATED)] | None = None


class PlacedPanel(Strict):
    """A panel by its id, so that a tenant's own of that id wins; range and interval only where they are its own here."""

    id: Annotated[str, Field(pattern=PANEL_ID, max_length=63)]
    position: Position = Position()
    time_range: Duration | None = None
    refresh_interval: Seconds | None = None
    repeat: Repeat | None = None


class Layout(Strict):
    columns: Literal[12] = 12


class DashboardDocument(Strict):
    name: Annotated[str, Field(min_length=1, max_length=200)]
    description: Annotated[str, Field(max_length=2_000)] = ""
    folder: Label = ""
    tags: Annotated[list[Annotated[str, Field(min_length=1, max_length=50)]], Field(max_length=20)] = []
    refresh_interval: Seconds = 30
    time_range: Duration = "6h"
    layout: Layout = Layout()
    variables: Variables = []
    annotations: AnnotationQueries = []
    panels: Annotated[list[PlacedPanel], Field(max_length=MOST_PANELS)] = []


def read_dashboard(raw: Any) -> DashboardDocument:
    """Validate a document, with or without `dashboard:` around it. Raises DocumentInvalid."""
    if isinstance(raw, Mapping) and set(raw) == {"dashboard"}:
        raw = raw["dashboard"]
    if not isinstance(raw, Mapping):
        raise DocumentInvalid(DocumentError("", "a dashboard is a mapping with name and panels"))
    check_tree(raw)
    try:
        document = DashboardDocument.model_validate(raw)
    except ValidationError as error:
        found = list(errors_of(error, DashboardDocument))
        raise DocumentInvalid(*found, *_among(_without(raw, found))) from error
    if errors := _among(document):
        raise DocumentInvalid(*errors)
    return document


def read_variables(raw: Any) -> list[Variable]:
    """Validate a dashboard's variables by themselves. Raises DocumentInvalid, each path from `variables[0]` on."""
    check_tree({"variables": raw})
    try:
        found = _JustVariables.model_validate({"variables": raw}).variables
    except ValidationError as error:
        raise DocumentInvalid(*errors_of(error, _JustVariables)) from error
    if errors := [DocumentError(path, why) for path, why in problems_of(found)]:
        raise DocumentInvalid(*errors)
    return list(found)


def read_annotations(raw: Any) -> list[AnnotationQuery]:
    """Validate a dashboard's queries for annotations by themselves. Raises DocumentInvalid, as above."""
    check_tree({"annotations": raw})
    try:
        found = _JustAnnotations.model_validate({"annotations": raw}).annotations
    except ValidationError as error:
        raise DocumentInvalid(*errors_of(error, _JustAnnotations)) from error
    if errors := [DocumentError(path, why) for path, why in problems_among(found)]:
        raise DocumentInvalid(*errors)
    return list(found)


class _JustVariables(Strict):
    variables: Variables = []


class _JustAnnotations(Strict):
    annotations: AnnotationQueries = []


def document_of(dashboard: Dashboard) -> DashboardDocument:
    """The document of a stored dashboard, as it stands in the database."""
    return DashboardDocument.model_construct(
        name=dashboard.name,
        description=dashboard.description,
        folder=dashboard.folder,
        tags=list(dashboard.tags),
        refresh_interval=dashboard.refresh_interval,
        time_range=dashboard.time_range,
        variables=list(stored_variables(dashboard.variables)),
        annotations=list(stored_annotations(dashboard.annotations)),
        panels=[_placed(placement) for placement in dashboard.placements.all()],
    )


def put(dashboard: Dashboard, document: DashboardDocument) -> None:
    """Make this valid document a stored dashboard's; the caller saves the row."""
    take_fields(dashboard, document)
    place_panels(dashboard, document)


def take_fields(dashboard: Dashboard, document: DashboardDocument) -> None:
    """What of the document is the dashboard's own row; the caller saves it."""
    for name in ("name", "description", "folder", "refresh_interval", "time_range"):
        setattr(dashboard, name, getattr(document, name))
    dashboard.tags = list(dict.fromkeys(document.tags))
    dashboard.variables = dumped(document.variables)
    dashboard.annotations = dumped(document.annotations)


def place_panels(dashboard: Dashboard, document: DashboardDocument) -> None:
    """Make the placements of a stored dashboard those of the document. What stays as it is, is not written."""
    stored = {placement.panel_slug: placement for placement in dashboard.placements.all()}
    for placed in document.panels:
        placement = stored.pop(placed.id, None) or Placement(dashboard=dashboard, panel_slug=placed.id)
        fields = {
            **placed.position.model_dump(),
            "time_range": placed.time_range or "",
            "refresh_interval": placed.refresh_interval,
            "repeat_variable": placed.repeat.variable if placed.repeat is not None else "",
            "repeat_direction": placed.repeat.direction if placed.repeat is not None else "right",
            "repeat_max": placed.repeat.max if placed.repeat is not None else None,
        }
        if placement.pk is None or any(getattr(placement, name) != value for name, value in fields.items()):
            for name, value in fields.items():
                setattr(placement, name, value)
            placement.save()
    for left in stored.values():
        left.delete()


def overlap(one: Rectangle, other: Rectangle) -> bool:
    beside = one.col + one.width <= other.col or other.col + other.width <= one.col
    apart = one.row + one.height <= other.row or other.row + other.height <= one.row
    return not beside and not apart


def _placed(placement: Placement) -> PlacedPanel:
    names = ("row", "col", "width", "height")
    return PlacedPanel.model_construct(
        id=placement.panel_slug,
        position=Position.model_construct(**{name: getattr(placement, name) for name in names}),
        time_range=placement.time_range or None,
        refresh_interval=placement.refresh_interval,
        repeat=_repeat(placement),
    )


def _repeat(placement: Placement) -> Repeat | None:
    if not placement.repeat_variable:
        return None
    return Repeat.model_construct(
        variable=placement.repeat_variable, direction=placement.repeat_direction, max=placement.repeat_max
    )


def _without(raw: Mapping[Any, Any], found: list[DocumentError]) -> DashboardDocument:
    """What of a document is valid by itself, to be looked at among itself."""
    wrong = {re.split(r"[.\[]", one.path)[0] for one in found}
    lists = {name: raw[name] for name in ("variables", "annotations", "panels") if name in raw and name not in wrong}
    if "variables" in wrong:
        lists.pop("panels", None)  # they may repeat for one of them
    return DashboardDocument.model_validate({"name": "-", **lists})


def _among(document: DashboardDocument) -> list[DocumentError]:
    """What is wrong among things that are each valid."""
    return [*_twice(document), *_overlaps(document), *_among_variables(document), *_among_annotations(document)]


def _among_annotations(document: DashboardDocument) -> list[DocumentError]:
    return [DocumentError(path, why) for path, why in problems_among(document.annotations)]


def _among_variables(document: DashboardDocument) -> list[DocumentError]:
    found = [DocumentError(path, why) for path, why in problems_of(document.variables)]
    lists = {variable.name for variable in document.variables if variable.is_list}
    for number, placed in enumerate(document.panels):
        if placed.repeat is not None and placed.repeat.variable not in lists:
            why = f"must be one of the variables with multi or all: {', '.join(sorted(lists)) or 'there is none'}"
            found.append(DocumentError(f"panels[{number}].repeat.variable", why))
    return found


def _twice(document: DashboardDocument) -> list[DocumentError]:
    seen: set[str] = set()
    found = []
    for number, placed in enumerate(document.panels):
        if placed.id in seen:
            found.append(DocumentError(f"panels[{number}].id", f"“{placed.id}” stands twice"))
        seen.add(placed.id)
    return found


def _overlaps(document: DashboardDocument) -> list[DocumentError]:
    found = []
    for number, placed in enumerate(document.panels):
        under = next((other for other in document.panels[:number] if overlap(placed.position, other.position)), None)
        if under is not None:
            found.append(DocumentError(f"panels[{number}].position", f"it lies on “{under.id}”"))
    return found
