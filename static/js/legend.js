// The legend is a table of buttons: a click hides or shows a series, with Alt or Ctrl it shows that one alone.
import { draw, hiddenSeries } from "./charts.js";

const chartOf = (element) => element.closest(".panel").querySelector(".chart");

const buttonsOf = (panel) => [...panel.querySelectorAll(".legend-toggle")];

const nameOf = (button) => button.dataset.name ?? button.textContent.trim();

const press = (panel) => {
  const chart = panel.querySelector(".chart");
  if (!chart) return;
  for (const button of buttonsOf(panel)) button.setAttribute("aria-pressed", String(!hiddenSeries(chart).has(nameOf(button))));
};

const showAlone = (hidden, names, name) => {
  const isAlone = hidden.size === names.length - 1 && !hidden.has(name);
  hidden.clear();
  if (!isAlone) names.filter((other) => other !== name).forEach((other) => hidden.add(other));
};

document.addEventListener("click", (event) => {
  const button = event.target.closest(".legend-toggle");
  if (!button) return;
  const hidden = hiddenSeries(chartOf(button));
  const name = nameOf(button);
  if (event.altKey || event.ctrlKey || event.metaKey) showAlone(hidden, buttonsOf(button.closest(".panel")).map(nameOf), name);
  else if (!hidden.delete(name)) hidden.add(name);
  press(button.closest(".panel"));
  draw(chartOf(button));
});

document.addEventListener("htmx:load", (event) => {
  if (event.detail.elt.matches?.(".panel")) press(event.detail.elt);
});
