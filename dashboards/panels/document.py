"""A panel's document: the same in the database, the API and files, read through one door."""

from collections.abc import Mapping
from typing import Annotated, Any, Self, get_args

from pydantic import Field, StringConstraints, ValidationError

from dashboards.panels.parts import DataSource, DrillDown, Part
from dashboards.panels.reading import DocumentError, DocumentInvalid, check_tree, read_text
from dashboards.panels.wording import errors_of
from datasources.base import Query, SqlQuery, TableQuery
from datasources.timerange import TimeRange, parse_time_range

__all__ = ["DocumentError", "DocumentInvalid", "PanelDocument", "parse_text", "read_document"]

Title = Annotated[str, StringConstraints(min_length=1, max_length=200, strip_whitespace=True)]
Span = Annotated[str, StringConstraints(pattern=r"^[0-9]{1,5}[smhdwMy]$")]


class PanelDocument(Part):
    """What all types have. A type's own model narrows `type`, `data_source` and `display`."""

    type: str
    title: Title
    description: Annotated[str, StringConstraints(max_length=2_000)] = ""
    data_source: DataSource
    display: Part = Part()
    refresh_interval: Annotated[int, Field(ge=0, le=86_400)] | None = None
    time_range: Span | None = None
    drill_down: DrillDown = DrillDown()

    def static_queries(self) -> dict[str, Query]:
        """What can be checked when the document is saved (`datasources.compile.validate`), by its path in the document."""
        source, clauses = self.data_source, self.data_source.query
        facts: dict[str, Any] = {"time_range": parse_time_range("now-1h", "now"), "variables": _AnyVariable()}
        if source.sql is not None:
            return {"data_source.sql": SqlQuery(text=source.sql, **facts)}
        table: dict[str, Any] = {"table": source.table, "columns": {}, **facts}
        return {
            "data_source.query.where": TableQuery(where=clauses.where, **table),
            "data_source.query.order_by": TableQuery(order_by=clauses.order_by, **table),
        }

    @classmethod
    def types(cls) -> dict[str, builtins_type[Self]]:
        """The model of each type, by the type's name."""
        return {get_args(model.model_fields["type"].annotation)[0]: model for model in cls.__subclasses__()}
