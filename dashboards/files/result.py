"""A panel's whole result on its way into a file: the same rows for every kind of file, a few at a time."""

import logging
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any
from zoneinfo import ZoneInfo

from django.http.response import HttpResponseBase

from audit.exports import Export
from dashboards.models import Panel
from dashboards.panels.base import PanelType
from dashboards.panels.document import PanelDocument
from datasources.errors import SourceError
from datasources.frame import Column, Frame

Cells = list[tuple[Column, Sequence[Any]]]

log = logging.getLogger(__name__)


class RowsCameMeanwhile(Exception):
    """While the file was written there came to be more rows than it may have: it is not whole."""


class FileTooLarge(Exception):
    """The rows are as many as may be, and the file is larger than its kind may be."""


@dataclass(slots=True)
class Result:
    """`names` are the columns that are written, `heading` what stands over them. The rows can be read once."""

    panel: Panel
    kind: PanelType
    document: PanelDocument
    zone: ZoneInfo
    heading: list[str]
    names: list[str]
    columns: list[Column]
    frames: Iterator[Frame]
    export: Export
    has_cut_cells: bool = field(default=False)

    def parts(self) -> Iterator[Cells]:
        """The columns of some rows, again and again. What fails midway breaks the file off: it must not look whole."""
        places: list[int] = []  # of the columns that are written: all Frames have the same
        try:
            for frame in self.frames:
                if frame.truncated:
                    self.export.error = "There came to be more rows than a file may have."
                    raise RowsCameMeanwhile
                places = places or [frame.names.index(name) for name in self.names]
                self.export.rows += frame.row_count
                yield [(frame.columns[place], frame.values[place]) for place in places]
                self.has_cut_cells = self.has_cut_cells or frame.truncated_cells
        except SourceError as error:
            self.export.error = error.sentence
            log.warning("export broken off", extra={"sentence": error.sentence, "detail": error.detail})
            raise


@dataclass(frozen=True, slots=True)
class FileKind:
    """`write` answers the file; `most_rows` is how many rows one can hold, None where there is no bound."""

    name: str
    label: str
    content_type: str
    write: Callable[[Result], HttpResponseBase]
    most_rows: int | None = None
