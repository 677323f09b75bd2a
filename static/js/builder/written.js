// The document as text. The server reads it, so that it means here what it means in files and in the API.
import { ask } from "./asking.js";
import { board, change } from "./board.js";
import { listErrors } from "./say.js";

const form = document.getElementById("builder-document-form");
const errors = form.querySelector(".builder-errors");

const read = (text) => ask("POST", `${location.pathname}document/`, new URLSearchParams({ text }));

const reasons = (answer) => answer.errors ?? [{ path: "", message: answer.detail }];

// What cannot be read as it is stands there as JSON, with the reasons.
export const openDocument = async () => {
  const plain = JSON.stringify(board.document, null, 2);
  const answer = await read(plain);
  form.elements.text.value = answer.ok ? answer.text : plain;
  listErrors(errors, answer.ok ? [] : reasons(answer));
  form.closest("dialog").showModal();
};

form.addEventListener("submit", async (event) => {
  event.preventDefault();
  const answer = await read(form.elements.text.value);
  if (!answer.ok) return listErrors(errors, reasons(answer));
  form.closest("dialog").close();
  Object.assign(board.panels, answer.panels);
  change("document changed", answer.document);
});
