// Saving: one request with the version that was opened. Whatever goes wrong, the work stays here, and in this tab's storage.
import { askBeforeLeaving, keptAs } from "../unsaved.js";
import { ask, withTenant } from "./asking.js";
import { board, change, isSaved, markSaved } from "./board.js";
import { closeProblem, say, showProblem } from "./say.js";

const kept = keptAs(`draft:${location.pathname}`);
let isLeaving = false;
let isSaving = false;
let theirs = null;
let beside = {}; // what a save that failed would have changed besides the document: trying again does so too

const keepDraft = () => {
  const { version, document: written, panels } = board;
  kept.write(isSaved() ? null : { version, document: written, panels });
};

// A draft knows the version it was begun on: whoever saved since is not overwritten without a word.
export const takeDraft = () => {
  const draft = kept.read();
  if (!draft || JSON.stringify(draft.document) === JSON.stringify(board.document)) return;
  board.version = draft.version;
  board.panels = { ...draft.panels, ...board.panels }; // those that are stored as they are now
  change("your unsaved changes", draft.document);
  showProblem("draft", "Your unsaved changes are back.");
};

const failed = (answer) => {
  if (answer.status === 409) {
    theirs = answer.version;
    showProblem("conflict", `Not saved. ${answer.detail}`);
  } else if (answer.status === 401 || answer.status === 403) {
    showProblem("signed-out", `Not saved. ${answer.detail} Your work is kept in this tab.`);
  } else if (answer.status === 422) {
    showProblem("failed", "Not saved: the document is not valid yet.", answer.errors ?? [{ path: "", message: answer.detail }]);
  } else showProblem("lost", `Not saved. ${answer.detail} Your work is kept in this tab.`);
};

const address = () => withTenant(`/api/v1/dashboards/${board.slug}`, board.tenant);

// What is stored, where it is what was sent: the answer to a save may be lost on the way back, and nobody else is to blame.
const storedAs = async (sent, { state }) => {
  const stored = await ask("GET", address());
  const isSame = stored.ok && JSON.stringify(stored.document) === JSON.stringify(sent) && (!state || stored.state === state);
  return isSame ? stored : null;
};

// `more` is what is changed besides the document: `{ state: "published" }`.
export const save = async (version = board.version, more = {}) => {
  if (isSaving) return say("It is being saved.");
  isSaving = true;
  const button = document.querySelector(more.state ? "#builder-publish" : "[data-do='save']");
  button.setAttribute("aria-busy", "true");
  const sent = board.document;
  const body = { version, document: sent, shared_with: board.sharedWith, ...more };
  let answer = await ask("PUT", address(), body);
  if (answer.status === 409) answer = (await storedAs(sent, more)) ?? answer;
  isSaving = false;
  button.removeAttribute("aria-busy");
  beside = answer.ok ? {} : more;
  if (!answer.ok) return failed(answer);
  closeProblem();
  markSaved(answer.version, sent);
  if (more.state) published();
};

const published = () => {
  document.getElementById("builder-publish").remove();
  document.getElementById("builder-state").querySelector(".chip")?.remove();
  document.querySelector("[data-do='save']").focus();
  say("It is published: everybody in the tenant sees it.");
};

const reload = () => {
  isLeaving = true;
  location.reload();
};

const reloadTheirs = () => {
  kept.write(null);
  reload();
};

export const actions = {
  save: () => (isSaved() ? say("There is nothing to save.") : save()),
  publish: () => save(board.version, { state: "published" }),
  retry: () => save(board.version, beside),
  "save-over": () => save(theirs, beside),
  reload: reloadTheirs,
  "throw-away": reloadTheirs,
  "reload-mine": reload,
  "close-problem": closeProblem,
};

document.addEventListener("boardchange", keepDraft);

// To the editor of a panel and back: the work waits in this tab, so that nothing is asked.
export const leaveFor = (url) => {
  isLeaving = isSaved() || kept.read() !== null;
  location.assign(url);
};

document.addEventListener("click", (event) => {
  const link = event.target.closest("[data-edit]");
  if (!link || event.ctrlKey || event.metaKey || event.shiftKey) return;
  event.preventDefault();
  leaveFor(link.href);
});

askBeforeLeaving(() => !isLeaving && !isSaved());
