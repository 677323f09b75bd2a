"""Text: Markdown beside the charts, for what they mean and whom to call."""

from typing import Annotated, Any, ClassVar, Literal

from pydantic import Field

from dashboards.panels.base import Answer, Ask, Data, PanelType
from dashboards.panels.document import PanelDocument
from dashboards.panels.markdown import as_html
from datasources.base import Query
from datasources.frame import Frames


class TextDocument(PanelDocument):
    """`content` is CommonMark with tables; HTML in it is shown as it is written."""

    type: Literal["text"] = "text"
    data_source: None = None
    content: Annotated[str, Field(min_length=1, max_length=20_000)]


class TextData(Data):
    content: Annotated[str, Field(description="Markdown, as it is written.")]
    html: Annotated[str, Field(description="The same as HTML that holds no script, style or image.")]


class Text(PanelType[TextDocument]):
    name: ClassVar[str] = "text"
    label: ClassVar[str] = "Text"
    document: ClassVar[type[PanelDocument]] = TextDocument
    shape: ClassVar[type[Data]] = TextData

    def queries(self, document: TextDocument, ask: Ask) -> dict[str, Query]:
        return {}

    def answer(self, document: TextDocument, frames: Frames, ask: Ask) -> Answer:
        return Answer(data={"content": document.content, "html": as_html(document.content, ask)})

    def context(self, document: TextDocument, frames: Frames, ask: Ask) -> dict[str, Any]:
        """`html`, sanitised."""
        return {"html": as_html(document.content, ask), "notes": (), "is_empty": False}

    def export(self, document: TextDocument, ask: Ask) -> None:
        return None


PANEL_TYPE = Text()
