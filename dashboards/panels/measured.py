"""What a document may say of how numbers are shown, whatever the panel's type: thresholds and value mappings."""

from typing import Self

from pydantic import FiniteFloat, model_validator

from dashboards.panels.mappings import Mappings
from dashboards.panels.parts import Display, ThresholdMode, Thresholds


class Measured(Display):
    """With `threshold_mode: percent` a threshold's value is so many percent of the way from the least value to the greatest."""

    thresholds: Thresholds = []
    threshold_mode: ThresholdMode = "absolute"
    mappings: Mappings = []


class Bounded(Measured):
    """A number between two ends: `min` and `max` are those of a gauge or a bar, and what percents of thresholds are of."""

    min: FiniteFloat | None = None
    max: FiniteFloat | None = None

    @model_validator(mode="after")
    def _min_below_max(self) -> Self:
        if self.min is not None and self.max is not None and self.min >= self.max:
            raise ValueError("min must be less than max")
        return self
