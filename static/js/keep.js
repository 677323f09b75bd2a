// What a person did inside a panel outlives its refresh: scrolled lists, opened details, the focused control.

const scrollers = ".table-scroll, .health, .legend-scroll, .state";
const foldings = "details:not(.menu)";
const focusable = "a, button, summary, input, select, [tabindex]";
const kept = new Map();

const remember = (panel) => ({
  scrolls: [...panel.querySelectorAll(scrollers)].map(({ scrollTop, scrollLeft }) => [scrollTop, scrollLeft]),
  open: [...panel.querySelectorAll(foldings)].map((element) => element.open),
  focused: [panel, ...panel.querySelectorAll(focusable)].indexOf(document.activeElement),
});

const restore = (panel, { scrolls, open, focused }) => {
  panel.querySelectorAll(foldings).forEach((element, at) => {
    element.open = open[at] ?? element.open;
  });
  panel.querySelectorAll(scrollers).forEach((element, at) => {
    [element.scrollTop, element.scrollLeft] = scrolls[at] ?? [0, 0];
  });
  [panel, ...panel.querySelectorAll(focusable)][focused]?.focus({ preventScroll: true });
};

// Another page of a table starts at its top; a refresh finds things as it left them.
document.addEventListener("htmx:beforeSwap", (event) => {
  const { target, requestConfig, shouldSwap } = event.detail;
  if (!shouldSwap || !target.matches(".panel")) return;
  const state = remember(target);
  kept.set(target.id, requestConfig.elt === target ? state : { ...state, scrolls: [] });
});

document.addEventListener("htmx:load", (event) => {
  const panel = event.detail.elt;
  if (kept.has(panel.id)) restore(panel, kept.get(panel.id));
  kept.delete(panel.id);
});
