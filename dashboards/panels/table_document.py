"""A table's document: its columns, how they are shown, and what its answer is joined with."""

from typing import Annotated, ClassVar, Literal, Self

from pydantic import Field, field_validator, model_validator

from dashboards.panels.columns import ColumnOverride, Columns, TableColumn
from dashboards.panels.document import QueryDocument
from dashboards.panels.parts import DataSource, Name, Sql, Strict


class TableSource(DataSource):
    """`further`: SQL whose answers are joined to this one's, by a name each."""

    columns: Columns = []
    further: Annotated[dict[Name, Sql], Field(max_length=5)] = {}

    by_step: ClassVar[bool] = True

    @property
    def statements(self) -> tuple[str, ...]:
        return (*super().statements, *self.further.values())

    @model_validator(mode="after")
    def _of_one_database(self) -> Self:
        if self.further and self.parts:
            raise ValueError("further is SQL, for a table or SQL to be joined with: give several queries instead")
        if not {"rows", "count"}.isdisjoint(self.further):
            raise ValueError("further must not be called rows or count")
        return self

    @field_validator("columns", mode="after")
    @classmethod
    def _each_once(cls, columns: list[TableColumn]) -> list[TableColumn]:
        names = [column.name for column in columns]
        if twice := next((name for name in names if names.count(name) > 1), None):
            raise ValueError(f"“{twice}” stands twice")
        return columns


class TableDisplay(Strict):
    sortable: bool = True
    searchable: bool = True
    default_sort: Annotated[Name | None, Field(description="The column that the rows are ordered by at first")] = None
    default_sort_order: Literal["asc", "desc"] = "asc"
    pagination: Annotated[int, Field(ge=1, le=500, description="Rows a page")] = 25
    overrides: Annotated[list[ColumnOverride], Field(max_length=50)] = []


class TableDocument(QueryDocument):
    type: Literal["table"] = "table"
    data_source: TableSource
    display: TableDisplay = TableDisplay()

    @model_validator(mode="after")
    def _sorted_by_a_column(self) -> Self:
        names = [column.name for column in self.data_source.columns]
        if self.data_source.further and not any(step.join is not None for step in self.transformations):
            raise ValueError("data_source.further is for a transformation that joins it")
        if self.transformations:
            return self  # which columns there are then shows when there are rows
        if self.display.default_sort is not None and self.display.default_sort not in names:
            raise ValueError(f"display.default_sort must be one of the columns: {', '.join(names) or 'none is listed'}")
        return self
