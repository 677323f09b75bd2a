"""The pieces that documents of several types share: where the data comes from, names, colours, thresholds."""

from typing import Annotated, Any, ClassVar, Literal, Self

from pydantic import (
    AfterValidator,
    BaseModel,
    ConfigDict,
    Field,
    FiniteFloat,
    GetJsonSchemaHandler,
    model_validator,
)
from pydantic.json_schema import JsonSchemaValue
from pydantic_core import CoreSchema

from dashboards.panels.colours import hex_of, read_colour
from datasources import promql
from datasources.base import OWN, Aggregate
from datasources.compile.buckets import interval_of
from datasources.errors import QueryRefused
from datasources.guard import split_kpi_query
from datasources.intervals import SQL_LEAST_MS

Name = Annotated[str, Field(min_length=1, max_length=128)]
Label = Annotated[str, Field(max_length=200)]
Expression = Annotated[str, Field(max_length=10_000)]
Unit = Annotated[
    str,
    Field(
        max_length=40,
        description="percent, bytes, s, EUR … or any text to stand behind the number",
        json_schema_extra={"format": "unit"},
    ),
]
Decimals = Annotated[int, Field(ge=0, le=10, description="Without it, as many as say something")]
SLUG = r"[a-z0-9](?:[a-z0-9_-]{0,61}[a-z0-9])?"
SourceSlug = Annotated[str, Field(pattern=rf"^{SLUG}$")]
SourceName = Annotated[str, Field(pattern=rf"^(?:{SLUG}|\$[A-Za-z]\w*|\$\{{[A-Za-z]\w*\}})$", max_length=70)]
Colour = Annotated[str, AfterValidator(read_colour), Field(json_schema_extra={"format": "color"})]


class Strict(BaseModel):
    """A piece of a document: it knows its fields, and refuses others."""

    model_config = ConfigDict(extra="forbid", frozen=True, str_strip_whitespace=True)


class Clauses(Strict):
    """Which rows, in which order. May be written as text, `WHERE … ORDER BY … LIMIT n`; it is kept taken apart."""

    where: Expression = ""
    order_by: Annotated[str, Field(max_length=1_000)] = ""
    limit: Annotated[int, Field(ge=0)] | None = None

    @classmethod
    def __get_pydantic_json_schema__(cls, core: CoreSchema, handler: GetJsonSchemaHandler) -> JsonSchemaValue:
        return {"anyOf": [handler.resolve_ref_schema(handler(core)), {"type": "string"}]}

    @model_validator(mode="before")
    @classmethod
    def _take_apart(cls, raw: Any) -> Any:
        if not isinstance(raw, str):
            return raw
        try:
            where, order_by, limit = split_kpi_query(raw)
        except QueryRefused as error:
            raise ValueError(error.in_full) from error
        pieces = {"where": where, "order_by": order_by, "limit": limit}
        return {name: piece for name, piece in pieces.items() if piece not in ("", None)}


def _read_promql(text: str) -> str:
    """What can be told before variables have values, and before a server has said which dialect it speaks."""
    try:
        promql.validate(text)
    except QueryRefused as error:
        raise ValueError(error.in_full) from error
    return text


PromQL = Annotated[
    str, Field(min_length=1, max_length=20_000, json_schema_extra={"format": "promql"}), AfterValidator(_read_promql)
]


Range = Annotated[bool, Field(description="Rows of each step of the range, instead of those at its end")]


class PromPart(Strict):
    """One of several queries in PromQL. `legend` names its series, `{{instance}}`; in a table, its column of values.

    `hidden`: it is not asked, and the others keep their letters.
    """

    promql: PromQL
    legend: Label = ""
    range: Range = False
    hidden: bool = False


Sql = Annotated[str, Field(min_length=1, max_length=20_000, json_schema_extra={"format": "sql"})]


class DataSource(Strict):
    """A structured query over `table`, or `sql`, or `promql`, of which there may be several `queries`.

    Types say what their `columns` are. `source` is the slug of a data source, or `$name`, a variable whose value is one;
    `tenant` is the tenant's own database, and for PromQL the tenant's default Prometheus.
    """

    source: Annotated[SourceName, Field(description="The id of a data source, or $name, a variable that is one")] = OWN
    table: Name | None = None
    columns: Any = None
    query: Clauses = Clauses()
    aggregate: Annotated[Aggregate | None, Field(description="What is made of the values of each bucket or group")] = None
    timestamp: Annotated[Name | None, Field(description="The column that the time range is of")] = None
    sql: Sql | None = None
    min_interval: Annotated[str, Field(pattern=r"^[1-9][0-9]{0,5}[smhdw]$", description="30s, 5m, 1h")] | None = None
    promql: PromQL | None = None
    legend: Annotated[Label, Field(description="Names series: {{instance}} is the value of a label")] = ""
    range: Range = False
    queries: Annotated[list[PromPart], Field(min_length=1, max_length=10)] | None = None

    by_step: ClassVar[bool] = False  # whether rows of each step are of use to the type

    @property
    def language(self) -> str:
        """What it is written in: a source must speak it."""
        return "promql" if self.parts else "sql"

    @property
    def parts(self) -> tuple[PromPart, ...]:
        """Its queries in PromQL, the hidden ones too."""
        if self.promql is not None:
            return (PromPart.model_construct(promql=self.promql, legend=self.legend, range=self.range),)
        return tuple(self.queries or ())

    @property
    def statements(self) -> tuple[str, ...]:
        """All the SQL and conditions that a person wrote."""
        return tuple(filter(None, (self.sql, self.query.where)))

    @model_validator(mode="after")
    def _one_language(self) -> Self:
        given = [name for name in ("table", "sql", "promql", "queries") if getattr(self, name) is not None]
        if len(given) != 1:
            raise ValueError("give either a table with its columns, or sql, or promql, or several queries")
        if self.table is not None and not self.columns:
            raise ValueError("a table needs columns: which of the table's columns is what")
        if self.table is None and self.query.model_fields_set:
            raise ValueError(f"{given[0]} and query exclude one another: write the conditions into the query's text")
        if self.parts and self.aggregate is not None:
            raise ValueError("promql and aggregate exclude one another: write sum(…) or avg(…)")
        if self.legend and self.promql is None:
            raise ValueError("legend is for promql; each of several queries has its own")
        return self

    @model_validator(mode="after")
    def _asks_in_promql(self) -> Self:
        if self.range and self.promql is None:
            raise ValueError("range is for promql; each of several queries has its own")
        if not self.by_step and any(part.range for part in self.parts):
            raise ValueError("range is for tables, KPIs and histograms: the other types know whether they ask for the range")
        if self.queries is not None and all(part.hidden for part in self.queries):
            raise ValueError("at least one of the queries is not hidden")
        return self

    def least_ms(self, otherwise: int = SQL_LEAST_MS) -> int:
        """The least `$__interval`, in milliseconds."""
        return self.min_interval_ms or otherwise

    @property
    def min_interval_ms(self) -> int | None:
        return interval_of(self.min_interval).seconds * 1_000 if self.min_interval is not None else None


class Threshold(Strict):
    """From `value` upwards, this colour and label."""

    value: FiniteFloat
    color: Colour
    label: Label = ""

    @property
    def hex(self) -> str:
        return hex_of(self.color)


Thresholds = Annotated[list[Threshold], Field(max_length=10)]
ThresholdMode = Annotated[
    Literal["absolute", "percent"], Field(description="percent: of the way from the least value to the largest")
]


class Display(Strict):
    unit: Unit = ""
    decimals: Decimals | None = None


class DrillDown(Strict):
    """Whether the chart offers what is behind a point: its rows as a table, and all points as they are."""

    enabled: Annotated[bool, Field(description="A click on a point opens what is behind it")] = False
    show_table: Annotated[bool, Field(description="The rows that the point is made of")] = True
    disable_aggregation: Annotated[bool, Field(description="The menu offers all points as they are")] = True
