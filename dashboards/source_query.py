"""A query that is no panel's: a variable's options and a dashboard's annotations are asked of a source with one."""

from typing import Annotated, Self

from pydantic import Field, model_validator

from dashboards.panels.parts import SourceSlug, Strict
from datasources import promql
from datasources.base import OWN
from datasources.compile import variables_in


class SourceQuery(Strict):
    """What is asked of which source. Of options: SQL whose first column, or `value` and `text`, are they; PromQL's functions."""

    source: SourceSlug = OWN
    sql: Annotated[str, Field(min_length=1, max_length=20_000)] | None = None
    promql: Annotated[str, Field(min_length=1, max_length=2_000, description="label_values(up, instance)")] | None = None

    @model_validator(mode="after")
    def _one_language(self) -> Self:
        if (self.sql is None) == (self.promql is None):
            raise ValueError("give either sql or promql")
        return self

    @property
    def text(self) -> str:
        return self.sql or self.promql or ""

    @property
    def language(self) -> str:
        """What it is written in: a source must speak it."""
        return "sql" if self.sql is not None else "promql"

    @property
    def needs(self) -> frozenset[str]:
        """The names of the variables that may occur."""
        return variables_in(self.text) if self.sql is not None else promql.variables_in(self.text)
