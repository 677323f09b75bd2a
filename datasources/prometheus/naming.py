"""What series and rows are called: by a legend, or by what tells them from one another."""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Any

import orjson

from datasources.frame import Column, Frame, Series, SeriesFrame, distinct
from datasources.prometheus.reading import TIME, VALUE, own_name
from datasources.promql.tokens import MENTION, format_of, name_of
from datasources.series import LONGEST_LABEL, UNLABELLED
from datasources.variables import formatted

LABEL = "label"
_NAME = "__name__"
_MENTIONED = re.compile(r"\{\{\s*([A-Za-z_]\w*)\s*\}\}", re.ASCII)

Labels = Mapping[str, str]


def named(frame: SeriesFrame, legend: str, variables: Mapping[str, Any]) -> SeriesFrame:
    """The frame with names for people in the place of labels as JSON; in their order."""
    labels = [orjson.loads(one.label) for one in frame.series]
    names = distinct(_names(labels, legend, variables))
    found = zip(names, frame.series, labels, strict=True)
    series = [Series(name, one.times, one.values, labels=its) for name, one, its in found]
    return replace(frame, series=tuple(sorted(series, key=lambda one: one.label)))


def with_names(frame: Frame, legend: str, variables: Mapping[str, Any]) -> Frame:
    """The rows with a column `label` before all others."""
    names = [column.name for column in frame.columns if column.name not in {TIME, VALUE}]
    cells = zip(*(frame.column(name) for name in names), strict=True) if names else [()] * frame.row_count
    labels = [{name: text for name, text in zip(names, row, strict=True) if text is not None} for row in cells]
    called = list(distinct(_names(labels, legend, variables)))
    others = [(column, values) for column, values in zip(frame.columns, frame.values, strict=True) if column.name != LABEL]
    columns = (Column(LABEL, "text"), *(column for column, _ in others))
    return replace(frame, columns=columns, values=(called, *(values for _, values in others)))


def _names(labels: Sequence[Labels], legend: str, variables: Mapping[str, Any]) -> Iterable[str]:
    if not legend.strip():
        telling = {name for one in labels for name in one if len({other.get(name) for other in labels}) > 1}
        return (_cut(_by_what_differs(one, telling)) for one in labels)
    written = MENTION.sub(lambda match: _value(match, variables), legend)
    return (_cut(_filled(written, one)) for one in labels)


def _filled(legend: str, labels: Labels) -> str:
    return _MENTIONED.sub(lambda match: labels.get(own_name(match[1]), labels.get(match[1], "")), legend)


def _by_what_differs(labels: Labels, telling: set[str]) -> str:
    """The value of the only label that differs; else all labels that do, as Prometheus writes them."""
    differing = {name: text for name, text in labels.items() if name in telling}
    if len(telling) == 1:
        return next(iter(differing.values()), "")
    shown = differing if telling else labels
    return shown[_NAME] if _NAME in shown and not telling else series_name(shown)


def series_name(labels: Labels) -> str:
    """As Prometheus writes a series: `up{job="a"}`."""
    inner = ", ".join(f'{name}="{text}"' for name, text in sorted(labels.items()) if name != _NAME)
    metric = labels.get(_NAME, "")
    return f"{metric}{{{inner}}}" if inner else metric


def _value(match: re.Match[str], variables: Mapping[str, Any]) -> str:
    name = name_of(match)
    if name not in variables:
        return match.group()
    return formatted(variables[name], format_of(match), name=name) or ""


def _cut(name: str) -> str:
    name = name.strip() or UNLABELLED
    return name if len(name) <= LONGEST_LABEL else f"{name[:LONGEST_LABEL]}…"
