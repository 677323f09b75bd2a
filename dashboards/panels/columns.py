"""A table's columns: what each is called, how its cells are written and drawn, and where they lead."""

from collections.abc import Sequence
from typing import Annotated, Literal, Self

from pydantic import Field, FiniteFloat, model_validator

from dashboards.panels.base import WrongShape
from dashboards.panels.cells import Format, Shape
from dashboards.panels.links import Link
from dashboards.panels.mappings import Mappings
from dashboards.panels.overrides import Override, changes
from dashboards.panels.parts import Decimals, Label, Name, Strict, ThresholdMode, Thresholds, Unit
from datasources.frame import Frame

CellKind = Literal["plain", "text", "mark", "background", "bar", "sparkline"]
_FORMATS: dict[str, Format] = {"number": "number", "time": "datetime", "date": "date", "boolean": "boolean"}


class TableColumn(Strict):
    """`unit` and `decimals` are for numbers: a duration is in ms unless its unit says otherwise.

    `cell`: what a threshold's or mapping's colour is on, the text, a mark beside it or the cell's ground; or a bar from `min`
    to `max`; or a sparkline of the list of numbers that the cell holds.
    """

    name: Name
    display: Label = ""
    format: Format = "text"
    unit: Unit = ""
    decimals: Decimals | None = None
    cell: CellKind = "plain"
    thresholds: Thresholds = []
    threshold_mode: ThresholdMode = "absolute"
    mappings: Mappings = []
    min: FiniteFloat | None = None
    max: FiniteFloat | None = None
    link: Link | None = None

    @model_validator(mode="after")
    def _min_below_max(self) -> Self:
        if self.min is not None and self.max is not None and self.min >= self.max:
            raise ValueError("min must be less than max")
        return self

    @property
    def title(self) -> str:
        return self.display or self.name

    @property
    def shape(self) -> Shape:
        return Shape(self.format, self.unit, self.decimals)

    @property
    def is_plain(self) -> bool:
        """Whether a cell is its value written and nothing else."""
        return self.cell == "plain" and not self.mappings and self.link is None


class ColumnOverride(Override):
    """As in TableColumn; `name` is what stands above the column."""

    format: Format | None = None
    cell: CellKind | None = None
    thresholds: Thresholds | None = None
    threshold_mode: ThresholdMode | None = None
    min: FiniteFloat | None = None
    max: FiniteFloat | None = None


Columns = Annotated[list[TableColumn], Field(max_length=100)]


def columns_of(
    listed: Sequence[TableColumn], overrides: Sequence[ColumnOverride], frame: Frame, *, is_transformed: bool
) -> Sequence[TableColumn]:
    """The columns that are listed, or all there are; of a transformed answer all there are, described by those of their name.

    Raises WrongShape for one that is listed and not there.
    """
    if listed and not is_transformed:
        missing = next((column.name for column in listed if column.name not in frame.names), None)
        if missing is not None:
            raise WrongShape(f"The query gives no column “{missing}”.")
        found: Sequence[TableColumn] = listed
    else:
        known = {column.name: column for column in listed}
        found = [
            known.get(one.name) or TableColumn.model_construct(name=one.name, format=_FORMATS.get(one.kind, "text"))
            for one in frame.columns
        ]
    return _overridden(found, overrides) if overrides else found


def _overridden(columns: Sequence[TableColumn], overrides: Sequence[ColumnOverride]) -> list[TableColumn]:
    shown: list[tuple[int, TableColumn]] = []
    for column in columns:
        changed = changes(overrides, column.name)
        if not changed.pop("hidden", False):
            place = changed.pop("order", 0)
            if "name" in changed:
                changed["display"] = changed.pop("name")
            shown.append((place, column.model_copy(update=changed)))
    shown.sort(key=lambda place: place[0])
    return [column for _, column in shown]
