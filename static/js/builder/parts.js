// The dashboard's variables and annotations: forms that the server makes of their lists, draws anew after each of their
// buttons, and gives back as a list in the end. Nothing is stored before the dashboard is.
import { afterMoving } from "../editor/moving.js";
import { board, change } from "./board.js";

const headers = () => JSON.parse(document.body.getAttribute("hx-headers"));

const dialog = document.getElementById("builder-part");
const form = document.getElementById("builder-part-form");
const fields = document.getElementById("builder-part-fields");
let part = "";
let doing = ""; // what the server is asked to do now: a second press of its button would do it to what is there no more

const say = (sentence) => {
  document.getElementById("builder-part-said").textContent = sentence;
};

const send = async (body) => {
  const { from, to } = document.getElementById("toolbar").dataset;
  const url = `${location.pathname}${part}/?${new URLSearchParams({ from, to })}`;
  form.setAttribute("aria-busy", "true");
  try {
    return await fetch(url, { method: "POST", headers: headers(), body });
  } catch {
    return null;
  } finally {
    form.removeAttribute("aria-busy");
  }
};

const draw = async (answer) => {
  if (answer?.ok || answer?.status === 422) {
    say("");
    fields.innerHTML = await answer.text();
  } else say(answer ? `The server answered ${answer.status}. Your fields are still here.` : "The server cannot be reached.");
};

// The first field of what a mistake is about that is none of one field.
const inFirst = (mistake) => mistake?.closest("fieldset")?.querySelector("input:not([type='hidden']), select, textarea");

// Where the work goes on: at what was moved, at what is wrong, at what was added, or where the button was.
const refocus = (did) => {
  const wrong = fields.querySelector("[aria-invalid='true']") ?? inFirst(fields.querySelector("[data-error]"));
  const things = [...fields.querySelectorAll(".builder-thing")];
  const button = (value) => fields.querySelector(`[name="do"][value="${CSS.escape(value)}"]:not(:disabled)`);
  const moved = afterMoving(did).map(button).find(Boolean);
  const added = did.startsWith("new:") ? things.at(-1)?.querySelector("input:not([type='hidden'])") : null;
  (moved ?? wrong ?? added ?? button(did) ?? fields.querySelector("input:not([type='hidden']), button") ?? form).focus();
};

const use = (rows) => {
  dialog.close();
  change(`${part} changed`, { ...board.document, [part]: rows });
};

const act = async (did) => {
  if (did === doing) return;
  doing = did;
  const body = new FormData(form);
  body.set("do", did);
  const answer = await send(body);
  doing = "";
  if (did === "use" && answer?.ok) return use((await answer.json()).rows);
  await draw(answer);
  refocus(did);
};

// Enter in a field uses them, and is no click on the first of the buttons.
form.addEventListener("submit", (event) => {
  event.preventDefault();
  act(event.submitter?.value || "use");
});

// What a choice makes of the form: other fields.
form.addEventListener("change", (event) => {
  const { do: did } = event.target.dataset;
  if (did) act(did);
});

const open = (name, title) => async () => {
  part = name;
  fields.replaceChildren();
  document.getElementById("builder-part-title").textContent = title;
  dialog.showModal();
  const body = new FormData();
  body.set("rows", JSON.stringify(board.document[name]));
  await draw(await send(body));
  refocus("");
};

export const actions = { variables: open("variables", "Variables"), annotations: open("annotations", "Annotations") };
