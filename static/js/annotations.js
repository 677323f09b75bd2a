// What happened when: the marks of the page's annotations, which charts draw, and the menu that lists them.
import { openInDialog } from "./dialogs.js";
import { withPageRange } from "./range.js";

const MARKS = "marks"; // which kinds are shown, in the page's URL

let marks = [];
let shown = "[]";
let wasOpen = false;

const annotations = () => document.getElementById("annotations");

export const marksOf = (panel) => marks.filter((mark) => !mark.panel || mark.panel === panel);

// False for those who may not add any.
export const addAnnotation = (at, panel) => {
  const path = annotations()?.dataset.new;
  if (!path) return false;
  const url = new URL(withPageRange(path), location.origin);
  url.searchParams.set("at", at);
  url.searchParams.set("panel", panel);
  openInDialog(url.pathname + url.search);
  return true;
};

const withChosen = (path) => {
  const url = new URL(path, location.origin);
  const chosen = new URLSearchParams(location.search).get(MARKS);
  if (chosen === null) url.searchParams.delete(MARKS);
  else url.searchParams.set(MARKS, chosen);
  return url.pathname + url.search;
};

document.addEventListener("htmx:configRequest", (event) => {
  if (event.detail.elt.id === "annotations") event.detail.path = withChosen(withPageRange(event.detail.path));
});

document.addEventListener("htmx:beforeSwap", (event) => {
  if (event.detail.target.id === "annotations") wasOpen = Boolean(annotations().querySelector("details")?.open);
});

document.addEventListener("htmx:load", (event) => {
  const { elt } = event.detail;
  if (elt.id === "toolbar" && annotations()) htmx.trigger(annotations(), "refresh");
  if (elt.id !== "annotations") return;
  const menu = elt.querySelector("details");
  if (menu && wasOpen) menu.open = true;
  const drawn = document.getElementById("marks-drawn")?.textContent ?? "[]";
  if (drawn === shown) return;
  shown = drawn;
  marks = JSON.parse(drawn);
  document.dispatchEvent(new Event("markschange"));
});

// Saved or deleted: the dialog has done its work.
document.addEventListener("annotationschanged", () => document.getElementById("dialog").close());
