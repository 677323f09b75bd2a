// Work that is not saved is kept in this tab, and offered when the editor is opened again; leaving it asks.
import { askBeforeLeaving, keptAs } from "../unsaved.js";
import { send } from "./sending.js";
import { documentFields, form, isUnsaved } from "./state.js";

const kept = keptAs(`panel-editor:${location.pathname}`);
let isLeaving = false;
let isOffered = false;

export const keepDraft = () => {
  if (isOffered) return;
  kept.write(isUnsaved() ? { version: form().elements.version.value, fields: documentFields() } : null);
};

export const offerDraft = () => {
  isOffered = Boolean(kept.read()) && !isUnsaved();
  document.getElementById("editor-draft").hidden = !isOffered;
};

const drop = () => {
  isOffered = false;
  kept.write(null);
  document.getElementById("editor-draft").hidden = true;
};

// The button that was pressed is gone.
const goOn = () => document.querySelector("#editor-side [name='do'][aria-pressed='true']").focus();

// A draft knows the version it was begun on: whoever saved since is not overwritten without a word.
const take = () => {
  const draft = kept.read();
  drop();
  if (!draft) return;
  form().elements.version.value = draft.version;
  const values = {};
  for (const [name, value] of draft.fields) (values[name] ??= []).push(value);
  send(form().dataset.form, { source: document.body, values, target: "#editor-side", swap: "outerHTML" }).then(goOn);
};

export const leave = () => {
  isLeaving = true;
  kept.write(null);
};

document.addEventListener("click", (event) => {
  const { draft } = event.target.closest("[data-draft]")?.dataset ?? {};
  if (draft === "take") take();
  if (draft !== "drop") return;
  drop();
  goOn();
});

askBeforeLeaving(() => !isLeaving && isUnsaved());
