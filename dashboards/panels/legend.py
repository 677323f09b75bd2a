"""What stands beside a chart: its legend with statistics, a summary in words, and its twin as a table."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import islice
from typing import Any
from zoneinfo import ZoneInfo

import numpy as np

from dashboards.panels.anchors import Anchor, Origin, href_of
from dashboards.panels.base import Ask
from dashboards.panels.cells import Shape, page_cell
from dashboards.panels.colours import PALETTE
from dashboards.panels.figures import colour_places, escaped
from dashboards.panels.interpolation import titled
from dashboards.panels.links import Link
from dashboards.panels.looks import Looks, SeriesLook
from dashboards.panels.mappings import mapped
from dashboards.panels.reducers import Reducer, reduced, reduced_known
from dashboards.panels.units import format_number
from datasources.frame import Doubles, Series

SPOKEN_SERIES = 6
SPOKEN: tuple[Reducer, ...] = ("last", "min", "max")
TWIN_SERIES = 12
TWIN_ROWS = 100


@dataclass(frozen=True, slots=True)
class LegendRow:
    """A series in the legend. `name` is as the figure has it; `number` in the palette, or a `color` of the document's own.

    `numbers` are written for people, one a column; of a series without values they are a dash. `spoken` is for the summary.
    `of` is the label the series has in the data, where it is shown under another one.
    """

    label: str
    name: str
    number: int
    color: str
    numbers: tuple[str, ...]
    spoken: str = ""
    of: str = ""
    is_right: bool = False
    anchor: Anchor | None = None

    @property
    def beside(self) -> tuple[Any, ...]:
        """All but its numbers: where this differs a page needs the whole."""
        return self.label, self.number, self.color, self.anchor and self.anchor.href


def legend(shown: Sequence[Series], looks: Looks, columns: Sequence[Reducer], ask: Ask) -> list[LegendRow]:
    places = colour_places([series.label for series in shown])
    return [
        _row(series, looks[series.label], places[series.label], columns, ask, is_spoken=at < SPOKEN_SERIES)
        for at, series in enumerate(shown)
    ]


def _row(series: Series, own: SeriesLook, place: int, columns: Sequence[Reducer], ask: Ask, *, is_spoken: bool) -> LegendRow:
    known = series.known()
    wanted = dict.fromkeys((*columns, *SPOKEN) if is_spoken else columns)
    facts = {reducer: said(_reduced(series, known, reducer), own) for reducer in wanted}
    return LegendRow(
        label=own.name,
        name=escaped(own.name),
        number=place % len(PALETTE),
        color=own.colour,
        numbers=tuple([facts[column] for column in columns]),
        spoken=f"{own.name} last {facts['last']}, between {facts['min']} and {facts['max']}" if is_spoken else "",
        of=series.label if own.name != series.label else "",
        is_right=own.is_right,
        anchor=None if own.link is None else _anchor(own.link, series, own, known, ask),
    )


def _anchor(link: Link, series: Series, own: SeriesLook, known: Doubles, ask: Ask) -> Anchor | None:
    last = reduced_known(known, "last")
    href = href_of(link, ask, Origin(series=series.label, value=last, text=said(last, own), labels=series.labels))
    return Anchor(titled(link.title, ask) or f"More about {own.name}", href, link.new_tab) if href else None


def _reduced(series: Series, known: Doubles, reducer: Reducer) -> float | None:
    return reduced(series.values, reducer) if reducer == "last_any" else reduced_known(known, reducer)


def said(value: float | None, own: SeriesLook) -> str:
    """A value of a series as people read it: its name where a mapping gives it one, else the number."""
    called = mapped(own.mappings, value) if own.mappings else None
    if called is not None and called.text is not None:
        return called.text
    return str(format_number(value, own.unit, own.decimals))


def summary(title: str, rows: Sequence[LegendRow]) -> str:
    """The chart in a few words, for those who do not see it."""
    if not rows:
        return f"{title}: no data."
    more = f"; and {len(rows) - SPOKEN_SERIES} more" if len(rows) > SPOKEN_SERIES else ""
    return f"{title}, {len(rows)} series. {'; '.join(row.spoken for row in rows[:SPOKEN_SERIES])}{more}."


def twin(shown: Sequence[Series], looks: Looks, zone: ZoneInfo) -> dict[str, Any]:
    """The chart as a table: `labels`, and `rows` of a `time` and `values`, newest first, evenly taken from all moments.

    `caption` says how many were left out.
    """
    columns = shown[:TWIN_SERIES]
    moments = np.unique(np.concatenate([np.empty(0), *(series.times for series in columns)]))[::-1].tolist()
    every = max(1, -(-len(moments) // TWIN_ROWS))
    looked = [looks[series.label] for series in columns]
    known = [dict(zip(series.times.tolist(), series.values.tolist(), strict=True)) for series in columns]
    rows = [
        {
            "time": page_cell(datetime.fromtimestamp(moment, UTC), Shape("datetime"), zone).text,
            "values": [said(_known(values.get(moment)), own) for values, own in zip(known, looked, strict=True)],
        }
        for moment in islice(moments, 0, None, every)
    ]
    caption = f"Every {every}th of {len(moments):,} moments, newest first" if every > 1 else "Newest first"
    return {"labels": [own.name for own in looked], "rows": rows, "caption": caption}


def _known(value: float | None) -> float | None:
    return value if value == value else None
