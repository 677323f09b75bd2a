// Dialogs: links marked data-dialog open their answer in the page's one; buttons and the backdrop close it, as Esc does.

export const openInDialog = (url) => {
  htmx.ajax("GET", url, { target: "#dialog-content", swap: "innerHTML", select: ".dialog-sheet > *" });
};

// What cannot be shown says so in the dialog too: of an error page its heart alone.
document.addEventListener("htmx:beforeSwap", (event) => {
  const { target, xhr } = event.detail;
  if (target.id !== "dialog-content" || xhr.status < 400) return;
  event.detail.shouldSwap = true;
  event.detail.selectOverride = ".state";
});

document.addEventListener("htmx:afterSwap", (event) => {
  const dialog = document.getElementById("dialog");
  if (event.detail.target.id === "dialog-content" && !dialog.open) dialog.showModal();
});

// Whoever asks before a dialog closes answers its "cancel", which the browser sends for Esc.
const close = (dialog) => dialog.dispatchEvent(new Event("cancel", { cancelable: true })) && dialog.close();

let pressed = null;

// A text that is selected from within may end beside the dialog: that is no click on the backdrop.
document.addEventListener("pointerdown", ({ target }) => {
  pressed = target;
});

document.addEventListener("click", (event) => {
  const link = event.target.closest("a[data-dialog]");
  if (link && !event.metaKey && !event.ctrlKey) {
    event.preventDefault();
    openInDialog(link.href);
  }
  const isBeside = event.target.matches("dialog") && pressed === event.target;
  if (isBeside || event.target.closest("[data-action='close-dialog']")) close(event.target.closest("dialog"));
  if (event.target.closest("[data-action='shortcuts']")) document.getElementById("shortcuts").showModal();
});
