// The panels on the grid: a cell each, kept as long as its panel stands there, with the panel's own live drawing in it.
import { refreshPanels } from "../range.js";
import { board, canRedo, canUndo, findPlaced, isSaved, titleOf } from "./board.js";
import { inOrder } from "./layout.js";
import { say } from "./say.js";

const grid = document.getElementById("builder-grid");
const cells = new Map();

const piece = (name) => document.getElementById(name).content.firstElementChild.cloneNode(true);

export const cellOf = (id) => cells.get(id);

export const idOf = (element) => element?.closest?.(".builder-grid > .cell")?.dataset.panel;

export const inWords = ({ row, col, width, height }) => `row ${row + 1}, column ${col + 1}, ${width} wide, ${height} high`;

const liveUrl = ({ id, position, time_range: own }) => {
  const parameters = new URLSearchParams({ width: position.width, ...(own ? { time_range: own } : {}) });
  return `${location.pathname}panels/${encodeURIComponent(id)}/?${parameters}`;
};

const addHeading = (live, id) => {
  const heading = piece("builder-heading");
  heading.querySelector("span").textContent = titleOf(id);
  live.replaceChildren(heading);
};

// A panel that is still to be loaded: htmx asks for it when it comes into sight.
const addPanel = (live, placed) => {
  const panel = piece("builder-panel");
  const facts = board.panels[placed.id];
  panel.id = `panel-${placed.id}`;
  Object.assign(panel.dataset, { panel: placed.id, type: facts?.kind ?? "missing" });
  if (placed.time_range || facts?.ownRange) panel.dataset.ownRange = "";
  panel.querySelector(".panel-title").textContent = titleOf(placed.id);
  panel.querySelector(".skeleton").dataset.type = panel.dataset.type;
  panel.setAttribute("hx-get", liveUrl(placed));
  live.replaceChildren(panel);
  htmx.process(panel);
};

// What is drawn depends on the width and the range: another one is asked for, what is there stays until it comes.
const keepLive = (cell, placed) => {
  if (board.panels[placed.id]?.heading) return;
  const url = liveUrl(placed);
  if (cell.dataset.live === url) return;
  cell.dataset.live = url;
  const panel = cell.querySelector(".panel:not([data-state='loading'])");
  if (!panel) return addPanel(cell.querySelector(".builder-live"), placed);
  if (placed.time_range || board.panels[placed.id]?.ownRange) panel.dataset.ownRange = "";
  else delete panel.dataset.ownRange;
  htmx.ajax("GET", url, { source: panel, target: panel, swap: "outerHTML" });
};

// Where a panel itself is edited; it leads back here.
export const editUrl = (id) => `${location.pathname.replace(/edit\/$/, "")}panels/${encodeURIComponent(id)}/edit/?back=builder`;

const makeCell = ({ id }) => {
  const cell = piece("builder-cell");
  Object.assign(cell.dataset, { panel: id, type: board.panels[id]?.kind ?? "missing" });
  const names = { place: "Place and settings of", duplicate: "Duplicate", remove: "Remove" };
  for (const button of cell.querySelectorAll("[data-do]")) {
    button.title = `${names[button.dataset.do]} ${titleOf(id)}`;
    button.setAttribute("aria-label", button.title);
  }
  const edit = cell.querySelector("[data-edit]");
  edit.href = editUrl(id);
  edit.title = `Edit ${titleOf(id)}`;
  edit.setAttribute("aria-label", edit.title);
  edit.hidden = !board.panels[id];
  if (board.panels[id]?.heading) addHeading(cell.querySelector(".builder-live"), id);
  cells.set(id, cell);
  grid.append(cell);
  return cell;
};

export const place = (cell, { row, col, width, height }) => {
  Object.assign(cell.dataset, { row, col, width, height });
  cell.style.setProperty("--at", row + 1);
};

const describe = (cell, { id, position, repeat, time_range: own }) => {
  cell.setAttribute("aria-label", `${titleOf(id)}, ${inWords(position)}`);
  const chips = { repeat: repeat && `by ${repeat.variable}`, range: own };
  for (const [name, text] of Object.entries(chips)) {
    const chip = cell.querySelector(`[data-says='${name}']`);
    chip.hidden = !text;
    chip.textContent = text ?? "";
  }
};

// In the order that one reads them, so that Tab goes the same way. What has the focus keeps it.
const sort = (wanted) => {
  const focused = document.activeElement;
  wanted.forEach((cell, at) => {
    if (grid.children[at] !== cell) grid.insertBefore(cell, grid.children[at] ?? null);
  });
  if (focused !== document.activeElement && grid.contains(focused)) focused.focus({ preventScroll: true });
};

// Where one goes on when a panel is gone: at the next that stays, or the last before it.
const nextTo = (cell) => {
  const all = [...grid.children];
  const at = all.indexOf(cell);
  return [...all.slice(at + 1), ...all.slice(0, at).reverse()].find((one) => findPlaced(idOf(one))) ?? document.querySelector("[data-do='add']");
};

const showPanels = () => {
  const panels = inOrder(board.document.panels);
  for (const placed of panels) {
    const cell = cells.get(placed.id) ?? makeCell(placed);
    place(cell, placed.position);
    describe(cell, placed);
  }
  for (const [id, cell] of cells) {
    if (findPlaced(id)) continue;
    if (cell.contains(document.activeElement)) nextTo(cell).focus();
    cell.remove();
    cells.delete(id);
  }
  sort(panels.map(({ id }) => cells.get(id)));
  for (const placed of panels) keepLive(cells.get(placed.id), placed);
  document.getElementById("builder-empty").hidden = panels.length > 0;
};

const showHead = () => {
  document.getElementById("builder-name").textContent = board.document.name;
  const status = document.getElementById("builder-status");
  status.dataset.state = isSaved() ? "saved" : "unsaved";
  status.textContent = isSaved() ? `All changes are saved: version ${board.version}.` : "Unsaved changes";
  for (const [name, can] of [["undo", canUndo()], ["redo", canRedo()]]) {
    document.querySelector(`[data-do='${name}']`).setAttribute("aria-disabled", String(!can));
  }
};

const showRange = () => {
  const { dataset } = document.getElementById("toolbar");
  const from = `now-${board.document.time_range}`;
  const refresh = String(board.document.refresh_interval);
  const isNew = dataset.from !== from || dataset.refresh !== refresh;
  Object.assign(dataset, { from, refresh });
  if (isNew) refreshPanels();
};

export const showBoard = () => {
  showHead();
  showRange();
  showPanels();
};

document.addEventListener("boardchange", ({ detail }) => {
  showBoard();
  if (detail.words) say(detail.words);
});
