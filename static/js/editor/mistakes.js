// What is wrong with the document, each at the field it belongs to, or as near to it as there is one; the rest above all.
import { showStatus } from "./state.js";

const side = () => document.getElementById("editor-side");

const shorter = (path) => path.slice(0, Math.max(path.lastIndexOf("."), path.lastIndexOf("["), 0));

const placeOf = (path, places) => {
  for (let near = path; near; near = shorter(near)) if (places.has(near)) return places.get(near);
  return null;
};

const clear = () => {
  for (const place of side().querySelectorAll("[data-error]")) {
    place.hidden = true;
    place.textContent = "";
  }
  for (const field of side().querySelectorAll("[aria-invalid]")) field.removeAttribute("aria-invalid");
};

const show = (place, message) => {
  if (place.textContent.trim()) place.append("; ");
  place.append(message);
  place.hidden = false;
  const field = document.getElementById(place.id.replace(/~error$/, ""));
  if (field?.matches("input, select, textarea")) field.setAttribute("aria-invalid", "true");
};

const item = ({ path, message }) => {
  const shown = document.createElement("li");
  const code = document.createElement("code");
  code.textContent = path;
  shown.append(...(path ? [code, ` ${message}`] : [message]));
  return shown;
};

export const showMistakes = (mistakes) => {
  clear();
  const places = new Map([...side().querySelectorAll("[data-error]")].map((place) => [place.dataset.error, place]));
  const homeless = [];
  for (const mistake of mistakes) {
    const place = placeOf(mistake.path, places);
    if (place) show(place, mistake.message);
    else homeless.push(mistake);
  }
  const list = side().querySelector(".editor-homeless");
  list.replaceChildren(...homeless.map(item));
  list.hidden = !homeless.length;
  for (const section of side().querySelectorAll(".editor-section")) {
    section.querySelector("[data-says='wrong']").hidden = !section.querySelector("[data-error]:not([hidden])");
  }
  showStatus(mistakes.length);
};
