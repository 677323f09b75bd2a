// A figure as the server gave it, dressed for the theme. The server says what is drawn; here it is said how it looks.
import { withAlpha } from "./colours.js";

// Numbers are wall-clock milliseconds of the viewer's zone. As text Plotly takes them as they are; as numbers it would
// move them by the zone of the browser, which need not be the viewer's choice.
const wallClock = (time) => (typeof time === "number" ? new Date(time).toISOString().slice(0, 23) : time);

const withWallClock = (trace) => ({
  ...trace,
  ...(trace.x ? { x: trace.x.map(wallClock) } : {}),
  ...("x0" in trace ? { x0: wallClock(trace.x0) } : {}),
});

const paint = (trace, colours) => {
  const series = trace.meta?.series;
  if (series === undefined) return trace;
  const colour = colours.series[series % colours.series.length];
  return {
    ...trace,
    line: { ...trace.line, color: colour },
    marker: { ...trace.marker, color: colour },
    ...(trace.fill && trace.fill !== "none" ? { fillcolor: withAlpha(colour, trace.stackgroup ? 0.55 : 0.14) } : {}),
  };
};

const axis = (given, colours) => ({
  automargin: true,
  gridcolor: colours.line,
  linecolor: colours.line,
  tickcolor: colours.line,
  tickfont: { color: colours["text-3"] },
  zeroline: false,
  ...given,
});

// The narrow part of a time stands on the first line, the wide part once below it.
const minute = 60_000;
const day = 86_400_000;
const tickformatstops = [
  { dtickrange: [null, 1000], value: "%H:%M:%S.%L" },
  { dtickrange: [1000, minute], value: "%H:%M:%S" },
  { dtickrange: [minute, day], value: "%H:%M\n%-d %b" },
  { dtickrange: [day, "M1"], value: "%-d %b\n%Y" },
  { dtickrange: ["M1", "M12"], value: "%b\n%Y" },
  { dtickrange: ["M12", null], value: "%Y" },
];

const timeAxis = (given, colours) => ({
  tickformatstops,
  hoverformat: "%-d %b %Y, %H:%M:%S",
  showgrid: false,
  showline: true,
  ticks: "outside",
  ticklen: 4,
  showspikes: true,
  spikemode: "across",
  spikethickness: 1,
  spikedash: "solid",
  spikecolor: colours["line-strong"],
  ...axis(given, colours),
  ...(given?.range ? { range: given.range.map(wallClock) } : {}),
});

const hoverLabel = (colours) => ({
  bgcolor: colours.surface,
  bordercolor: colours.line,
  font: { color: colours.text, size: 12 },
  namelength: 40,
});

const valueAxis = (given, colours) => ({ fixedrange: true, nticks: 6, ...axis(given, colours) });

// A second axis has no grid of its own: two would cross.
const secondAxis = (given, colours) => (given ? { yaxis2: { ...valueAxis(given, colours), showgrid: false } } : {});

// What happened when: a line, or a region's band, and above it a sign that tells more to who points at it.
const withMarks = (layout, marks, colours) => {
  if (layout?.xaxis?.type !== "date" || !marks.length) return layout;
  const across = { xref: "x", yref: "paper", y0: 0, y1: 1 };
  const shapes = marks.map(({ start, stop, color }) =>
    stop === null
      ? { type: "line", ...across, x0: wallClock(start), x1: wallClock(start), line: { color, width: 1, dash: "dash" } }
      : { type: "rect", ...across, x0: wallClock(start), x1: wallClock(stop), fillcolor: color, opacity: 0.14, layer: "below", line: { width: 0 } },
  );
  const signs = marks.map(({ start, text, color, url }) => ({
    xref: "x",
    yref: "paper",
    x: wallClock(start),
    y: 1,
    yanchor: "top",
    text: "◆",
    showarrow: false,
    font: { size: 11, color },
    hovertext: text,
    hoverlabel: { bgcolor: colours.surface, bordercolor: color, font: { color: colours.text, size: 12 } },
    captureevents: Boolean(url || text),
    name: url,
  }));
  return { ...layout, shapes: [...(layout.shapes ?? []), ...shapes], annotations: [...(layout.annotations ?? []), ...signs] };
};

export const dress = (figure, { colours, font, hidden, marks, uirevision, width, height }) => ({
  data: figure.data.map((trace) => ({ ...paint(withWallClock(trace), colours), visible: !hidden.has(trace.name) })),
  layout: {
    showlegend: false,
    dragmode: "zoom",
    hovermode: "x unified",
    bargap: 0.12,
    margin: { l: 8, r: 8, t: 8, b: 8, pad: 0 },
    ...withMarks(figure.layout, marks, colours),
    width,
    height,
    uirevision,
    paper_bgcolor: colours.surface,
    plot_bgcolor: colours.surface,
    font: { family: font, size: 11, color: colours["text-2"] },
    colorway: colours.series,
    hoverlabel: hoverLabel(colours),
    xaxis: timeAxis(figure.layout?.xaxis, colours),
    yaxis: valueAxis(figure.layout?.yaxis, colours),
    ...secondAxis(figure.layout?.yaxis2, colours),
  },
  config: { displayModeBar: false, doubleClick: false, responsive: false, scrollZoom: false, showTips: false, ...figure.config },
});
