// The page on which a query is written: the editor in the place of the text field, and what its buttons do without leaving it.
import { makeEditor } from "./editor.js";
import { askBeforeLeaving } from "./unsaved.js";

const form = document.getElementById("query");
const field = document.getElementById("query-text");
const read = (id) => JSON.parse(document.getElementById(id).textContent);

const press = (name) => form.querySelector(`button[name="do"][value="${name}"]`)?.click();

const editor = makeEditor(field, document.getElementById("query-editor"), {
  words: read("query-words"),
  run: () => press("run"),
  save: () => press("save"),
});
askBeforeLeaving(form, () => field.value !== read("query-kept"));

const run = () => {
  editor.clearMistake();
  htmx.ajax("POST", form.dataset.run, { source: form, target: "#outcome", swap: "innerHTML" });
};

const format = async () => {
  const answer = await fetch(form.dataset.format, { method: "POST", body: new FormData(form), credentials: "same-origin" });
  const text = await answer.text();
  if (answer.ok) editor.replace(text);
  else announce(answer.status === 422 ? text : "It could not be laid out now. Please try again.");
};

const announce = (sentence) => {
  document.getElementById("query-said").textContent = sentence;
};

// Zooming a chart submits the form without a button: the range it sets is run.
form.addEventListener("submit", (event) => {
  const wanted = event.submitter?.value ?? "run";
  if (wanted !== "run" && wanted !== "format") return;
  event.preventDefault();
  announce("");
  if (wanted === "run") run();
  else format();
});

document.addEventListener("htmx:load", (event) => {
  if (!event.detail.elt.closest?.("#outcome")) return;
  const { from, to } = form.elements;
  Object.assign(document.getElementById("toolbar").dataset, { from: from.value, to: to.value });
  document.getElementById("announcer").textContent = document.querySelector("#outcome [data-said]")?.dataset.said ?? "";
  showMistake();
});

const showMistake = () => {
  const mistake = document.querySelector("#outcome .query-mistake[data-at]");
  if (mistake?.dataset.at) editor.showMistake(Number(mistake.dataset.at), mistake.querySelector("strong").textContent);
};

document.addEventListener("click", (event) => {
  const button = event.target.closest(".query-insert");
  if (button) editor.insert(button.dataset.insert ?? asName(button.dataset.name));
  if (event.target.closest("[data-action='go-to-mistake']")) editor.goTo(Number(event.target.closest("[data-at]").dataset.at));
});

// PostgreSQL reads other names as something else.
const asName = (name) => (/^[a-z_][a-z0-9_]*$/.test(name) ? name : `"${name.replaceAll('"', '""')}"`);

showMistake();
