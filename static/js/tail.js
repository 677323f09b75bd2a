// A chart of which only points have changed is sent these alone: they take their places among those it has.
import { redraw } from "./charts.js";

const chartOf = (panel) => panel?.querySelector(".chart");

// With a mark only: what was marked stale here is drawn anew.
document.addEventListener("htmx:configRequest", (event) => {
  const { elt, headers } = event.detail;
  const { held } = chartOf(elt.closest(".panel"))?.dataset ?? {};
  if (held && headers["X-Shown"]) headers["X-Held"] = held;
});

const movedOn = (trace, at, { x0, steps, parts }) => {
  const shift = Math.round((x0 - trace.x0) / trace.dx);
  const y = Array.from({ length: steps }, (_, step) => trace.y[step + shift] ?? null);
  for (const [first, points] of parts) y.splice(first, points[at].length, ...points[at]);
  return { ...trace, x0, y };
};

const showLegend = (panel, legend) => {
  panel.querySelectorAll(".legend tbody tr").forEach((row, at) => {
    row.querySelectorAll("td.number").forEach((cell, place) => {
      cell.textContent = legend[at][place];
    });
  });
};

const extend = (panel, tail) => {
  const chart = chartOf(panel);
  redraw(chart, (figure) => ({ ...figure, data: figure.data.map((trace, at) => movedOn(trace, at, tail)), layout: tail.layout }));
  chart.dataset.held = tail.held;
  chart.setAttribute("aria-label", tail.summary);
  showLegend(panel, tail.legend);
  panel.querySelector(".panel-when span").textContent = tail.took;
  panel.setAttribute("hx-headers", JSON.stringify({ "X-Shown": tail.mark }));
};

// Before the other listeners that look at an answer: what is not swapped is nothing to them.
document.addEventListener("htmx:beforeSwap", (event) => {
  const { target, xhr } = event.detail;
  if (!target.matches(".panel") || xhr.getResponseHeader("Content-Type") !== "application/json") return;
  event.detail.shouldSwap = false;
  extend(target, JSON.parse(xhr.responseText));
});
