// Zooming a chart sets the range of the page; a double click goes back to where zooming began; a click
// leads where its series does, or opens the points.
import { addAnnotation } from "./annotations.js";
import { openInDialog } from "./dialogs.js";
import { pageRange, setRange, zoomOut } from "./range.js";

// A click waits this long for the second one of a double click.
const doubleClickMs = 260;

let before = null;
let waiting = null;
let doubled = 0;

// Plotly's times are in the viewer's zone, as the server reads times without one.
const asText = (time) => (typeof time === "number" ? new Date(time).toISOString() : time.replace(" ", "T")).slice(0, 19);

const zoomTo = (from, to) => {
  before ??= pageRange();
  setRange(asText(from), asText(to));
};

const zoomBack = () => {
  clearTimeout(waiting);
  doubled = performance.now();
  if (before) setRange(...before);
  else zoomOut();
  before = null;
};

// A trace's name is escaped for Plotly, and may be another than the series has in the data; the legend knows.
const buttonOf = (panel, name) => [...panel.querySelectorAll(".legend-toggle")].find(({ dataset }) => dataset.name === name);

const labelOf = (panel, name) => {
  const button = buttonOf(panel, name);
  return button?.dataset.label ?? button?.textContent.trim() ?? name;
};

// The series' own link, which stands beside its name.
const linkOf = (panel, name) => buttonOf(panel, name)?.closest("tr").querySelector(".legend-link");

const openPoints = (panel, point) => {
  const target = new URL(panel.dataset.points, location.origin);
  target.searchParams.set("at", asText(point.x));
  if (point.data.name) target.searchParams.set("label", labelOf(panel, point.data.name));
  openInDialog(target.pathname + target.search);
};

export const listenForZoom = (node) => {
  const panel = () => node.closest(".panel");
  node.on("plotly_relayout", (change) => {
    if ("xaxis.range[0]" in change && !("ownRange" in panel().dataset)) zoomTo(change["xaxis.range[0]"], change["xaxis.range[1]"]);
  });
  node.on("plotly_doubleclick", zoomBack);
  node.on("plotly_clickannotation", ({ annotation }) => {
    if (annotation.name) openInDialog(annotation.name);
  });
  node.on("plotly_click", ({ points, event }) => {
    if ((event.ctrlKey || event.metaKey) && addAnnotation(asText(points[0].x), panel().dataset.panel)) return;
    clearTimeout(waiting);
    if (performance.now() - doubled < doubleClickMs) return;
    const link = linkOf(panel(), points[0].data.name);
    if (link) waiting = setTimeout(() => link.click(), doubleClickMs);
    else if (panel().dataset.points) waiting = setTimeout(() => openPoints(panel(), points[0]), doubleClickMs);
  });
};
