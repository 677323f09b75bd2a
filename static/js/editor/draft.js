// Work that is not saved is kept in this tab, and offered when the editor is opened again; leaving it asks.
import { documentFields, form, isUnsaved } from "./state.js";

const key = `panel-editor:${location.pathname}`;
let isLeaving = false;
let isOffered = false;

const read = () => {
  try {
    return JSON.parse(sessionStorage.getItem(key));
  } catch {
    return null; // Storage is switched off, or holds something else.
  }
};

export const keepDraft = () => {
  if (isOffered) return;
  try {
    if (isUnsaved()) sessionStorage.setItem(key, JSON.stringify({ version: form().elements.version.value, fields: documentFields() }));
    else sessionStorage.removeItem(key);
  } catch {
    // Storage is switched off or full: leaving the page asks all the same.
  }
};

export const offerDraft = () => {
  isOffered = Boolean(read()) && !isUnsaved();
  document.getElementById("editor-draft").hidden = !isOffered;
};

const drop = () => {
  isOffered = false;
  sessionStorage.removeItem(key);
  document.getElementById("editor-draft").hidden = true;
};

// A draft knows the version it was begun on: whoever saved since is not overwritten without a word.
const take = () => {
  const draft = read();
  drop();
  if (!draft) return;
  form().elements.version.value = draft.version;
  const values = {};
  for (const [name, value] of draft.fields) (values[name] ??= []).push(value);
  htmx.ajax("POST", form().dataset.form, { source: document.body, values, target: "#editor-side", swap: "outerHTML" });
};

export const leave = () => {
  isLeaving = true;
  sessionStorage.removeItem(key);
};

document.addEventListener("click", (event) => {
  const { draft } = event.target.closest("[data-draft]")?.dataset ?? {};
  if (draft === "take") take();
  if (draft === "drop") drop();
});

window.addEventListener("beforeunload", (event) => {
  if (!isLeaving && isUnsaved()) event.preventDefault();
});
