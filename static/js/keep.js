// What a person did inside a panel outlives its refresh: scrolled lists, opened details, the focused control.

const scrollers = ".table-scroll, .health, .legend-scroll, .state";
const foldings = "details:not(.menu)";
const kept = new Map();

const nth = (panel, selector, element) => [...panel.querySelectorAll(selector)].indexOf(element);

const remember = (panel) => ({
  scrolls: [...panel.querySelectorAll(scrollers)].map((element) => [element.scrollTop, element.scrollLeft]),
  open: [...panel.querySelectorAll(foldings)].map((element) => element.open),
  focus: nth(panel, "a, button, summary, input, select, [tabindex]", document.activeElement),
  onPanel: document.activeElement === panel,
});

const restore = (panel, { scrolls, open, focus, onPanel }) => {
  panel.querySelectorAll(foldings).forEach((element, at) => { element.open = open[at] ?? element.open; });
  panel.querySelectorAll(scrollers).forEach((element, at) => {
    [element.scrollTop, element.scrollLeft] = scrolls[at] ?? [0, 0];
  });
  if (onPanel) panel.focus({ preventScroll: true });
  else if (focus >= 0) panel.querySelectorAll("a, button, summary, input, select, [tabindex]")[focus]?.focus({ preventScroll: true });
};

document.addEventListener("htmx:beforeSwap", (event) => {
  const panel = event.detail.target;
  if (panel.matches(".panel") && event.detail.shouldSwap) kept.set(panel.id, remember(panel));
});

document.addEventListener("htmx:load", (event) => {
  const panel = event.detail.elt;
  if (!kept.has(panel.id)) return;
  restore(panel, kept.get(panel.id));
  kept.delete(panel.id);
});
