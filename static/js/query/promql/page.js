// The page on which PromQL is written: an editor for each of the panel's queries.
import { listen, onOutcome } from "../running.js";
import { askUnlessSent } from "../../unsaved.js";
import { promqlLanguage } from "./helping.js";
import { editorOf, parts, sentParts, startParts, written } from "./parts.js";

const form = document.getElementById("query");
const read = (id) => JSON.parse(document.getElementById(id).textContent);
const press = (name) => form.querySelector(`.query-actions button[name="do"][value="${name}"]`)?.click();

const { add, remove } = startParts({
  language: promqlLanguage(read("query-words")),
  run: () => press("run"),
  save: () => press("save"),
});
askUnlessSent(form, () => JSON.stringify(written()) !== JSON.stringify(read("query-kept")));

listen(form, {
  before: () => parts().forEach((part) => editorOf(part).showMistakes([])),
  others: { add, "remove-": remove },
});

const partOf = (mistake) => sentParts()[Number(mistake.dataset.part ?? 0)] ?? parts()[0];

onOutcome(form, () => {
  for (const mistake of document.querySelectorAll("#outcome .query-mistake[data-at]")) {
    if (!mistake.dataset.at) continue;
    const words = mistake.querySelector(".query-words") ?? mistake.querySelector("strong");
    editorOf(partOf(mistake)).showMistakes([{ at: Number(mistake.dataset.at), message: words.textContent.trim() }]);
  }
});

// What is picked beside goes into the query that was written in last.
let last = parts()[0];
form.addEventListener("focusin", (event) => {
  last = event.target.closest(".query-part") ?? last;
});

document.addEventListener("click", (event) => {
  const button = event.target.closest(".query-insert");
  if (button) editorOf(last.isConnected ? last : parts()[0]).insert(button.dataset.insert);
  const mistake = event.target.closest("[data-action='go-to-mistake']")?.closest(".query-mistake");
  if (mistake) editorOf(partOf(mistake)).goTo(Number(mistake.dataset.at));
});
