// What the page's buttons do without leaving it, whatever the query is written in.

export const announce = (sentence) => {
  document.getElementById("query-said").textContent = sentence;
};

// Zooming a chart submits the form without a button: the range it sets is run. `others` are further buttons, by what they do;
// a name that ends in a hyphen is followed by something of its own.
export const listen = (form, { before, others = {} }) => {
  const run = () => {
    before();
    htmx.ajax("POST", form.dataset.run, { source: form, target: "#outcome", swap: "innerHTML" });
  };
  form.addEventListener("submit", (event) => {
    const wanted = event.submitter?.value ?? "run";
    const [, name, rest] = wanted.match(/^([a-z]+-?)(.*)$/);
    const act = name === "run" ? run : others[name];
    if (!act) return;
    event.preventDefault();
    announce("");
    act(rest);
  });
};

// The outcome's range is the page's, and its mistakes are shown where they are.
export const onOutcome = (form, show) => {
  document.addEventListener("htmx:load", (event) => {
    if (!event.detail.elt.closest?.("#outcome")) return;
    const { from, to } = form.elements;
    Object.assign(document.getElementById("toolbar").dataset, { from: from.value, to: to.value });
    document.getElementById("announcer").textContent = document.querySelector("#outcome [data-said]")?.dataset.said ?? "";
    show();
  });
  show();
};
