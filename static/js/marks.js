// What happened when: a line, or a region's band, and above it a sign that tells more to who points at it.
import { wallClock } from "./times.js";

export const withMarks = (layout, marks, colours) => {
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
