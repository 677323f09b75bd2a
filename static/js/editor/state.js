// What the form says now, and whether that is saved: the server gives the saved document and the drawn one a digest each.

export const form = () => document.getElementById("panel-form");
const page = () => document.getElementById("panel-editor");
const side = () => document.getElementById("editor-side");

const BESIDE = new Set(["csrfmiddlewaretoken", "on", "from", "to", "version", "over"]);

const fieldsOf = (isWanted) => [...new FormData(form())].filter(([name]) => isWanted(name));

// The document alone.
export const documentFields = () => fieldsOf((name) => !BESIDE.has(name));

// All that a preview depends on.
export const wanted = () => new URLSearchParams(fieldsOf((name) => name !== "csrfmiddlewaretoken" && name !== "version")).toString();

const written = () => new URLSearchParams(documentFields()).toString();

let drawn = "";

// The form is as the server drew it.
export const markDrawn = () => {
  drawn = written();
};

export const isUnsaved = () => side().dataset.digest !== page().dataset.saved || written() !== drawn;

let mistakes = 0;

export const showStatus = (found = mistakes) => {
  mistakes = found;
  const status = document.getElementById("editor-status");
  const words = found ? `Not valid yet: ${found} ${found === 1 ? "mistake" : "mistakes"}` : "Not saved yet";
  const said = page().dataset.said || "All is saved";
  for (const button of document.querySelectorAll("[form='editor-test']")) button.disabled = found > 0;
  status.dataset.state = found ? "wrong" : isUnsaved() ? "unsaved" : "saved";
  status.textContent = found || isUnsaved() ? words : said;
};
