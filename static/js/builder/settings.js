// What a dashboard and a panel's place have besides: forms that fill themselves from the document, and make its next one.
import { board, change, changePanels, findPlaced, titleOf } from "./board.js";
import { cellOf } from "./grid.js";
import { placed, within } from "./layout.js";

const dashboard = document.getElementById("builder-settings-form");
const place = document.getElementById("builder-place-form");
let placedId = "";

const fill = (form, values) => {
  for (const [name, value] of Object.entries(values)) form.elements[name].value = value ?? "";
};

const number = (text) => (text === "" ? null : Number(text));

export const openSettings = () => {
  const { name, description, folder, tags, time_range, refresh_interval } = board.document;
  fill(dashboard, { name, description, folder, tags: tags.join(", "), time_range, refresh_interval });
  dashboard.closest("dialog").showModal();
};

dashboard.addEventListener("submit", (event) => {
  event.preventDefault();
  const { name, description, folder, tags, time_range, refresh_interval } = Object.fromEntries(new FormData(dashboard));
  const list = [...new Set(tags.split(",").map((tag) => tag.trim()).filter(Boolean))];
  dashboard.closest("dialog").close();
  const its = { name: name.trim(), description, folder: folder.trim(), tags: list, time_range, refresh_interval: Number(refresh_interval) };
  change("settings of the dashboard changed", { ...board.document, ...its });
});

// Only variables that may have several values repeat.
const offerVariables = (select, current) => {
  const names = board.document.variables.filter(({ multi, all }) => multi || all).map(({ name }) => name);
  const options = [...new Set([...names, ...(current ? [current] : [])])].map((name) => new Option(name, name));
  select.replaceChildren(select.options[0], ...options);
};

export const openPlace = (id) => {
  const { position, time_range, refresh_interval, repeat } = findPlaced(id);
  placedId = id;
  offerVariables(place.elements.variable, repeat?.variable);
  document.getElementById("builder-place-title").textContent = `Place of ${titleOf(id)}`;
  fill(place, { ...position, row: position.row + 1, col: position.col + 1, time_range, refresh_interval });
  fill(place, { variable: repeat?.variable, direction: repeat?.direction ?? "right", max: repeat?.max });
  place.closest("dialog").showModal();
};

place.addEventListener("submit", (event) => {
  event.preventDefault();
  const given = Object.fromEntries(new FormData(place));
  const { variable, direction } = given;
  const its = {
    time_range: given.time_range || null,
    refresh_interval: number(given.refresh_interval),
    repeat: variable ? { variable, direction, max: number(given.max) } : null,
  };
  const sides = { row: given.row - 1, col: given.col - 1, width: Number(given.width), height: Number(given.height) };
  const panels = board.document.panels.map((panel) => (panel.id === placedId ? { ...panel, ...its } : panel));
  place.closest("dialog").close();
  changePanels(`${titleOf(placedId)}: place and settings changed`, placed(panels, placedId, within(sides)));
  cellOf(placedId).focus();
});
