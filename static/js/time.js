// Ages that tick: <time class="ago" datetime="…"> says "12 s ago", and the full time on hover.

const steps = [[60, 1, "s"], [3600, 60, "min"], [86400, 3600, "h"], [Infinity, 86400, "d"]];

export const ago = (moment, now = Date.now()) => {
  const seconds = Math.max(0, Math.round((now - moment) / 1000));
  if (seconds < 3) return "just now";
  const [, size, unit] = steps.find(([limit]) => seconds < limit);
  return `${Math.floor(seconds / size)} ${unit} ago`;
};

const tick = (root = document) => {
  for (const element of root.querySelectorAll("time.ago")) {
    const moment = Date.parse(element.dateTime);
    if (Number.isNaN(moment)) continue;
    const text = ago(moment);
    if (element.textContent !== text) element.textContent = text;
    element.title ||= new Date(moment).toLocaleString();
  }
};

// A panel that is not drawn anew, since nothing or only the newest points changed, was asked for all the same.
document.addEventListener("htmx:afterRequest", (event) => {
  const { elt, xhr } = event.detail;
  const asked = xhr.getResponseHeader("X-Asked");
  const time = asked && elt.closest(".panel")?.querySelector(".panel-when time");
  if (time) Object.assign(time, { dateTime: asked, title: new Date(asked).toLocaleString() });
});

setInterval(() => document.hidden || tick(), 1000);
document.addEventListener("htmx:load", (event) => tick(event.detail.elt));
tick();
