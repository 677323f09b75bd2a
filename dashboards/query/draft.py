"""A panel's query as its author writes it, and the panel with another text in its place."""

from dataclasses import dataclass
from typing import Any

from dashboards.models import Panel
from dashboards.panels.document import PanelDocument, QueryDocument, read_document
from dashboards.query.starting import starting_sql
from dashboards.refresh import read_panel

LANGUAGES = {"sql": "SQL"}  # those that can be written here, and what people call them
_OF_TABLES = ("table", "query", "aggregate", "timestamp")


@dataclass(frozen=True, slots=True)
class Written:
    """A query's text; `is_proposed`: it says what the panel asks a table by its columns, and saving makes it the query."""

    text: str
    language: str
    is_proposed: bool = False

    @property
    def label(self) -> str:
        return LANGUAGES[self.language]


def written_query(panel: Panel) -> Written | None:
    """The text of a panel's query; None where it asks nothing, or in a language that is not written here.

    Raises PanelUnavailable where its document is not valid any more.
    """
    document = read_panel(panel).document
    if not isinstance(document, QueryDocument) or document.data_source.language not in LANGUAGES:
        return None
    source = document.data_source
    if source.sql is not None:
        return Written(source.sql, source.language)
    return Written(starting_sql(source), source.language, is_proposed=True)


def with_query(raw: Any, text: str) -> PanelDocument:
    """A stored document with this text for its query. Raises DocumentInvalid."""
    source = {name: value for name, value in dict(raw.get("data_source") or {}).items() if name not in _OF_TABLES}
    if raw.get("type") != "table":  # whose columns say how the answer is shown
        source.pop("columns", None)
    return read_document({**raw, "data_source": {**source, "sql": text}})


def drafted(panel: Panel, text: str, *, platform: bool) -> Panel:
    """The panel as it would be, not to be saved. `platform`: it may ask what only panels that the platform keeps may.

    Raises DocumentInvalid.
    """
    draft = Panel(slug=panel.slug, scope=Panel.Scope.ALL if platform else Panel.Scope.TENANT)
    draft.take(with_query(panel.document, text))
    return draft
