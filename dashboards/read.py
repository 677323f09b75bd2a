"""A stored panel's document, read once for as long as it stays the same."""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import orjson

from dashboards.models import Panel
from dashboards.panels import PANEL_TYPES
from dashboards.panels.base import PanelType
from dashboards.panels.document import DocumentInvalid, PanelDocument, read_document
from dashboards.unavailable import PanelUnavailable
from datasources import promql
from datasources.compile import variables_in


@dataclass(frozen=True, slots=True)
class ReadPanel:
    """A panel's type and its document, with the `text` it was read from, and the `names` of variables that may be in it."""

    kind: PanelType
    document: PanelDocument
    text: bytes
    names: frozenset[str]


def read_panel(panel: Panel) -> ReadPanel:
    """A stored panel's type and document. Raises PanelUnavailable where it is not valid any more."""
    try:
        return _read(orjson.dumps(panel.document, option=orjson.OPT_SORT_KEYS))
    except DocumentInvalid as error:
        sentence = "This panel's definition is not valid any more. An editor has to correct it."
        raise PanelUnavailable(sentence, status=500, detail=str(error)) from error


@lru_cache(maxsize=2_048)
def _read(text: bytes) -> ReadPanel:
    raw = orjson.loads(text)
    document = read_document(raw)
    return ReadPanel(PANEL_TYPES[document.type], document, text, frozenset(_names_in(raw)))


def _names_in(tree: Any) -> Iterator[str]:
    """The variables that any text of a document may name."""
    if isinstance(tree, str):
        yield from variables_in(tree) | promql.variables_in(tree)
    elif isinstance(tree, dict | list):
        for value in tree.values() if isinstance(tree, dict) else tree:
            yield from _names_in(value)
