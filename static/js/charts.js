// Charts: a panel's figure is drawn on its kept node, dressed for the theme, fitted to its place.
import { hasTime } from "./axes.js";
import { readColours } from "./colours.js";
import { readFigure } from "./compact.js";
import { marksOf } from "./annotations.js";
import { dress } from "./figure.js";
import { rangeKey } from "./range.js";
import { listenForZoom } from "./zoom.js";

// Plotly is loaded beside the page, not before it: panels are asked for while it still arrives. A page without charts has none.
const plotly = new Promise((resolve) => {
  const script = document.getElementById("plotly");
  if (window.Plotly) resolve(window.Plotly);
  else script?.addEventListener("load", () => resolve(window.Plotly));
});

const figures = new WeakMap();
let colours = readColours();

export const hiddenSeries = (node) => (node.hiddenSeries ??= new Set());

export const draw = async (node) => {
  const Plotly = await plotly;
  const figure = figures.get(node);
  if (!figure || !node.isConnected || !node.clientWidth) return;
  const isNew = !node.classList.contains("js-plotly-plot");
  const { data, layout, config } = dress(figure, {
    colours,
    font: getComputedStyle(node).fontFamily,
    hidden: hiddenSeries(node),
    marks: marksOf(node.closest(".panel").dataset.panel),
    uirevision: rangeKey(),
    width: node.clientWidth,
    height: node.clientHeight,
  });
  await Plotly.react(node, data, layout, config);
  // So that paper, which is of another width, can scale the drawing.
  for (const svg of node.querySelectorAll(".main-svg")) svg.setAttribute("viewBox", `0 0 ${layout.width} ${layout.height}`);
  if (isNew && hasTime(figure)) listenForZoom(node);
  sizes.observe(node);
};

const sizes = new ResizeObserver((entries) => {
  for (const { target } of entries) {
    const { width, height } = target.layout ?? {};
    if (target.clientWidth && (target.clientWidth !== width || target.clientHeight !== height)) draw(target);
  }
});

const drawAll = (root) => {
  for (const script of root.querySelectorAll("script.figure")) {
    const node = document.getElementById(script.dataset.chart);
    node.dataset.held = script.dataset.held;
    figures.set(node, readFigure(script.textContent));
    draw(node);
  }
};

export const redraw = (node, change) => {
  figures.set(node, change(figures.get(node)));
  draw(node);
};

document.addEventListener("htmx:load", (event) => drawAll(event.detail.elt));

document.addEventListener("htmx:beforeCleanupElement", (event) => {
  const node = event.detail.elt;
  if (!node.matches?.(".js-plotly-plot")) return;
  sizes.unobserve(node);
  window.Plotly.purge(node);
});

const redrawAll = () => {
  colours = readColours();
  document.querySelectorAll(".js-plotly-plot").forEach(draw);
};

document.addEventListener("themechange", redrawAll);
document.addEventListener("markschange", redrawAll);
