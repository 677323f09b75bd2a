"""What stands beside a chart: its legend with statistics, a summary in words, and its twin as a table."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import islice
from typing import Any
from zoneinfo import ZoneInfo

import numpy as np

from dashboards.panels.cells import Shape, page_cell
from dashboards.panels.colours import PALETTE, hex_of
from dashboards.panels.figures import colour_places, escaped
from dashboards.panels.units import format_number
from datasources.frame import Series

SPOKEN_SERIES = 6
TWIN_SERIES = 12
TWIN_ROWS = 100


@dataclass(frozen=True, slots=True)
class LegendRow:
    """A series in the legend. `name` is as the figure has it; `number` in the palette, or a `color` of the document's own.

    The statistics are written for people; of a series without values they are a dash.
    """

    label: str
    name: str
    number: int
    color: str
    min: str
    mean: str
    last: str
    max: str


def legend(shown: Sequence[Series], unit: str, decimals: int | None, colours: Mapping[str, str]) -> list[LegendRow]:
    places = colour_places([series.label for series in shown])
    return [
        LegendRow(
            label=series.label,
            name=escaped(series.label),
            number=places[series.label] % len(PALETTE),
            color=hex_of(colours[series.label]) if series.label in colours else "",
            **{name: str(format_number(value, unit, decimals)) for name, value in _statistics(series).items()},
        )
        for series in shown
    ]


def summary(title: str, rows: Sequence[LegendRow]) -> str:
    """The chart in a few words, for those who do not see it."""
    if not rows:
        return f"{title}: no data."
    said = [f"{row.label} last {row.last}, between {row.min} and {row.max}" for row in rows[:SPOKEN_SERIES]]
    more = f"; and {len(rows) - SPOKEN_SERIES} more" if len(rows) > SPOKEN_SERIES else ""
    return f"{title}, {len(rows)} series. {'; '.join(said)}{more}."


def twin(shown: Sequence[Series], zone: ZoneInfo, unit: str, decimals: int | None) -> dict[str, Any]:
    """The chart as a table: `labels`, and `rows` of a `time` and `values`, newest first, evenly taken from all moments.

    `caption` says how many were left out.
    """
    columns = shown[:TWIN_SERIES]
    moments = np.unique(np.concatenate([np.empty(0), *(series.times for series in columns)]))[::-1].tolist()
    every = max(1, -(-len(moments) // TWIN_ROWS))
    known = [dict(zip(series.times.tolist(), series.values.tolist(), strict=True)) for series in columns]
    rows = [
        {
            "time": page_cell(datetime.fromtimestamp(moment, UTC), Shape("datetime"), zone).text,
            "values": [str(format_number(_known(values.get(moment)), unit, decimals)) for values in known],
        }
        for moment in islice(moments, 0, None, every)
    ]
    caption = f"Every {every}th of {len(moments):,} moments, newest first" if every > 1 else "Newest first"
    return {"labels": [series.label for series in columns], "rows": rows, "caption": caption}


def _known(value: float | None) -> float | None:
    return value if value == value else None


def _statistics(series: Series) -> dict[str, float | None]:
    known = series.known()
    if not len(known):
        return dict.fromkeys(("min", "mean", "last", "max"))
    with np.errstate(over="ignore"):
        facts = {"min": known.min(), "mean": known.mean(), "last": known[-1], "max": known.max()}
    return {name: float(fact) for name, fact in facts.items()}
