// Numbers are wall-clock milliseconds of the viewer's zone. As text Plotly takes them as they are; as numbers it would
// move them by the zone of the browser, which need not be the viewer's choice.
export const wallClock = (time) => (typeof time === "number" ? new Date(time).toISOString().slice(0, 23) : time);

export const withWallClock = (trace) => ({
  ...trace,
  ...(trace.x ? { x: trace.x.map(wallClock) } : {}),
  ...("x0" in trace ? { x0: wallClock(trace.x0) } : {}),
});
