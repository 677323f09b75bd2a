// Buttons that copy a field: data-copy names it. Where the browser gives no clipboard, over plain HTTP, the text is marked for one's own hand.

const saidMs = 2_000;

const say = (button, text) => {
  const label = button.querySelector("span");
  const before = label.dataset.before ?? label.textContent;
  label.dataset.before = before;
  label.textContent = text;
  document.getElementById("announcer").textContent = text;
  setTimeout(() => { label.textContent = before; }, saidMs);
};

document.addEventListener("click", async (event) => {
  const button = event.target.closest("[data-copy]");
  if (!button) return;
  const field = document.querySelector(button.dataset.copy);
  field.focus();
  field.select();
  try {
    await navigator.clipboard.writeText(field.value);
    say(button, "Copied");
  } catch {
    say(button, "Press Ctrl+C");
  }
});
