// Single-key shortcuts; the dialog of templates/_shortcuts.html lists them. None works while one types.
import { toggleFullScreen } from "./kiosk.js";
import { toggleTheme } from "./theme.js";

const click = (selector) => document.querySelector(selector)?.click();

const openMenu = (name) => {
  const menu = document.querySelector(`[data-menu='${name}']`);
  if (!menu) return;
  menu.open = true;
  (menu.querySelector("input:not([type='hidden'])") ?? menu.querySelector(".option"))?.focus();
};

const focusPanel = (step) => {
  const panels = [...document.querySelectorAll(".panel")].filter((panel) => panel.checkVisibility());
  const at = panels.indexOf(document.activeElement?.closest(".panel"));
  const next = panels[at < 0 ? 0 : (at + step + panels.length) % panels.length];
  next?.focus();
  next?.scrollIntoView({ block: "nearest" });
};

// In a dashboard's switcher, in a list's field, or else on the page of all dashboards.
const find = () => {
  const field = document.querySelector("main [data-search]");
  if (document.querySelector("[data-menu='dashboards']")) openMenu("dashboards");
  else if (field) field.select();
  else click("[data-go='dashboards']");
};

const shortcuts = {
  "/": find,
  "?": () => document.getElementById("shortcuts").showModal(),
  "[": () => click("[data-step='earlier']"),
  "]": () => click("[data-step='later']"),
  d: toggleTheme,
  e: () => click("[data-action='edit']"),
  f: toggleFullScreen,
  j: () => focusPanel(1),
  k: () => focusPanel(-1),
  r: () => click("[data-action='refresh']"),
  t: () => openMenu("range"),
  v: () => document.activeElement?.closest(".panel")?.querySelector(".panel-menu a")?.click(),
  z: () => click("[data-step='zoom-out']"),
};

document.addEventListener("keydown", (event) => {
  const typing = event.target.closest?.("input, textarea, select, dialog[open], [contenteditable], [data-typing]");
  if (typing || event.ctrlKey || event.metaKey || event.altKey || !shortcuts[event.key]) return;
  event.preventDefault();
  shortcuts[event.key]();
});
