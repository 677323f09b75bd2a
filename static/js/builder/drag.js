// Dragging with the pointer: the panel follows it, its place on the grid snaps, the others move out of the way as one goes.
import { board, changePanels, findPlaced, titleOf } from "./board.js";
import { cellOf, idOf, inWords, place, showBoard } from "./grid.js";
import { kept, placed, samePlace, within } from "./layout.js";

const grid = document.getElementById("builder-grid");
const desk = matchMedia("(min-width: 64rem)");
const THRESHOLD = 4;
const EDGE = 64; // of the window: there the page scrolls
const SCROLL = 14;

let drag = null;

const units = () => {
  const style = getComputedStyle(grid);
  const gap = Number.parseFloat(style.columnGap);
  return { x: (grid.clientWidth + gap) / 12, y: Number.parseFloat(style.gridAutoRows) + Number.parseFloat(style.rowGap) };
};

// A finger scrolls the page; it drags by the grip and the corner only.
const mayStart = (event) => {
  if (!desk.matches || event.button !== 0 || event.target.closest("button, a, input, select")) return false;
  return event.pointerType === "mouse" || Boolean(event.target.closest(".builder-grip, .builder-corner"));
};

const wanted = (deltaX, deltaY) => {
  const { row, col, width, height } = drag.start;
  const x = Math.round(deltaX / drag.unit.x);
  const y = Math.round(deltaY / drag.unit.y);
  if (drag.resizes) return within({ row, col, width: width + x, height: height + y });
  return kept({ row: row + y, col: col + x, width, height });
};

const follow = (deltaX, deltaY) => {
  if (drag.resizes) return;
  const x = deltaX - (drag.position.col - drag.start.col) * drag.unit.x;
  const y = deltaY - (drag.position.row - drag.start.row) * drag.unit.y;
  drag.live.style.transform = `translate(${x}px, ${y}px)`;
};

const scroll = () => {
  const down = drag.y > innerHeight - EDGE ? SCROLL : 0;
  const up = drag.y < EDGE * 2 ? -SCROLL : 0;
  if (up || down) scrollBy(0, up + down);
};

const step = () => {
  if (!drag) return;
  scroll();
  const deltaX = drag.x - drag.startX;
  const deltaY = drag.y + scrollY - drag.startY;
  const position = wanted(deltaX, deltaY);
  if (!samePlace(position, drag.position)) {
    drag.position = position;
    const panels = placed(drag.base, drag.id, position);
    panels.forEach((panel, at) => {
      if (panel !== drag.panels[at]) place(cellOf(panel.id), panel.position);
    });
    drag.panels = panels;
  }
  follow(deltaX, deltaY);
  drag.frame = requestAnimationFrame(step);
};

const begin = () => {
  drag.hasBegun = true;
  drag.cell.setPointerCapture(drag.pointer);
  drag.cell.classList.add(drag.resizes ? "is-resized" : "is-dragged");
  step();
};

const end = (isDropped) => {
  if (!drag) return;
  const { cell, live, frame, hasBegun, panels, base, id, position, resizes } = drag;
  drag = null;
  if (!hasBegun) return;
  cancelAnimationFrame(frame);
  live.style.transform = "";
  cell.classList.remove("is-dragged", "is-resized");
  if (!isDropped || panels === base) showBoard();
  else changePanels(`${titleOf(id)} ${resizes ? "resized" : "moved"}: ${inWords(position)}`, panels);
};

grid.addEventListener("pointerdown", (event) => {
  const id = idOf(event.target);
  if (!id || !mayStart(event)) return;
  const cell = cellOf(id);
  const start = findPlaced(id).position;
  drag = {
    id, cell, start, position: start, live: cell.querySelector(".builder-live"), pointer: event.pointerId, unit: units(),
    base: board.document.panels, panels: board.document.panels, resizes: Boolean(event.target.closest(".builder-corner")),
    x: event.clientX, y: event.clientY, startX: event.clientX, startY: event.clientY + scrollY,
  };
});

// No text is selected on the way: that would look through the texts of all charts at each step, 48 ms of it.
grid.addEventListener("mousedown", (event) => {
  if (!drag) return;
  event.preventDefault();
  drag.cell.focus({ preventScroll: true });
});

grid.addEventListener("pointermove", (event) => {
  if (!drag || event.pointerId !== drag.pointer) return;
  drag.x = event.clientX;
  drag.y = event.clientY;
  if (!drag.hasBegun && Math.hypot(drag.x - drag.startX, drag.y + scrollY - drag.startY) > THRESHOLD) begin();
});

document.addEventListener("pointerup", () => end(true));
document.addEventListener("pointercancel", () => end(false));
document.addEventListener("keydown", (event) => {
  if (event.key === "Escape") end(false);
});

// Nothing is asked for meanwhile.
document.addEventListener("htmx:confirm", (event) => {
  if (drag?.hasBegun && event.detail.elt.matches(".panel")) event.preventDefault();
});
