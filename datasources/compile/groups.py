"""Groups of a table's rows: a row a group, and one a bucket where rows are grouped by time as well."""

from datasources.base import GroupQuery
from datasources.compile.buckets import bucket_sql, from_first_bucket
from datasources.compile.structured import AGGREGATES, TableSql, where_clause
from datasources.errors import QueryRefused
from datasources.values import quoted

TIME = "time"  # the column of buckets' starts


def groups_sql(query: GroupQuery, sql: TableSql) -> str:
    """The groups in their own order, so that one result always reads the same."""
    if query.time_column is None and (query.bucket is not None or query.aggregate == "last"):
        raise QueryRefused("To group by time, and for the aggregate “last”, a timestamp column is needed.")
    time_range = query.time_range
    if query.bucket is not None:
        time_range = from_first_bucket(time_range, query.bucket, zone=sql.zone)
    keys = _keys(query, sql)
    selected = {**keys, **_values(query, sql)}
    conditions = sql.conditions(query.where, query.time_column, time_range, query.variables)
    columns = ", ".join(f"{column} AS {quoted(name)}" for name, column in selected.items())
    text = f"SELECT {columns}\nFROM {sql.name}{where_clause(conditions)}"
    by = ", ".join(keys.values())
    return f"{text}\nGROUP BY {by}\nORDER BY {by}" if keys else text


def _keys(query: GroupQuery, sql: TableSql) -> dict[str, str]:
    """What rows of a group have in common, by its name in the answer."""
    keys = {name: sql.own(column) for name, column in query.groups.items()}
    if query.bucket is None or query.time_column is None:
        return keys
    time = sql.column(query.time_column)
    return {TIME: bucket_sql(time, query.bucket, zone=sql.zone, time_bucket=sql.catalogue.has_time_bucket), **keys}


def _values(query: GroupQuery, sql: TableSql) -> dict[str, str]:
    time = sql.column(query.time_column) if query.time_column else ""
    return {
        name: AGGREGATES[query.aggregate].format(value=sql.column(column), time=time) for name, column in query.values.items()
    }
