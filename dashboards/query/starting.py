"""A table panel's question as SQL, to begin with: what the columns say becomes a SELECT that its author may go on with."""

from collections.abc import Mapping
from typing import Any

from dashboards.panels.parts import DataSource
from datasources.compile.structured import AGGREGATES
from datasources.guard.parser import single_select
from datasources.guard.refusal import Refusal
from datasources.guard.tree import only
from datasources.values import quoted

_NAMES = {"timestamp": "time", "series_label": "label"}


def starting_sql(source: DataSource) -> str:
    """The SQL for a source that asks a table by its columns."""
    columns = _columns(source.columns)
    time = columns.get("timestamp") or source.timestamp
    if source.aggregate is not None or ({"timestamp", "value"} <= columns.keys() and "series_label" in _fields(source)):
        return _grouped(source, columns, time)
    selected = [_selected(name, column) for name, column in columns.items()]
    return "\n".join([_select(selected), *_from(source, time), *_tail(source)])


def _grouped(source: DataSource, columns: Mapping[str, str], time: str | None) -> str:
    """Values by time and label, or one value of all rows."""
    aggregate = AGGREGATES[source.aggregate or "avg"]
    value = aggregate.format(value=_name(columns.get("value", "")), time=_name(time or ""))
    keys = [_selected(name, column) for name, column in columns.items() if name not in {"timestamp", "value"}]
    if "timestamp" in columns and "series_label" in _fields(source):
        keys.insert(0, f"$__timeGroup({_name(columns['timestamp'])}, $__interval) AS time")
    grouped = [f"GROUP BY {', '.join(str(place) for place in range(1, len(keys) + 1))}"] if keys else []
    return "\n".join([_select([*keys, f"{value} AS value"]), *_from(source, time), *grouped])


def _select(items: list[str]) -> str:
    return "SELECT " + ",\n  ".join(items or ["*"])


def _from(source: DataSource, time: str | None) -> list[str]:
    conditions = [f"$__timeFilter({_name(time)})"] if time else []
    if source.query.where.strip():
        conditions.append(f"({source.query.where.strip()})")
    where = [f"WHERE {' AND '.join(conditions)}"] if conditions else []
    return [f"FROM {'.'.join(map(_name, (source.table or '').split('.', 1)))}", *where]


def _tail(source: DataSource) -> list[str]:
    clauses = source.query
    order = [f"ORDER BY {clauses.order_by}"] if clauses.order_by.strip() else []
    return [*order, *([f"LIMIT {clauses.limit}"] if clauses.limit is not None else [])]


def _columns(columns: Any) -> dict[str, str]:
    """The table's columns by what they are in the panel, whatever the type's model of them is."""
    if isinstance(columns, list | tuple):
        return {column.name: column.name for column in columns}
    return {name: column for name, column in columns.model_dump(exclude_none=True).items() if isinstance(column, str)}


def _fields(source: DataSource) -> set[str]:
    return set(getattr(type(source.columns), "model_fields", ()))


def _selected(name: str, column: str) -> str:
    called = _NAMES.get(name, name)
    return _name(column) if called == column else f"{_name(column)} AS {_name(called)}"


def _name(name: str) -> str:
    """An identifier, in quotes only where PostgreSQL would read it as something else."""
    try:
        _, select = single_select(f"SELECT {name}")
        kind, fields = only(only(select["targetList"][0])[1]["val"])
    except Refusal:
        return quoted(name)
    is_itself = kind == "ColumnRef" and fields["fields"] == [{"String": {"sval": name}}]
    return name if is_itself and name.isidentifier() else quoted(name)
