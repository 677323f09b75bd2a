// The queries of the form, one editor each: added, removed, and called A, B and so on in their order.
import { makeEditor } from "../editor.js";

const list = document.getElementById("query-parts");
const template = document.getElementById("query-part");
const NAMED = ["id", "for", "name", "value", "data-part"];

export const parts = () => [...list.querySelectorAll(".query-part")];

const editors = new WeakMap();

export const editorOf = (part) => editors.get(part);

// Those that are sent: empty ones are left out.
export const sentParts = () => parts().filter((part) => part.querySelector("textarea").value.trim());

const fieldOf = (part, name) => part.querySelector(`[name^="${name}-"]`);

export const written = () =>
  sentParts().map((part) => ({
    promql: part.querySelector("textarea").value,
    legend: fieldOf(part, "legend").value,
    range: fieldOf(part, "range")?.checked ?? false,
    hidden: fieldOf(part, "hidden").checked,
  }));

const letterParts = () => {
  const all = parts();
  all.forEach((part, place) => {
    const letter = String.fromCharCode(65 + place);
    for (const mark of part.querySelectorAll(".query-letter")) mark.textContent = letter;
    const remove = part.querySelector("[value^='remove-']");
    remove.setAttribute("aria-label", `Remove query ${letter}`);
    remove.disabled = all.length === 1;
    editorOf(part)?.name(part.querySelector("textarea").labels[0].textContent);
  });
  document.querySelector("button[value='add']").disabled = all.length >= Number(list.dataset.most);
};

const begin = (part, options) =>
  editors.set(part, makeEditor(part.querySelector("textarea"), part.querySelector(".query-editor"), options));

// Checkboxes have a value of their own, which is none of the part's.
const fresh = () => {
  const part = template.content.firstElementChild.cloneNode(true);
  const key = String(1 + Math.max(-1, ...parts().map((one) => Number(one.dataset.part))));
  for (const node of [part, ...part.querySelectorAll("*")])
    for (const name of NAMED) if (node.getAttribute(name)?.includes("KEY")) node.setAttribute(name, node.getAttribute(name).replace("KEY", key));
  return part;
};

export const startParts = (options) => {
  for (const part of parts()) begin(part, options);
  letterParts();
  return {
    add: () => {
      const part = fresh();
      list.append(part);
      begin(part, options);
      letterParts();
      editorOf(part).goTo(0);
    },
    remove: (key) => {
      const part = parts().find((one) => one.dataset.part === key);
      const next = part.nextElementSibling ?? part.previousElementSibling;
      part.remove();
      letterParts();
      editorOf(next).goTo(0);
    },
  };
};
