"""The pieces that documents of several types share: where the data comes from, names, colours, thresholds."""

from collections.abc import Mapping
from typing import Annotated, Any, ClassVar, Literal, Self

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    FiniteFloat,
    StringConstraints,
    field_validator,
    model_validator,
)

from dashboards.panels.colours import check_colour, hex_of
from datasources.errors import QueryRefused
from datasources.guard import split_kpi_query


def _scalar(value: Any) -> Any:
    if isinstance(value, str | int | float) and len(str(value)) <= 1_000:
        return value
    raise ValueError("must be a text of at most 1,000 characters, a number, true or false")


Label = Annotated[str, StringConstraints(max_length=100)]
Identifier = Annotated[str, StringConstraints(min_length=1, max_length=200)]
Expression = Annotated[str, StringConstraints(max_length=10_000)]
Sql = Annotated[str, StringConstraints(min_length=1, max_length=50_000)]
Unit = Annotated[str, StringConstraints(max_length=20)]
Decimals = Annotated[int, Field(ge=0, le=10)]
Colour = Annotated[str, StringConstraints(max_length=20), AfterValidator(check_colour)]
VariableName = Annotated[str, StringConstraints(pattern=r"^[A-Za-z_][A-Za-z0-9_]{0,62}$")]
VariableValue = Annotated[Any, BeforeValidator(_scalar)]


class Part(BaseModel):
    """A piece of a document: it knows its keys and refuses others."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class Clauses(Part):
    """Which rows, in which order. May be written as text, `WHERE … ORDER BY … LIMIT n`; it is kept taken apart."""

    where: Expression = ""
    order_by: Expression = ""
    limit: Annotated[int, Field(ge=0)] | None = None

    @model_validator(mode="before")
    @classmethod
    def _take_apart(cls, raw: Any) -> Any:
        if not isinstance(raw, str):
            return raw
        try:
            where, order_by, limit = split_kpi_query(raw)
        except QueryRefused as error:
            raise ValueError(f"{error.sentence} {error.detail}".strip()) from error
        return {"where": where, "order_by": order_by, **({} if limit is None else {"limit": limit})}


class DataSource(Part):
    """A table, or SQL. Subclasses say which `columns` their type knows; with SQL they name the answer's."""

    takes_limit: ClassVar[bool] = False

    source: Literal["tenant"] = "tenant"
    table: Identifier | None = None
    columns: Any = None
    query: Clauses = Clauses()
    sql: Sql | None = None
    promql: None = None
    variables: dict[VariableName, VariableValue] = {}

    @field_validator("promql", mode="before")
    @classmethod
    def _no_promql_yet(cls, raw: Any) -> None:
        if raw is not None:
            raise ValueError("is for Prometheus data sources, which are not there yet: use table or sql")

    @field_validator("query", mode="after")
    @classmethod
    def _limit_where_it_has_sense(cls, query: Clauses) -> Clauses:
        if query.limit is not None and not cls.takes_limit:
            raise ValueError("cannot have a LIMIT here: PanelDash limits and pages the rows itself")
        return query

    @model_validator(mode="after")
    def _is_one_of_two(self) -> Self:
        if (self.table is None) == (self.sql is None):
            raise ValueError("must have either a table or sql, and not both")
        if self.table is not None and self.columns is None:
            raise ValueError("has a table, so it needs columns: which of the table's columns is what")
        if self.sql is not None and "query" in self.model_fields_set:
            raise ValueError("has sql, so it cannot have a query: write the conditions into the SQL")
        return self

    def values(self, asked: Mapping[str, Any]) -> dict[str, Any]:
        """The variables' values: the viewer's where given, else the document's own."""
        return {**self.variables, **asked}


class Threshold(Part):
    """From `value` upwards, this colour and label."""

    value: FiniteFloat
    color: Colour
    label: Label = ""

    @property
    def hex(self) -> str:
        return hex_of(self.color)


class DrillDown(Part):
    """Whether the rows behind a point may be looked at, as a table, and whether the chart offers its raw points."""

    enabled: bool = False
    show_table: bool = True
    disable_aggregation: bool = False
