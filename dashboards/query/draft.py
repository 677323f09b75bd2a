"""The query of a panel, and the panel with another one in its place."""

from typing import Any

from dashboards.models import Panel
from dashboards.panels.document import PanelDocument, QueryDocument, read_document
from dashboards.query.starting import starting_sql
from dashboards.query.texts import SqlText, Texts, texts_of
from dashboards.read import read_panel

_OF_TABLES = ("table", "query", "aggregate", "timestamp")
_OF_TEXTS = ("sql", "promql", "legend", "range", "queries")


def written_query(panel: Panel) -> Texts | None:
    """A panel's query; None where it asks nothing. Raises PanelUnavailable where its document is not valid any more."""
    document = read_panel(panel).document
    if not isinstance(document, QueryDocument):
        return None
    source = document.data_source
    if source.parts:
        return texts_of(source)
    return SqlText(source.sql) if source.sql is not None else SqlText(starting_sql(source), is_proposed=True)


def with_query(raw: Any, written: Texts) -> PanelDocument:
    """A stored document with this for its query. Raises DocumentInvalid."""
    given = dict(raw.get("data_source") or {})
    source = {name: value for name, value in given.items() if name not in {*_OF_TABLES, *_OF_TEXTS}}
    if raw.get("type") != "table":  # whose columns say how the answer is shown
        source.pop("columns", None)
    return read_document({**raw, "data_source": {**source, **written.fields()}})


def drafted(panel: Panel, written: Texts, *, platform: bool) -> Panel:
    """The panel as it would be, not to be saved. `platform`: it may ask what only panels that the platform keeps may.

    Raises DocumentInvalid.
    """
    draft = Panel(slug=panel.slug, scope=Panel.Scope.ALL if platform else Panel.Scope.TENANT)
    draft.take(with_query(panel.document, written))
    return draft
