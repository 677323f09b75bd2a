"""The queries that mark a dashboard's charts, as its document says them."""

from collections.abc import Sequence
from typing import Annotated, Self

from pydantic import Field, TypeAdapter, model_validator

from dashboards.panels.parts import Colour, Label, Strict
from dashboards.source_query import SourceQuery
from dashboards.stored import reader
from dashboards.variables.definitions import VariableName

MOST_QUERIES = 10
TYPED = "typed"  # the name of those that people typed in


class AnnotationQuery(Strict):
    """Marks that a query finds: SQL with a column `time`, perhaps `timeend`, `text`, `title` and `tags`; or PromQL.

    A series of PromQL marks the time in which it is not nought, and `legend` is its text: `{{job}} is down`.
    `hidden`: they are shown to those alone who switch them on.
    """

    name: VariableName
    label: Label = ""
    color: Colour = "#8B5CF6"
    hidden: bool = False
    legend: Label = ""
    data_source: SourceQuery

    @model_validator(mode="after")
    def _legend_of_promql(self) -> Self:
        if self.legend and self.data_source.promql is None:
            raise ValueError("a legend is for promql")
        return self

    @property
    def title(self) -> str:
        return self.label or self.name

    @property
    def needs(self) -> frozenset[str]:
        """The names of the variables that it may use."""
        return self.data_source.needs


AnnotationQueries = Annotated[list[AnnotationQuery], Field(max_length=MOST_QUERIES)]
stored_annotations = reader(TypeAdapter(AnnotationQuery))


def problems_among(queries: Sequence[AnnotationQuery]) -> list[tuple[str, str]]:
    """What is wrong among queries that are each valid: the path, and why."""
    names = [TYPED, *(query.name for query in queries)]
    return [
        (
            f"annotations[{place}].name",
            f"“{query.name}” stands twice" if query.name != TYPED else f"“{TYPED}” is for those typed in",
        )
        for place, query in enumerate(queries)
        if query.name in names[: place + 1]
    ]
