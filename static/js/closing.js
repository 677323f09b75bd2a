// What somebody has written in a dialog is not thrown away without a question, whichever way the dialog would close.
import { askBeforeLeaving } from "./unsaved.js";

const QUESTION = "Throw away what you have changed here?";

const changed = new Set();

const isChanged = (dialog) => dialog.open && changed.has(dialog);

document.addEventListener("input", ({ target }) => {
  const dialog = target.closest("dialog[open] form")?.closest("dialog");
  if (dialog) changed.add(dialog);
});

// A row that is added, moved or removed by its button is a change too; to look at its values is none.
document.addEventListener("submit", ({ target, submitter }) => {
  if (submitter?.value.includes(":") && !submitter.value.startsWith("show:")) changed.add(target.closest("dialog"));
});

for (const dialog of document.querySelectorAll("dialog:has(form), #dialog")) {
  dialog.addEventListener("close", () => changed.delete(dialog));
  dialog.addEventListener("cancel", (event) => {
    if (event.target === dialog && isChanged(dialog) && !confirm(QUESTION)) event.preventDefault();
  });
  // A second Esc closes a dialog without asking its "cancel".
  dialog.addEventListener("keydown", (event) => {
    if (event.key !== "Escape" || event.defaultPrevented || !isChanged(dialog)) return;
    event.preventDefault();
    if (confirm(QUESTION)) dialog.close();
  });
}

askBeforeLeaving(() => [...changed].some(isChanged));
