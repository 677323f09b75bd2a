"""What stands beside a chart: its legend with statistics, a summary in words, and its twin as a table."""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from functools import partial
from itertools import islice
from typing import Any
from zoneinfo import ZoneInfo

from dashboards.panels.cells import Shape, page_cell
from dashboards.panels.colours import PALETTE, hex_of
from dashboards.panels.figures import colour_places, escaped
from dashboards.panels.series import Series
from dashboards.panels.units import format_number

SPOKEN_SERIES = 6
TWIN_SERIES = 12
TWIN_ROWS = 100


def legend(shown: Sequence[Series], unit: str, decimals: int | None, colours: Mapping[str, str]) -> list[dict[str, Any]]:
    """A row a series: `label`; `name` as the figure has it; `number` in the palette, or a `color` of the document's own."""
    places = colour_places([series.label for series in shown])
    written = partial(format_number, unit=unit, decimals=decimals)
    return [
        {
            "label": series.label,
            "name": escaped(series.label),
            "number": places[series.label] % len(PALETTE),
            "color": hex_of(colours[series.label]) if series.label in colours else "",
            **{name: str(written(value)) for name, value in _statistics(series).items()},
        }
        for series in shown
    ]


def summary(title: str, shown: Sequence[Series], unit: str, decimals: int | None) -> str:
    """The chart in a few words, for those who do not see it."""
    if not shown:
        return f"{title}: no data."
    written = partial(format_number, unit=unit, decimals=decimals)
    said = []
    for series in shown[:SPOKEN_SERIES]:
        facts = {name: written(value) for name, value in _statistics(series).items()}
        said.append(f"{series.label} last {facts['last']}, between {facts['min']} and {facts['max']}")
    more = f"; and {len(shown) - SPOKEN_SERIES} more" if len(shown) > SPOKEN_SERIES else ""
    return f"{title}, {len(shown)} series. {'; '.join(said)}{more}."


def twin(shown: Sequence[Series], zone: ZoneInfo, unit: str, decimals: int | None) -> dict[str, Any]:
    """The chart as a table: `labels`, and `rows` of a `time` and `values`, newest first, evenly taken from all moments.

    `caption` says how many were left out.
    """
    columns = shown[:TWIN_SERIES]
    moments = sorted({time for series in columns for time in series.times}, reverse=True)
    every = max(1, -(-len(moments) // TWIN_ROWS))
    known = [dict(zip(series.times, series.values, strict=True)) for series in columns]
    rows = [
        {
            "time": page_cell(datetime.fromtimestamp(moment, UTC), Shape("datetime"), zone).text,
            "values": [str(format_number(values.get(moment), unit, decimals)) for values in known],
        }
        for moment in islice(moments, 0, None, every)
    ]
    caption = f"Every {every}th of {len(moments):,} moments, newest first" if every > 1 else "Newest first"
    return {"labels": [series.label for series in columns], "rows": rows, "caption": caption}


def _statistics(series: Series) -> dict[str, float | None]:
    known = series.known()
    if not known:
        return dict.fromkeys(("min", "mean", "last", "max"))
    return {"min": min(known), "mean": sum(known) / len(known), "last": known[-1], "max": max(known)}
