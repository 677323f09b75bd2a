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

const TOLD = /^line (\d+), column (\d+)$/;

const isOf = (path, place) => path === place || path.startsWith(`${place}.`) || path.startsWith(`${place}[`);

// The line and column that a mistake names, or those of its path, or of what is nearest above it.
const spotOf = (path, places) => {
  const told = path.match(TOLD);
  if (told) return { line: Number(told[1]) - 1, column: Number(told[2]) - 1 };
  const nearer = (best, place, line) => {
    const isNearer = place && isOf(path, place.path) && place.path.length >= best.length;
    return isNearer ? { line, column: place.from, length: place.path.length } : best;
  };
  return places.reduce(nearer, { line: 0, column: 0, length: 0 });
};

// Each mistake of a text is underlined where it stands, or as near to it as there is a line.
export const markMistakes = (mistakes) => {
  const field = document.getElementById("editor-text");
  if (!field) return;
  const lines = field.value.split("\n");
  const places = placesIn(lines).map((place) => place && { from: place.from, path: pathOf(place.steps) });
  const begins = (number) => lines.slice(0, number).reduce((sum, line) => sum + line.length + 1, 0);
  const found = mistakes.map(({ path, message }) => {
    const { line, column } = spotOf(path, places);
    return { at: begins(line) + column, message };
  });
  text.showMistakes(found);
};

export const makeCodes = (does) => {
  for (const place of document.querySelectorAll("#editor-side [data-code][hidden]")) {
    const field = document.getElementById(place.dataset.code);
    makeEditor(field, place, { language: LANGUAGES[field.dataset.format](), ...does });
  }
  makeText(does);
};
