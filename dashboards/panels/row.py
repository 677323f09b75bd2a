"""Row: a heading on a dashboard. What stands below it, as far as the next row, is a group that can be closed."""

from typing import Any, ClassVar, Literal

from dashboards.panels.base import Answer, Ask, Data, PanelType
from dashboards.panels.document import PanelDocument
from dashboards.panels.parts import Strict
from datasources.base import Query
from datasources.frame import Frames


class RowDisplay(Strict):
    """`collapsed`: closed at first; then a viewer's own choice holds."""

    collapsed: bool = False


class RowDocument(PanelDocument):
    type: Literal["row"] = "row"
    data_source: None = None
    display: RowDisplay = RowDisplay()


class RowData(Data):
    collapsed: bool


class Row(PanelType[RowDocument]):
    name: ClassVar[str] = "row"
    label: ClassVar[str] = "Row"
    document: ClassVar[type[PanelDocument]] = RowDocument
    shape: ClassVar[type[Data]] = RowData
    is_heading: ClassVar[bool] = True

    def queries(self, document: RowDocument, ask: Ask) -> dict[str, Query]:
        return {}

    def answer(self, document: RowDocument, frames: Frames, ask: Ask) -> Answer:
        return Answer(data={"collapsed": document.display.collapsed})

    def context(self, document: RowDocument, frames: Frames, ask: Ask) -> dict[str, Any]:
        return {"collapsed": document.display.collapsed, "notes": (), "is_empty": False}

    def export(self, document: RowDocument, ask: Ask) -> None:
        return None


PANEL_TYPE = Row()
