// The keyboard: what a focused panel does, and what works wherever one is.
import { board, changePanels, findPlaced, redo, titleOf, undo } from "./board.js";
import { cellOf, idOf, inWords } from "./grid.js";
import { kept, placed, samePlace, within } from "./layout.js";

const ARROWS = { ArrowLeft: [0, -1], ArrowRight: [0, 1], ArrowUp: [-1, 0], ArrowDown: [1, 0] };

// Several steps in one direction are one way: what moved out of the way at the first is back where it was once one is past it.
let way = null;

const wayOf = (id) => {
  if (way?.id !== id || way.panels !== board.document.panels) way = { id, base: board.document.panels };
  return way;
};

const moved = ({ row, col, width, height }, [down, right], resizes) =>
  resizes
    ? within({ row, col, width: width + right, height: height + down })
    : kept({ row: row + down, col: col + right, width, height });

const step = (id, by, resizes) => {
  const { position: before } = findPlaced(id);
  const position = moved(before, by, resizes);
  if (samePlace(before, position)) return;
  const its = wayOf(id);
  const panels = placed(its.base, id, position);
  its.panels = panels;
  changePanels(`${titleOf(id)}: ${inWords(position)}`, panels);
  cellOf(id).scrollIntoView({ block: "nearest" });
};

export const remove = (id) => {
  cellOf(id).focus(); // not every browser gives a clicked bin the focus; the grid hands it on
  changePanels(`${titleOf(id)} removed`, board.document.panels.filter((panel) => panel.id !== id));
};

const isTyping = (target) => target.closest?.("input, textarea, select, dialog[open]");

const global = (event) => {
  const key = event.key.toLowerCase();
  if (!event.ctrlKey && !event.metaKey) return null;
  if (key === "z") return event.shiftKey ? redo : undo;
  if (key === "y") return redo;
  return null;
};

const press = (name) => document.querySelector(`.builder-bar [data-do='${name}']`).click();

const local = (event) => {
  const id = event.target.matches(".builder-grid > .cell") ? idOf(event.target) : undefined;
  const { key, ctrlKey, metaKey, altKey, shiftKey } = event;
  if (!id || altKey) return null;
  if ((ctrlKey || metaKey) && key.toLowerCase() === "d") return () => event.target.querySelector("[data-do='duplicate']").click();
  if (ctrlKey || metaKey) return null;
  if (ARROWS[key]) return () => step(id, ARROWS[key], shiftKey);
  if (key === "Delete" || key === "Backspace") return () => remove(id);
  if (key === "e") return () => event.target.querySelector("[data-edit]").click();
  if (key === "Enter") return () => event.target.querySelector("[data-do='place']").click();
  return null;
};

document.addEventListener("keydown", (event) => {
  if ((event.ctrlKey || event.metaKey) && event.key.toLowerCase() === "s") {
    event.preventDefault();
    if (!document.querySelector("dialog[open]")) press("save");
    return;
  }
  if (isTyping(event.target)) return;
  const plain = !event.ctrlKey && !event.metaKey && !event.altKey;
  const act = global(event) ?? local(event) ?? (plain && event.key === "a" ? () => press("add") : null);
  if (!act) return;
  event.preventDefault();
  act();
});
