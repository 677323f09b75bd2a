// The page on which SQL is written: the editor in the place of the text field.
import { makeEditor } from "./editor.js";
import { announce, listen, onOutcome } from "./running.js";
import { sqlLanguage } from "./sql.js";
import { askUnlessSent } from "../unsaved.js";

const form = document.getElementById("query");
const field = document.getElementById("query-text");
const read = (id) => JSON.parse(document.getElementById(id).textContent);

const press = (name) => form.querySelector(`.query-actions button[name="do"][value="${name}"]`)?.click();

const editor = makeEditor(field, document.getElementById("query-editor"), {
  language: sqlLanguage(read("query-words")),
  run: () => press("run"),
  save: () => press("save"),
});
askUnlessSent(form, () => field.value !== read("query-kept"));

const format = async () => {
  const answer = await fetch(form.dataset.format, { method: "POST", body: new FormData(form), credentials: "same-origin" });
  const text = await answer.text();
  if (answer.ok) editor.replace(text);
  else announce(answer.status === 422 ? text : "It could not be laid out now. Please try again.");
};

listen(form, { before: () => editor.showMistakes([]), others: { format } });

const showMistake = () => {
  const mistake = document.querySelector("#outcome .query-mistake[data-at]");
  if (!mistake?.dataset.at) return;
  editor.showMistakes([{ at: Number(mistake.dataset.at), message: mistake.querySelector("strong").textContent.trim() }]);
};

document.addEventListener("click", (event) => {
  const button = event.target.closest(".query-insert");
  if (button) editor.insert(button.dataset.insert ?? asName(button.dataset.name));
  if (event.target.closest("[data-action='go-to-mistake']")) editor.goTo(Number(event.target.closest("[data-at]").dataset.at));
});

// PostgreSQL reads other names as something else.
const asName = (name) => (/^[a-z_][a-z0-9_]*$/.test(name) ? name : `"${name.replaceAll('"', '""')}"`);

onOutcome(form, showMistake);
