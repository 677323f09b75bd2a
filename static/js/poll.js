// Polls come from each panel's hx-trigger. A hidden tab does not poll, nor is a panel refreshed under someone's hands.

const skipped = new Set();

const isPoll = ({ elt, triggeringEvent }) => !triggeringEvent && elt.matches(".panel:not([data-state='loading'])");

const isTyping = (panel) => panel.contains(document.activeElement) && document.activeElement.matches("input, select");

const isInUse = (panel) => panel.matches(".htmx-request, :has(.menu[open])") || isTyping(panel);

// htmx:confirm comes before hx-sync, so that a poll never aborts a request someone waits for.
document.addEventListener("htmx:confirm", (event) => {
  const panel = event.detail.elt;
  if (!isPoll(event.detail)) return;
  if (document.hidden) skipped.add(panel.id);
  if (document.hidden || isInUse(panel)) event.preventDefault();
});

// Back in sight: what was missed is asked for, spread over a second so that twenty panels do not ask at once.
document.addEventListener("visibilitychange", () => {
  if (document.hidden) return;
  for (const id of skipped) {
    const panel = document.getElementById(id);
    if (panel) setTimeout(() => htmx.trigger(panel, "refresh"), Math.random() * 1000);
  }
  skipped.clear();
});
