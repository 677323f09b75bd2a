"""What there is to choose from: the values of a label, the names of labels and metrics, and what a query gives.

`label_values(up, instance)`, `label_values(job)`, `label_names()`, `label_names(up)`, `metrics(node_.*)`, `query_result(up > 0)`:
Grafana's functions for variables.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from datasources.base import PromOptions, PromQuery
from datasources.errors import QueryRefused
from datasources.frame import Frame
from datasources.prometheus.naming import series_name
from datasources.prometheus.reading import TIME, VALUE
from datasources.promql import check, expand, macros_of_tenant
from datasources.promql.mistake import mistake
from datasources.promql.tokens import tokens_of
from datasources.promql.values import quoted_piece

FUNCTIONS = "label_values(metric, label), label_values(label), label_names(metric), metrics(pattern) or query_result(query)"
_CALL = re.compile(r"\s*(label_values|label_names|metrics|query_result)\s*\((.*)\)\s*", re.DOTALL | re.ASCII)
_LABEL = re.compile(r"[A-Za-z_]\w*", re.ASCII)


@dataclass(frozen=True, slots=True)
class Names:
    """A list that the API has at `path`, of the series that `selector` takes; empty: of all."""

    path: str
    selector: str = ""


@dataclass(frozen=True, slots=True)
class Rows:
    """The rows of an instant query, each as Prometheus writes it."""

    query: PromQuery


def wanted(options: PromOptions, *, tenant: str) -> Names | Rows:
    """What is to be asked; `tenant` is the id of who asks.

    Raises QueryRefused for what is none of the functions; Mistake and ValueMissing.
    """
    call = _CALL.fullmatch(options.text)
    if call is None:
        raise QueryRefused("This is no list to choose from.", detail=f"Write {FUNCTIONS}.")
    name, inner = call[1], call[2].strip()
    macros = macros_of_tenant(tenant)
    if name == "query_result":
        return Rows(PromQuery(text=inner, instant=True, time_range=options.time_range, variables=options.variables))
    if name == "metrics":
        pattern = _expanded(f'{{__name__=~".*(?:{quoted_piece(inner)}).*"}}', options.variables, macros) if inner else ""
        return Names("label/__name__/values", pattern)
    if name == "label_names":
        return Names("labels", _selector(inner, options.variables, macros))
    metric, label = _arguments(inner, options.text)
    found = expand(f"{{{label}=''}}", variables=options.variables, macros=macros).text[1:-4]  # where a label's name can stand
    if _LABEL.fullmatch(found) is None:
        raise QueryRefused("This is not the name of a label.", detail=f"“{found[:80]}” is none.")
    return Names(f"label/{found}/values", _selector(metric, options.variables, macros))


def matched(selector: str) -> Sequence[tuple[str, str]]:
    return [("match[]", selector)] if selector else []


def row_texts(frame: Frame) -> list[str]:
    """As Grafana gives rows to a variable: `up{job="a"} 1 1717000000000`."""
    labels = [column.name for column in frame.columns if column.name not in {TIME, VALUE}]
    texts = []
    for row in frame.rows():
        cells = dict(zip(frame.names, row, strict=True))
        series = series_name({name: cells[name] for name in labels if cells[name] is not None})
        texts.append(f"{series} {cells[VALUE]:.15g} {round(cells[TIME].timestamp() * 1_000)}".strip())
    return texts


def _selector(text: str, variables: Mapping[str, Any], macros: Mapping[str, str]) -> str:
    return _expanded(text, variables, macros) if text else ""


def _expanded(text: str, variables: Mapping[str, Any], macros: Mapping[str, str]) -> str:
    expanded = expand(text if "{" in text or "$" not in text else f"{text}{{}}", variables=variables, macros=macros)
    return check(expanded).text


def _arguments(inner: str, text: str) -> tuple[str, str]:
    """The selector, which may be none, and the label: what stands before and after the last comma outside of brackets."""
    commas = [token for token in tokens_of(inner) if token.text == "," and token.kind == "sign" and not token.inside]
    if len(commas) > 1:
        raise mistake("label_values takes a selector and a label.", text=text, at=text.find(inner) + commas[1].at)
    return (inner[: commas[0].at].strip(), inner[commas[0].at + 1 :].strip()) if commas else ("", inner)
