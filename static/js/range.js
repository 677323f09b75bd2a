// The page's time range. The toolbar, rendered by the server, says what it is; whoever changes it fetches the toolbar anew.

const toolbar = () => document.getElementById("toolbar");

import { withPageVariables } from "./variables.js";

// What names the range on screen: zoom and legend of a chart are kept as long as it stays the same.
export const rangeKey = () => {
  const { from, to, tz } = toolbar().dataset;
  return [from, to, tz].join("|");
};

export const setRange = (from, to) => {
  const { elements } = document.getElementById("range");
  elements.from.value = from;
  elements.to.value = to;
  elements.from.form.requestSubmit();
};

export const pageRange = () => {
  const { from, to } = toolbar().dataset;
  return [from, to];
};

export const zoomOut = () => document.querySelector("[data-step='zoom-out']").click();

// `fresh`: a person wants the newest, not what others saw a moment ago.
export const refreshPanels = (fresh = false) => {
  for (const panel of document.querySelectorAll(".panel:not([data-state='loading'])")) htmx.trigger(panel, "refresh", { fresh });
};

// A panel's request carries the page's range as it is now, not as it was when the panel was drawn.
export const withPageRange = (path, { ownRange, ownVariables = "" } = {}) => {
  const keepsOwnRange = ownRange !== undefined;
  const url = new URL(path, location.origin);
  const { from, to, tz, refresh } = toolbar().dataset;
  const wanted = { tz, refresh, ...(keepsOwnRange ? {} : { from, to }) };
  const drawnFrom = url.searchParams.get("from");
  // Another range has other pages.
  if (drawnFrom && wanted.from && drawnFrom !== wanted.from) url.searchParams.delete("page");
  for (const [name, value] of Object.entries(wanted)) url.searchParams.set(name, value);
  withPageVariables(url.searchParams, ownVariables);
  return url.pathname + url.search;
};

document.addEventListener("htmx:configRequest", (event) => {
  const { elt, headers, triggeringEvent } = event.detail;
  const panel = elt.closest(".panel");
  if (!panel) return;
  event.detail.path = withPageRange(event.detail.path, panel.dataset);
  if (triggeringEvent?.detail?.fresh) headers["X-Fresh"] = "1";
});

// What was chosen with the keyboard is replaced with the toolbar: its menu's button, or the same step, has the focus then.
let place = "";

const placeOf = (element) => {
  const { menu } = element.closest("[data-menu]")?.dataset ?? {};
  const { step } = element.closest("[data-step]")?.dataset ?? {};
  return (menu && `[data-menu="${menu}"] > summary`) || (step && `[data-step="${step}"]`) || "";
};

document.addEventListener("htmx:beforeSwap", (event) => {
  if (event.detail.target.id !== "toolbar") return;
  const { activeElement } = document;
  place = activeElement?.closest("#toolbar, #variables") ? placeOf(activeElement) : "";
});

document.addEventListener("htmx:load", (event) => {
  if (event.detail.elt.id !== "toolbar") return;
  if (place) document.querySelector(place)?.focus();
  // The menu it replaces was still open, and of menus of one name only one may be.
  const wrong = toolbar().querySelector(".field-error");
  if (wrong) wrong.closest("details").open = true;
  addCalendars();
  refreshPanels();
});

document.addEventListener("click", (event) => {
  if (!event.target.closest("[data-action='refresh']")) return;
  event.preventDefault();
  refreshPanels(true);
});

// Calendars beside the text fields: the field takes "now-6h" too, so it cannot be a date field itself.
const addCalendars = () => {
  for (const row of document.querySelectorAll("#range .field-row:not(:has(button))")) {
    const button = document.getElementById("pick-time").content.cloneNode(true);
    row.append(button);
  }
};

document.addEventListener("click", (event) => {
  const row = event.target.closest("[data-action='pick-time']")?.closest(".field-row");
  if (!row) return;
  const picker = row.querySelector("input[type='datetime-local']");
  picker.value = row.dataset.picker;
  picker.showPicker();
});

document.addEventListener("input", (event) => {
  if (!event.target.matches(".field-row input[type='datetime-local']")) return;
  event.target.closest(".field-row").querySelector("input").value = event.target.value;
});

addCalendars();
