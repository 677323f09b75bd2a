// Polls come from each panel's hx-trigger. A hidden tab does not poll, nor is a panel refreshed under someone's hands.

const skipped = new Set();

const isPoll = ({ elt, triggeringEvent }) => !triggeringEvent && elt.matches(".panel:not([data-state='loading'])");

const isTyping = (panel) => panel.contains(document.activeElement) && document.activeElement.matches("input, select");

const isInUse = (panel) => panel.matches(".htmx-request, :has(.menu[open])") || isTyping(panel);

// In a closed group nothing is asked for, whoever asks: it is made up for when the group is opened.
const isPutAway = (panel) => panel.matches(".panel") && panel.closest("details.group:not([open])") !== null;

// htmx:confirm comes before hx-sync, so that a poll never aborts a request someone waits for.
document.addEventListener("htmx:confirm", (event) => {
  const panel = event.detail.elt;
  if (isPutAway(panel)) {
    skipped.add(panel.id);
    event.preventDefault();
  }
  if (!isPoll(event.detail)) return;
  if (document.hidden) skipped.add(panel.id);
  if (document.hidden || isInUse(panel)) event.preventDefault();
});

// Spread over a second, so that twenty panels do not ask at once.
const makeUpFor = (panel) => {
  skipped.delete(panel.id);
  setTimeout(() => htmx.trigger(panel, "refresh"), Math.random() * 1000);
};

// Back in sight: what was missed is asked for.
document.addEventListener("visibilitychange", () => {
  if (document.hidden) return;
  for (const id of [...skipped]) {
    const panel = document.getElementById(id);
    if (panel && !isPutAway(panel)) makeUpFor(panel);
  }
});

// “toggle” does not bubble.
document.addEventListener("toggle", ({ target }) => {
  if (!target.matches("details.group[open]")) return;
  for (const panel of target.querySelectorAll(".panel")) if (skipped.has(panel.id)) makeUpFor(panel);
}, true);
