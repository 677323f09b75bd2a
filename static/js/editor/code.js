// Editors of code in the place of the form's text fields.
import { makeEditor } from "../query/editor.js";
import { completeIn } from "../query/promql/completing.js";
import { promql } from "../query/promql/language.js";
import { namesAt } from "../query/promql/names.js";
import { sqlLanguage } from "../query/sql.js";
import { yamlLanguage } from "./yaml/helping.js";
import { pathOf, placesIn } from "./yaml/places.js";

const read = (id) => JSON.parse(document.getElementById(id).textContent);

const promqlLanguage = (words) => [promql, promql.data.of({ autocomplete: completeIn(words, namesAt(words.names)) })];

const LANGUAGES = {
  sql: () => sqlLanguage(read("editor-words").sql),
  promql: () => promqlLanguage(read("editor-words").promql),
};

let text = null;

const makeText = (does) => {
  const place = document.getElementById("editor-yaml");
  text = place?.hidden ? makeEditor(document.getElementById("editor-text"), place, { language: yamlLanguage(read("editor-schema")), ...does }) : text;
};

// The first mistake of a text is underlined where it stands, or as near to it as there is a line.
export const markMistake = (mistakes) => {
  const field = document.getElementById("editor-text");
  if (!field) return;
  text.clearMistake();
  if (!mistakes.length) return;
  const lines = field.value.split("\n");
  const places = placesIn(lines).map((place) => place && { at: place.from, path: pathOf(place.steps) });
  const { path, message } = mistakes[0];
  const told = path.match(/^line (\d+), column (\d+)$/);
  if (told) {
    const [line, column] = [Number(told[1]) - 1, Number(told[2]) - 1];
    text.showMistake(lines.slice(0, line).reduce((sum, one) => sum + one.length + 1, column), message);
    return;
  }
  const near = places.reduce((best, place, number) => {
    const isNear = place && (path === place.path || path.startsWith(`${place.path}.`) || path.startsWith(`${place.path}[`));
    return isNear && place.path.length >= best.length ? { number, length: place.path.length, column: place.at } : best;
  }, { number: 0, length: 0, column: 0 });
  const before = lines.slice(0, near.number).reduce((sum, line) => sum + line.length + 1, 0);
  text.showMistake(before + near.column, message);
};

export const makeCodes = (does) => {
  for (const place of document.querySelectorAll("#editor-side [data-code][hidden]")) {
    const field = document.getElementById(place.dataset.code);
    makeEditor(field, place, { language: LANGUAGES[field.dataset.format](), ...does });
  }
  makeText(does);
};
