// Editors of code in the place of the form's text fields.
import { makeEditor } from "../query/editor.js";
import { completeIn } from "../query/promql/completing.js";
import { promql } from "../query/promql/language.js";
import { namesAt } from "../query/promql/names.js";
import { sqlLanguage } from "../query/sql.js";
import { yamlLanguage } from "./yaml/helping.js";
import { spotsOf } from "./yaml/spots.js";

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

// Each mistake of a text is underlined where it stands.
export const markMistakes = (mistakes) => {
  const field = document.getElementById("editor-text");
  if (field) text.showMistakes(spotsOf(field.value, mistakes));
};

export const makeCodes = (does) => {
  for (const place of document.querySelectorAll("#editor-side [data-code][hidden]")) {
    const field = document.getElementById(place.dataset.code);
    makeEditor(field, place, { language: LANGUAGES[field.dataset.format](), ...does });
  }
  makeText(does);
};
