// The page's variables: what they are stands in its address; pickers are forms that lead to another one.

const isVariable = (name) => name.startsWith("var-");

// A panel's request carries the page's values as they are now, but for those it is repeated by.
export const withPageVariables = (parameters, own) => {
  const keeps = new Set(own.split(" "));
  const isPages = (name) => isVariable(name) && !keeps.has(name.slice(4));
  const page = [...new URLSearchParams(location.search)].filter(([name]) => isPages(name));
  const drawn = [...parameters].filter(([name]) => isPages(name));
  if (String(page) === String(drawn)) return;
  for (const [name] of drawn) parameters.delete(name);
  for (const [name, value] of page) parameters.append(name, value);
  parameters.delete("page"); // other values have other pages
};

// All, or some: one excludes the other.
document.addEventListener("change", ({ target }) => {
  if (target.dataset.submit !== undefined) target.form.requestSubmit();
  if (!target.matches(".picker-form input[type='checkbox']")) return;
  for (const box of target.form.querySelectorAll("input[type='checkbox']")) {
    if (target.checked && (box.value === "All") !== (target.value === "All")) box.checked = false;
  }
});

// Values that come later find a menu open, and leave it so.
let openMenu = "";

document.addEventListener("htmx:beforeSwap", ({ detail }) => {
  if (detail.target.id === "variables") openMenu = detail.target.querySelector(".menu[open]")?.dataset.menu ?? "";
});

document.addEventListener("htmx:load", ({ detail }) => {
  if (detail.elt.id !== "variables" || !openMenu) return;
  detail.elt.querySelector(`[data-menu="${openMenu}"]`)?.setAttribute("open", "");
  openMenu = "";
});

// Options that were fetched when their menu opened: the search, or what is chosen, has the focus then.
document.addEventListener("htmx:load", ({ detail }) => {
  if (!detail.elt.matches?.(".menu[open] .picker-form")) return;
  detail.elt.querySelector("input[data-filter], [aria-current], input, button")?.focus();
});
