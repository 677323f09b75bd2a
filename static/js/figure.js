// A figure as the server gave it, dressed for the theme. The server says what is drawn; here it is said how it looks.
import { axes, hasTime } from "./axes.js";
import { withCells } from "./cells.js";
import { withAlpha } from "./colours.js";
import { withMarks } from "./marks.js";
import { paintSlices, sliceLayout } from "./slices.js";
import { withWallClock } from "./times.js";

const MARGIN = 8;

const seriesColour = (place, colours) => colours.series[place % colours.series.length];

const paint = (trace, colours) => {
  const { series, colours: own } = trace.meta ?? {};
  if (series === undefined) return trace;
  const colour = seriesColour(series, colours);
  if (own) return { ...trace, marker: { ...trace.marker, color: own.map((one) => one || colour) } };
  return {
    ...trace,
    line: { ...trace.line, color: colour },
    marker: { ...trace.marker, color: colour },
    ...(trace.fill && trace.fill !== "none" ? { fillcolor: withAlpha(colour, trace.stackgroup ? 0.55 : 0.14) } : {}),
  };
};

const dressSlices = (trace, colours, place) => {
  const { places, colours: own } = trace.meta;
  const painted = places.map((series, at) => own[at] || seriesColour(series, colours));
  return paintSlices(trace, painted, colours, place, MARGIN);
};

const dressTrace = (trace, colours, hidden, place) =>
  trace.type === "pie" ? dressSlices(trace, colours, place) : { ...paint(trace, colours), visible: !hidden.has(trace.name) };

const hoverLabel = (colours) => ({
  bgcolor: colours.surface,
  bordercolor: colours.line,
  font: { color: colours.text, size: 12 },
  namelength: 40,
});

export const dress = (given, { colours, font, hidden, marks, uirevision, width, height }) => {
  const figure = withCells(given, colours, hidden);
  return {
    data: figure.data.map((trace) => dressTrace(hasTime(figure) ? withWallClock(trace) : trace, colours, hidden, { width, height })),
    layout: {
      showlegend: false,
      dragmode: hasTime(figure) ? "zoom" : false,
      hovermode: "x unified",
      bargap: 0.12,
      margin: { l: MARGIN, r: MARGIN, t: MARGIN, b: MARGIN, pad: 0 },
      hiddenlabels: [...hidden],
      ...withMarks(figure.layout, marks, colours),
      ...sliceLayout(figure, { width, height }, MARGIN),
      width,
      height,
      uirevision,
      paper_bgcolor: colours.surface,
      plot_bgcolor: colours.surface,
      font: { family: font, size: 11, color: colours["text-2"] },
      colorway: colours.series,
      hoverlabel: hoverLabel(colours),
      ...axes(figure, colours),
    },
    config: { displayModeBar: false, doubleClick: false, responsive: false, scrollZoom: false, showTips: false, ...figure.config },
  };
};
