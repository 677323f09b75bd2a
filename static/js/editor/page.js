// The panel editor's page: the panel is drawn as one writes, and saved without leaving.
import { takeUp } from "./changing.js";
import { makeCodes, markMistakes } from "./code.js";
import "./colours.js";
import { keepDraft, leave, offerDraft } from "./draft.js";
import { showMistakes } from "./mistakes.js";
import { send } from "./sending.js";
import { form, markDrawn, showStatus, wanted } from "./state.js";

const WAIT_MS = 350;

let previewed = "";
let waiting = 0;

const preview = () => {
  clearTimeout(waiting);
  previewed = wanted();
  htmx.trigger("#editor-drawn", "preview");
};

// Whatever way the form has changed: an editor of code writes into its field without telling.
const notice = () => {
  if (wanted() === previewed) return;
  showStatus();
  keepDraft();
  clearTimeout(waiting);
  waiting = setTimeout(() => wanted() !== previewed && preview(), WAIT_MS);
};

for (const kind of ["input", "change", "keyup", "pointerup", "focusout"]) {
  document.addEventListener(kind, (event) => event.target.closest?.("#panel-form") && setTimeout(notice));
}

const problem = (words) => {
  const region = document.getElementById("editor-problem");
  region.hidden = !words;
  region.firstElementChild.textContent = words;
};

const save = (did) => {
  problem("");
  const shown = { target: "#panel-editor", select: "#panel-editor", swap: "outerHTML" };
  send(form().getAttribute("action"), { source: form(), values: { do: did }, ...shown });
};

// Zooming a chart submits the form without a button, Enter in a field with the first one: both draw it.
document.addEventListener("submit", (event) => {
  if (event.target !== form()) return;
  event.preventDefault();
  preview();
});

document.addEventListener("click", (event) => {
  const pressed = event.target.closest("[data-save]");
  if (pressed) {
    event.preventDefault();
    save(pressed.value);
  }
  if (event.target.closest("[data-leave]")) leave();
});

// The panel is to be looked at: what leads on in it would lead away from the work.
document.addEventListener(
  "click",
  (event) => {
    if (!event.target.closest("#editor-drawn :is(a, [hx-get])")) return;
    event.preventDefault();
    event.stopPropagation();
  },
  true,
);

document.addEventListener("keydown", (event) => {
  if (!event.ctrlKey && !event.metaKey) return;
  if (event.key.toLowerCase() === "s") {
    event.preventDefault();
    document.querySelector(".page-head [data-save]:last-of-type")?.click();
  }
  if (event.key === "Enter") preview();
});

const isOurs = ({ elt, target }) => Boolean((target ?? elt).closest?.("#panel-editor"));

document.addEventListener("htmx:beforeSwap", (event) => {
  const { target, xhr } = event.detail;
  if (target.id === "panel-editor" && [409, 422].includes(xhr.status)) event.detail.shouldSwap = true;
});

for (const name of ["htmx:sendError", "htmx:timeout"]) {
  document.addEventListener(name, (event) => {
    if (isOurs(event.detail)) problem("The server cannot be reached. Your work is kept in this tab.");
  });
}

document.addEventListener("htmx:responseError", (event) => {
  const { xhr, target } = event.detail;
  if (target.id === "panel-editor" && [409, 422].includes(xhr.status)) return;
  if (isOurs(event.detail)) problem(`The server answered ${xhr.status}. Your work is kept in this tab.`);
});

const begin = () => {
  makeCodes({ run: preview, save: () => document.querySelector(".page-head [data-save]:last-of-type")?.click() });
  markDrawn();
  showStatus(document.querySelectorAll("#editor-side [data-error]:not([hidden])").length);
};

document.addEventListener("htmx:afterSettle", (event) => {
  const { target } = event.detail;
  if (target.id === "editor-drawn") {
    problem("");
    const { from, to } = form().elements;
    Object.assign(document.getElementById("toolbar").dataset, { from: from.value, to: to.value });
  }
});

document.addEventListener("htmx:load", (event) => {
  const { id } = event.detail.elt;
  if (id === "editor-verdict") {
    const told = document.getElementById("editor-errors");
    if (told) {
      const mistakes = JSON.parse(told.textContent);
      showMistakes(mistakes);
      markMistakes(mistakes);
    }
  }
  if (id !== "editor-side" && id !== "panel-editor") return;
  begin();
  takeUp();
  keepDraft();
  if (id === "panel-editor") document.getElementById("announcer").textContent = event.detail.elt.dataset.said;
  preview();
});

begin();
offerDraft();
previewed = wanted(); // as it is loaded it is drawn
