"""From a query value to SQL with `$1`, `$2` …: identifiers from the catalogue, values bound, nothing else from outside."""

from datasources.compile.intervals import with_intervals
from datasources.compile.queries import compile_query, validate
from datasources.compile.text import names_interval, variables_in

__all__ = ["compile_query", "names_interval", "validate", "variables_in", "with_intervals"]
