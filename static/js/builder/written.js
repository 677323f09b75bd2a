// The document as text. The server reads it, so that it means here what it means in files and in the API.
import { ask } from "./asking.js";
import { board, change } from "./board.js";
import { listErrors } from "./say.js";

const form = document.getElementById("builder-document-form");
const errors = form.querySelector(".builder-errors");
const { text } = form.elements;

let code = null;

const read = (written) => ask("POST", `${location.pathname}document/`, new URLSearchParams({ text: written }));

const showMistakes = (mistakes) => {
  listErrors(errors, mistakes);
  code?.markMistakes(mistakes);
};

const reasons = (answer) => answer.errors ?? [{ path: "", message: answer.detail }];

// Without it, as where the server cannot be reached, the plain field does.
const help = async () => {
  const { makeYaml } = await import("../editor/yaml/editor.js").catch(() => ({}));
  const use = () => form.requestSubmit();
  const schema = JSON.parse(document.getElementById("builder-schema").textContent);
  code ??= makeYaml?.(text, document.getElementById("builder-yaml"), schema, { run: use, save: use });
};

// What cannot be read as it is stands there as JSON, with the reasons.
export const openDocument = async () => {
  const plain = JSON.stringify(board.document, null, 2);
  const [answer] = await Promise.all([read(plain), help()]);
  const written = answer.ok ? answer.text : plain;
  if (code) code.replace(written);
  else text.value = written;
  form.closest("dialog").showModal();
  if (code) code.goTo(0);
  else text.focus();
  showMistakes(answer.ok ? [] : reasons(answer));
};

form.addEventListener("submit", async (event) => {
  event.preventDefault();
  const answer = await read(text.value);
  if (!answer.ok) return showMistakes(reasons(answer));
  form.closest("dialog").close();
  Object.assign(board.panels, answer.panels);
  change("document changed", answer.document);
});
