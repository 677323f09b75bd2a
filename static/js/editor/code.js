// Editors of code in the place of the form's text fields: each is asked for when there is such a text.
const read = (id) => JSON.parse(document.getElementById(id).textContent);

const QUERIES = {
  sql: async () => {
    const [{ makeEditor }, { sqlLanguage }] = await Promise.all([import("../query/editor.js"), import("../query/sql.js")]);
    return (field, place, does) => makeEditor(field, place, { language: sqlLanguage(read("editor-words").sql), ...does });
  },
  promql: async () => {
    const [{ makeEditor }, { promqlLanguage }] = await Promise.all([import("../query/editor.js"), import("../query/promql/helping.js")]);
    return (field, place, does) => makeEditor(field, place, { language: promqlLanguage(read("editor-words").promql), ...does });
  },
};

const documents = async () => {
  const { makeYaml } = await import("./yaml/editor.js");
  return (field, place, does) => {
    text = makeYaml(field, place, read("editor-schema"), does);
    text.markMistakes(mistakes);
  };
};

const begun = new WeakSet();
let text = null;
let mistakes = [];

// Where it cannot be had, as from a server that is not reached, the plain field does. Meanwhile the form may be another.
const begin = async (load, field, place, does) => {
  if (begun.has(place)) return;
  begun.add(place);
  const make = await load().catch(() => null);
  if (!make) begun.delete(place);
  else if (place.isConnected) make(field, place, does);
};

// Each mistake of a text is underlined where it stands.
export const markMistakes = (found) => {
  mistakes = found;
  if (document.getElementById("editor-text")) text?.markMistakes(found);
};

export const makeCodes = (does) => {
  text = null;
  mistakes = [];
  for (const place of document.querySelectorAll("#editor-side [data-code]")) {
    const field = document.getElementById(place.dataset.code);
    begin(QUERIES[field.dataset.format], field, place, does);
  }
  const place = document.getElementById("editor-yaml");
  if (place) begin(documents, document.getElementById("editor-text"), place, does);
};
