"""What a panel of each type begins with: a document that is valid, and draws something on every tenant's database."""

from collections.abc import Mapping
from typing import Any

_COURSE = """SELECT time, label, 50 + 30 * sin(extract(epoch FROM time) / 2400 + length(label)) AS value
FROM generate_series($__timeFrom()::timestamptz, $__timeTo()::timestamptz, '5 minutes') AS time,
  (VALUES ('one'), ('three')) AS names(label)
ORDER BY time"""
_STATES = """SELECT time, label, (extract(epoch FROM time)::bigint / 1800 + length(label)) % 3 AS value
FROM generate_series($__timeFrom()::timestamptz, $__timeTo()::timestamptz, '10 minutes') AS time,
  (VALUES ('one'), ('three')) AS names(label)
ORDER BY time"""
_SHARES = "SELECT label, value FROM (VALUES ('one', 42), ('two', 23), ('three', 12)) AS parts(label, value)"
_STATUSES = [
    {"value": 0, "text": "fine", "color": "good"},
    {"value": 1, "text": "slow", "color": "warning"},
    {"value": 2, "text": "down", "color": "critical"},
]
_THRESHOLDS = [{"value": 60, "color": "warning", "label": "warning"}, {"value": 85, "color": "critical", "label": "critical"}]
_SQL = {
    "timeseries": _COURSE,
    "kpi": "SELECT 42 AS value",
    "gauge": "SELECT 'load' AS label, 42 AS value",
    "bar": _SHARES.replace("label", "category"),
    "pie": _SHARES,
    "histogram": "SELECT 50 + 20 * sin(n) + 10 * cos(3 * n) AS value FROM generate_series(1, 500) AS n",
    "heatmap": _COURSE,
    "status_history": _STATES,
    "health_status": """SELECT service_name, status_value
FROM (VALUES ('api', 0), ('mail', 1), ('jobs', 0)) AS services(service_name, status_value)""",
    "table": "SELECT n AS id, 'Row ' || n AS name, now() - n * interval '1 hour' AS at FROM generate_series(1, 40) AS n",
}
_MORE: Mapping[str, Mapping[str, Any]] = {
    "kpi": {"display": {"thresholds": _THRESHOLDS}},
    "gauge": {"display": {"unit": "percent", "min": 0, "max": 100, "thresholds": _THRESHOLDS}},
    "status_history": {"display": {"mappings": _STATUSES}},
    "health_status": {"display": {"mappings": _STATUSES}},
    "text": {"content": "Write **Markdown** here."},
}


def beginning(name: str, title: str) -> dict[str, Any]:
    """The document that a new panel of a type has."""
    source = {"data_source": {"sql": _SQL[name]}} if name in _SQL else {}
    return {"type": name, "title": title, **source, **_MORE.get(name, {})}
