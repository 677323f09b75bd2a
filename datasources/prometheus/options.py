"""What there is to choose from: the values of a label, the names of labels and metrics, and what a query gives.

`label_values(up, instance)`, `label_values(job)`, `label_names()`, `label_names(up)`, `metrics(node_.*)`, `query_result(up > 0)`:
Grafana's functions for variables. And `metadata()`: the metrics that its targets have described, with type and help.
"""

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from datasources import promql
from datasources.errors import QueryRefused
from datasources.frame import Column, Frame
from datasources.prom_queries import PromOptions, PromQuery
from datasources.prometheus.naming import series_name
from datasources.prometheus.reading import TIME, VALUE
from datasources.prometheus.server import data_of
from datasources.promql import Mistake, check, expand, macros_of_tenant
from datasources.promql.expand import Expanded
from datasources.promql.mistake import mistake
from datasources.promql.tokens import tokens_of
from datasources.promql.values import quoted_piece

FUNCTIONS = "label_values(metric, label), label_values(label), label_names(metric), metrics(pattern) or query_result(query)"
_CALL = re.compile(r"\s*(label_values|label_names|metrics|metadata|query_result)\s*\((.*)\)\s*", re.DOTALL | re.ASCII)
_LABEL = re.compile(r"[A-Za-z_]\w*", re.ASCII)

Write = Callable[[str], Expanded]  # a piece of PromQL with its variables and macros written out


@dataclass(frozen=True, slots=True)
class Names:
    """A list that the API has at `path`, of the series that `selector` takes; empty: of all."""

    path: str
    selector: str = ""


@dataclass(frozen=True, slots=True)
class Rows:
    """The rows of an instant query, each as Prometheus writes it."""

    query: PromQuery


@dataclass(frozen=True, slots=True)
class Described:
    """What targets say of their metrics."""


def wanted(options: PromOptions, *, tenant: str) -> Names | Rows | Described:
    """What is to be asked; `tenant` is the id of who asks.

    Raises QueryRefused for what is none of the functions; Mistake and ValueMissing.
    """
    macros = macros_of_tenant(tenant)
    return _wanted(options, lambda piece: expand(piece, variables=options.variables, macros=macros))


def validate(text: str) -> None:
    """What can be said of a list before its variables have values, when it is saved. Raises QueryRefused, Mistake."""
    found = _wanted(PromOptions(text=text), promql.validate)
    if isinstance(found, Rows):
        with _placing(text, found.query.text):
            promql.validate(found.query.text)


def _wanted(options: PromOptions, write: Write) -> Names | Rows | Described:
    call = _CALL.fullmatch(options.text)
    if call is None:
        raise QueryRefused("This is no list to choose from.", detail=f"Write {FUNCTIONS}.")
    name, inner = call[1], call[2].strip()
    if name == "query_result":
        return Rows(PromQuery(text=inner, instant=True, time_range=options.time_range, variables=options.variables))
    if name == "metadata":
        return Described()
    if name == "metrics":
        pattern = check(write(f'{{__name__=~".*(?:{quoted_piece(inner)}).*"}}')).text if inner else ""
        return Names("label/__name__/values", pattern)
    if name == "label_names":
        return Names("labels", _selector(inner, options.text, write))
    metric, label = _arguments(inner, options.text)
    found = write(f"{{{label}=''}}").text[1:-4]  # where a label's name can stand
    if _LABEL.fullmatch(found) is None:
        raise QueryRefused("This is not the name of a label.", detail=f"“{found[:80]}” is none.")
    return Names(f"label/{found}/values", _selector(metric, options.text, write))


def matched(selector: str) -> Sequence[tuple[str, str]]:
    return [("match[]", selector)] if selector else []


def described(said: Mapping[str, Any]) -> Frame:
    """A row a metric: its name, type and help; of several targets that of the first."""
    found = [(str(name), each[0]) for name, each in sorted(data_of(said, dict).items()) if each]
    cells = [[name for name, _ in found], *([str(about.get(field, "")) for _, about in found] for field in ("type", "help"))]
    return Frame(tuple(Column(name, "text") for name in ("value", "type", "help")), tuple(cells))


def row_texts(frame: Frame) -> list[str]:
    """As Grafana gives rows to a variable: `up{job="a"} 1 1717000000000`."""
    labels = [column.name for column in frame.columns if column.name not in {TIME, VALUE}]
    texts = []
    for row in frame.rows():
        cells = dict(zip(frame.names, row, strict=True))
        series = series_name({name: cells[name] for name in labels if cells[name] is not None})
        texts.append(f"{series} {cells[VALUE]:.15g} {round(cells[TIME].timestamp() * 1_000)}".strip())
    return texts


def _selector(piece: str, text: str, write: Write) -> str:
    """A piece of the text, as a selector."""
    if not piece:
        return ""
    with _placing(text, piece):
        return check(write(piece if "{" in piece or "$" not in piece else f"{piece}{{}}")).text


@contextmanager
def _placing(text: str, piece: str) -> Iterator[None]:
    """A mistake in the piece is shown where it stands in the text."""
    try:
        yield
    except Mistake as found:
        raise found.moved(text, max(0, text.find(piece)) + found.at) from found


def _arguments(inner: str, text: str) -> tuple[str, str]:
    """The selector, which may be none, and the label: what stands before and after the last comma outside of brackets."""
    commas = [token for token in tokens_of(inner) if token.text == "," and token.kind == "sign" and not token.inside]
    if len(commas) > 1:
        raise mistake("label_values takes a selector and a label.", text=text, at=text.find(inner) + commas[1].at)
    return (inner[: commas[0].at].strip(), inner[commas[0].at + 1 :].strip()) if commas else ("", inner)
