// A pie's slices: painted, and named where there is room. What does not fit a slice is left to the key, which names them all.
import { inkOn } from "./colours.js";

const LETTER = 6; // pixels, of a text of 11
const LEAST_SIZE = 10;
const MIDDLE_SIZE = 20;

const radiusOf = ({ width, height }, margin) => Math.max(0, Math.min(width, height) / 2 - margin);

// How wide a text may be in a slice of that share of the whole, as far as can be told before it is drawn.
const roomIn = (share, hole, radius) => radius * Math.min(1 - hole, 0.85, 0.2 + 2 * share);

const texts = ({ text, values, hole, meta }, radius) => {
  const total = values.reduce((sum, value) => sum + value, 0);
  const fits = (at) => text[at].length * LETTER <= roomIn(values[at] / total, hole, radius);
  return text.map((whole, at) => (fits(at) ? whole : meta.shares[at]));
};

// One trace: its slices are painted and hidden one by one.
export const paintSlices = (trace, painted, colours, place, margin) => ({
  ...trace,
  texttemplate: texts(trace, radiusOf(place, margin)),
  marker: { colors: painted, line: { color: colours.surface, width: 2 } },
  insidetextfont: { color: painted.map(inkOn) },
});

// The number in a donut's hole stays within it.
export const sliceLayout = ({ data, layout }, place, margin) => {
  const [trace] = data;
  if (trace?.type !== "pie") return {};
  const room = 1.6 * trace.hole * radiusOf(place, margin);
  const fitted = (one) => ({ ...one, font: { size: Math.min(MIDDLE_SIZE, Math.max(LEAST_SIZE, room / (0.58 * one.text.length))) } });
  const { annotations } = layout;
  return { uniformtext: { minsize: LEAST_SIZE, mode: "hide" }, ...(annotations ? { annotations: annotations.map(fitted) } : {}) };
};
