// Heatmaps and histories: each trace is a row of cells. They are painted into a small image, which the chart stretches over its
// axes; the rows themselves are lines that nobody sees, so that the pointer finds each cell's value.
import { channels } from "./colours.js";

const pixelsOfRow = 20; // in which a state's height is told

// The colour of a share between 0 and 1, between the theme's stops.
const ramp = (stops) => {
  const known = stops.map(channels);
  return (share) => {
    const place = Math.min(Math.max(share, 0), 1) * (known.length - 1);
    const at = Math.min(Math.floor(place), known.length - 2);
    return known[at].map((from, channel) => from + (known[at + 1][channel] - from) * (place - at));
  };
};

// How a cell is painted: its colour, and the part of its row's height it takes.
const byHeat = ({ low, high, log }, colours) => {
  const colourOf = ramp(colours.heat);
  const share = (value) => (log ? Math.log1p(value - low) / Math.log1p(high - low) : (value - low) / (high - low));
  return (value) => ({ colour: colourOf(high > low ? share(value) : 1), height: 1 });
};

const byState = (states, colours, hidden) => {
  const painted = states.map(({ name, color, series, height }) => ({
    colour: channels(color || colours.series[series]),
    height: hidden.has(name) ? 0 : height,
  }));
  return (place) => painted[place];
};

const paint = (rows, columns, pixels, lookOf) => {
  const canvas = document.createElement("canvas");
  canvas.width = columns;
  canvas.height = rows.length * pixels;
  const context = canvas.getContext("2d");
  const image = context.createImageData(canvas.width, canvas.height);
  rows.forEach((row, at) => row.forEach((value, column) => {
    if (value === null) return;
    const { colour, height } = lookOf(value);
    const margin = Math.round((pixels * (1 - height)) / 2);
    for (let line = margin; line < pixels - margin; line += 1) {
      image.data.set([...colour, 255], ((at * pixels + line) * columns + column) * 4);
    }
  }));
  context.putImageData(image, 0, 0);
  return canvas.toDataURL();
};

const unseen = (states) => (trace, at) => ({
  ...trace,
  y: trace.y.map((value) => (value === null ? null : at)),
  ...(states ? { text: trace.y.map((place) => states[place]?.name) } : { customdata: trace.y }),
  line: { width: 0 },
  xperiod: trace.dx,
  xperiod0: trace.x0,
  xperiodalignment: "middle",
});

export const withCells = (figure, colours, hidden) => {
  const { heat, states } = figure.layout?.meta ?? {};
  if (!(heat || states) || !figure.data.length) return figure;
  const [{ x0, dx, y }] = figure.data;
  const [below, above] = figure.layout.yaxis.range;
  const rows = figure.data.map((trace) => trace.y);
  const topmostFirst = below < above ? rows.toReversed() : rows;
  const lookOf = heat ? byHeat(heat, colours) : byState(states, colours, hidden);
  const image = {
    source: paint(topmostFirst, y.length, heat ? 1 : pixelsOfRow, lookOf),
    xref: "x",
    yref: "y",
    x: new Date(x0).toISOString().slice(0, 23),
    y: above,
    sizex: dx * y.length,
    sizey: rows.length,
    sizing: "stretch",
    layer: "below",
  };
  return { ...figure, data: figure.data.map(unseen(states)), layout: { ...figure.layout, images: [image] } };
};
