"""A panel's document: the same in the database, in the API and in files, read through one door."""

import json
from collections.abc import Iterator, Mapping
from typing import Annotated, Any, get_args

from pydantic import AfterValidator, Field, ValidationError

from dashboards.panels.links import Link
from dashboards.panels.parts import DataSource, DrillDown, Name, Strict
from dashboards.panels.reading import DocumentError, DocumentInvalid, check_tree, read_text
from dashboards.panels.transformations.steps import Transformations
from dashboards.panels.wording import errors_of
from dashboards.panels.writing import as_text

__all__ = ["DocumentError", "DocumentInvalid", "PanelDocument", "QueryDocument", "as_yaml", "parse_text", "read_document"]

Duration = Annotated[str, Field(pattern=r"^[1-9][0-9]{0,5}[smhdwMy]$", description="15m, 6h, 7d")]


def _read_scalar(value: Any) -> str | int | float | bool:
    if isinstance(value, str | int | float) and len(str(value)) <= 1_000:
        return value
    raise ValueError("must be a text of at most 1,000 characters, a number, true or false")


Variable = Annotated[Any, AfterValidator(_read_scalar)]


class PanelDocument(Strict):
    """What every type has. A type's own model narrows `type`, and adds `display`; without `data_source` it asks nothing.

    `variables` are the values of `:name` in the query where a URL gives none.
    """

    type: str
    title: Annotated[str, Field(min_length=1, max_length=200)]
    description: Annotated[str, Field(max_length=2_000)] = ""
    data_source: DataSource | None = None
    refresh_interval: Annotated[int, Field(ge=0, le=86_400, description="Seconds; 0 never, empty as the dashboard")] | None = None
    time_range: Duration | None = None
    variables: Annotated[dict[Name, Variable], Field(max_length=50)] = {}
    drill_down: DrillDown = DrillDown()
    links: Annotated[list[Link], Field(max_length=10)] = []


class QueryDocument(PanelDocument):
    """What the types that ask have. A type's own model narrows `data_source`.

    `transformations`: what becomes of the answers before they are drawn.
    """

    data_source: DataSource
    transformations: Transformations = []


def parse_text(text: str) -> PanelDocument:
    """Read a document written as YAML or JSON. Raises DocumentInvalid."""
    return read_document(read_text(text))


def read_document(raw: Any) -> PanelDocument:
    """Validate a document, with or without `panel:` around it, by the model of its type. Raises DocumentInvalid."""
    if isinstance(raw, Mapping) and set(raw) == {"panel"}:
        raw = raw["panel"]
    if not isinstance(raw, Mapping):
        raise DocumentInvalid(DocumentError("", "a panel is a mapping with type, title and data_source"))
    check_tree(raw)
    models = _models()
    model = models.get(str(raw.get("type")))
    if model is None:
        raise DocumentInvalid(DocumentError("type", f"must be one of {', '.join(sorted(models))}"))
    try:
        return model.model_validate(raw)
    except ValidationError as error:
        raise DocumentInvalid(*errors_of(error, model)) from error


def as_yaml(document: Mapping[str, Any]) -> str:
    """A stored document as an editor reads and changes it, in the order of its model: the database keeps none."""
    try:
        ordered = read_document(document).model_dump(mode="json", exclude_unset=True)
    except DocumentInvalid:
        ordered = json.loads(json.dumps(document, default=str))  # a date, in a text of YAML
    return as_text({"panel": ordered})


def _models() -> dict[str, type[PanelDocument]]:
    """The model of each type, by the name it takes as its `type`."""
    return {names[0]: model for model in _below(PanelDocument) if (names := get_args(model.model_fields["type"].annotation))}


def _below(model: type[PanelDocument]) -> Iterator[type[PanelDocument]]:
    for one in model.__subclasses__():
        yield one
        yield from _below(one)
