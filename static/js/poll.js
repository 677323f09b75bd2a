// Polls come from each panel's hx-trigger. A hidden tab does not poll, nor does a panel someone is using.

const skipped = new Set();

const inUse = (panel) => panel.querySelector(".menu[open]") || (panel.contains(document.activeElement) && document.activeElement.matches("input, select")) || panel.querySelector(".chart.dragging");

const isPoll = ({ elt, triggeringEvent }) => elt.matches(".panel:not([data-state='loading'])") && !triggeringEvent;

// htmx:confirm comes before hx-sync, so that a poll never aborts a request that someone waits for.
document.addEventListener("htmx:confirm", (event) => {
  const panel = event.detail.elt;
  if (!isPoll(event.detail)) return;
  if (document.hidden) skipped.add(panel.dataset.panel);
  if (document.hidden || panel.matches(".htmx-request") || inUse(panel)) event.preventDefault();
});

// Back in sight: what was missed is asked for, spread over a second so that twenty panels do not ask at once.
document.addEventListener("visibilitychange", () => {
  if (document.hidden) return;
  for (const slug of skipped) {
    const panel = document.getElementById(`panel-${slug}`);
    if (panel) setTimeout(() => htmx.trigger(panel, "refresh"), Math.random() * 1000);
  }
  skipped.clear();
});
