// Axes dressed for the theme: of time, which is zoomed, and of values and categories, which stay as they are.
import { wallClock } from "./times.js";

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

// Categories have no grid between them.
const valueAxis = (given, colours) => ({
  fixedrange: true,
  nticks: 6,
  ...axis(given, colours),
  ...(given?.type === "category" ? { nticks: 0, showgrid: false } : {}),
});

export const hasTime = (figure) => figure.layout?.xaxis?.type === "date";

// A second axis has no grid of its own: two would cross.
const second = (given, colours) => (given ? { yaxis2: { ...valueAxis(given, colours), showgrid: false } } : {});

// A pie has none.
export const axes = (figure, colours) => {
  const { xaxis, yaxis, yaxis2 } = figure.layout ?? {};
  if (figure.data.some(({ type }) => type === "pie")) return {};
  return {
    xaxis: hasTime(figure) ? timeAxis(xaxis, colours) : valueAxis(xaxis, colours),
    yaxis: valueAxis(yaxis, colours),
    ...second(yaxis2, colours),
  };
};
