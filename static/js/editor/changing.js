// What the buttons and choices of the form do: the server draws it anew, and one finds it as one left it.
import { afterMoving } from "./moving.js";
import { send } from "./sending.js";
import { form } from "./state.js";

const side = () => document.getElementById("editor-side");

let open = new Set();
let before = null;

const remember = (did) => {
  open = new Set([...side().querySelectorAll("details[open]")].map(({ id }) => id));
  before = { did, focused: document.activeElement?.id ?? "" };
};

export const change = (did) => {
  remember(did);
  send(form().dataset.form, { source: form(), values: { do: did }, target: "#editor-side", swap: "outerHTML" });
};

const FIELD = "input:not([type='hidden']), select, textarea";

const button = (did) => [...side().querySelectorAll("button[name='do']")].find(({ value, disabled }) => value === did && !disabled);

// What has the focus after a button was pressed: the row that it made or moved, or what is next to one that is gone.
const focusFor = ({ did, focused }) => {
  const [verb, name = ""] = did.split(/:(.*)/s);
  const place = document.getElementById(name);
  if (verb === "add") return [...(place?.querySelectorAll(":scope > .editor-row") ?? [])].at(-1)?.querySelector(FIELD);
  if (verb === "on") return place?.querySelector(FIELD);
  if (verb === "off") return button(`on:${name}`);
  if (verb === "remove") return button(`add:${name.replace(/[[{]\d+[\]}]$/, "")}`);
  if (verb === "form" || verb === "document") return button(verb);
  return afterMoving(did).map(button).find(Boolean) ?? document.getElementById(focused);
};

// After the form was drawn anew.
export const takeUp = () => {
  for (const id of open) if (id) document.getElementById(id)?.setAttribute("open", "");
  if (before) focusFor(before)?.focus();
  before = null;
};

document.addEventListener("change", (event) => {
  const { do: did } = event.target.closest("select[data-do]")?.dataset ?? {};
  if (did) change(did);
});

document.addEventListener("click", (event) => {
  const pressed = event.target.closest("#editor-side button[name='do']");
  if (!pressed) return;
  event.preventDefault();
  change(pressed.value);
});
