// Panels are added: found among those there are, made anew, or made as another one's copy.
import { ask, withTenant } from "./asking.js";
import { board, changePanels, findPlaced, titleOf } from "./board.js";
import { cellOf, editUrl } from "./grid.js";
import { freePlace, placed } from "./layout.js";
import { leaveFor } from "./saving.js";
import { listErrors, showProblem } from "./say.js";

const PANELS = "/api/v1/panels";
const WAIT_MS = 150;
const MOST_FOUND = 50;
const MOST_ALIKE = 50;

const dialog = document.getElementById("builder-add");
const found = document.getElementById("builder-found-list");
const field = document.getElementById("builder-find");
const form = document.getElementById("builder-new-form");

const headings = () => new Set(board.document.panels.filter(({ id }) => board.panels[id]?.heading).map(({ id }) => id));

const factsOf = ({ title, panel_type: kind, time_range: own }) => ({ title, kind, heading: kind === "row", ownRange: Boolean(own) });

const bare = (id, position) => ({ id, position, time_range: null, refresh_interval: null, repeat: null });

const add = (id, facts) => {
  if (findPlaced(id)) return;
  board.panels[id] = facts;
  const position = freePlace(board.document.panels, headings(), facts.kind);
  changePanels(`${facts.title} added`, [...board.document.panels, bare(id, position)]);
  cellOf(id).focus();
  cellOf(id).scrollIntoView({ block: "nearest" });
};

const labelOf = (kind) => form.elements.type.querySelector(`[value="${CSS.escape(kind)}"]`)?.textContent ?? kind;

const itemFor = (panel) => {
  const item = document.getElementById("builder-found").content.firstElementChild.cloneNode(true);
  const button = item.querySelector("button");
  item.querySelector(".option-text").textContent = panel.title;
  item.querySelector(".chip").textContent = findPlaced(panel.panel_id) ? "On it already" : labelOf(panel.panel_type);
  button.disabled = Boolean(findPlaced(panel.panel_id));
  button.addEventListener("click", () => {
    dialog.close();
    add(panel.panel_id, factsOf(panel));
  });
  return item;
};

let asked = null;

const find = async () => {
  asked?.abort();
  asked = new AbortController();
  const wanted = field.value;
  const url = withTenant(PANELS, board.tenant, { q: field.value.trim(), limit: MOST_FOUND, sort: "title" });
  const answer = await ask("GET", url, undefined, { signal: asked.signal });
  if (answer.isAborted) return;
  found.dataset.of = wanted;
  const note = document.getElementById("builder-found-note");
  found.replaceChildren(...(answer.items ?? []).map(itemFor));
  if (!answer.ok) note.textContent = answer.detail;
  else if (!answer.count) note.textContent = "No panel is called that.";
  else note.textContent = answer.count > MOST_FOUND ? `${MOST_FOUND} of ${answer.count} are shown.` : "";
};

let waiting = 0;

field.addEventListener("input", () => {
  clearTimeout(waiting);
  waiting = setTimeout(find, WAIT_MS);
});

// The first of what was typed, not of what was found before it.
field.addEventListener("keydown", async (event) => {
  if (event.key !== "Enter") return;
  event.preventDefault();
  clearTimeout(waiting);
  if (found.dataset.of !== field.value) await find();
  if (found.dataset.of !== field.value || !dialog.open) return;
  found.querySelector("button:not(:disabled)")?.click();
});

const slugOf = (title) => {
  const plain = title.normalize("NFKD").replaceAll("ß", "ss").toLowerCase().replaceAll(/[^a-z0-9]+/g, "-");
  return plain.replaceAll(/^-+/g, "").slice(0, 55).replaceAll(/-+$/g, "") || "panel";
};

// The first id that is free: cpu, cpu-2, cpu-3.
const make = async (document) => {
  const slug = slugOf(document.title);
  for (let number = 1; ; number += 1) {
    const id = number === 1 ? slug : `${slug}-${number}`;
    const answer = await ask("POST", PANELS, { tenant_id: board.tenant, panel_id: id, document });
    if (answer.status !== 409 || number === MOST_ALIKE) return answer;
  }
};

const beginnings = JSON.parse(document.getElementById("beginnings").textContent);

// What was written, or the sample of the type.
const written = ({ type: { value: type }, title: { value: title }, sql, content }) => {
  if (type === "text" && content.value.trim()) return { type, title, content: content.value };
  const isAsked = beginnings[type].data_source && sql.value.trim();
  return isAsked ? { type, title, data_source: { sql: sql.value } } : { ...beginnings[type], title };
};

const showFields = () => {
  const { field: wanted } = form.elements.type.selectedOptions[0].dataset;
  for (const part of form.querySelectorAll(".field[data-field]")) part.hidden = part.dataset.field !== wanted;
};

const openNew = (type) => {
  dialog.close();
  form.reset();
  form.elements.type.value = type;
  listErrors(form.querySelector(".builder-errors"), []);
  showFields();
  document.getElementById("builder-new").showModal();
  form.elements.title.focus();
};

form.elements.type.addEventListener("change", showFields);

form.addEventListener("submit", async (event) => {
  event.preventDefault();
  const document = written(form.elements);
  const answer = await make(document);
  if (!answer.ok) return listErrors(form.querySelector(".builder-errors"), answer.errors ?? [{ path: "", message: answer.detail }]);
  form.closest("dialog").close();
  add(answer.panel_id, factsOf({ ...answer, time_range: document.time_range }));
  if (event.submitter?.value === "edit") leaveFor(editUrl(answer.panel_id));
});

// A panel stands once on a dashboard: its duplicate is a panel of its own, which can then be changed by itself.
export const duplicate = async (id) => {
  const read = await ask("GET", withTenant(`${PANELS}/${id}`, board.tenant));
  const copy = read.ok ? { ...read.document, title: `${read.title.slice(0, 190)} (copy)` } : null;
  const answer = copy ? await make(copy) : read;
  if (!answer.ok) return showProblem("failed", `${titleOf(id)} cannot be duplicated. ${answer.detail}`);
  const original = findPlaced(id);
  if (!original) return;
  board.panels[answer.panel_id] = factsOf({ ...answer, time_range: copy.time_range });
  const twin = { ...original, id: answer.panel_id };
  const below = { ...original.position, row: original.position.row + original.position.height };
  changePanels(`${titleOf(id)} duplicated`, placed([...board.document.panels, twin], twin.id, below));
  cellOf(twin.id).focus();
};

const open = () => {
  field.value = "";
  found.replaceChildren();
  delete found.dataset.of;
  dialog.showModal();
  field.focus();
  find();
};

export const actions = { add: open, "new-panel": () => openNew("timeseries"), "new-row": () => openNew("row") };
